// Ctrl-C: the first one asks for an end with what was found so far, the second one kills.
#pragma once

#include <atomic>

namespace irqloom::app {

/// True once the user has interrupted. Lives as long as the program.
const std::atomic<bool>& interrupted();

/// Sets it at the first SIGINT, after which the signal kills again. A child that is forked later
/// inherits this.
void watch_for_interrupt();

}  // namespace irqloom::app
