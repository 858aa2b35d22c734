// The command line: which commands there are and what they take.
#pragma once

#include <functional>
#include <optional>

#include "sim/error.h"

namespace irqloom::app {

/// What is to be done once the command line has been read.
using Action = std::function<ExitCode()>;

/// Sets `action`; or, where the command line itself is answered (help, version), prints that and
/// returns the exit code. Throws InputError where the usage is wrong.
std::optional<ExitCode> read_command_line(int argc, const char* const* argv, Action& action);

/// Whether the user asked for JSON, however wrong the rest is.
bool asks_for_json(int argc, const char* const* argv);

}  // namespace irqloom::app
