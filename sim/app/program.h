// The program without its main(), so that tests can call it.
#pragma once

namespace irqloom::app {

/// Reads the command line, runs the command, and returns the exit code (sim/error.h). Results go to
/// stdout, messages to stderr. Throws nothing.
int run_program(int argc, const char* const* argv) noexcept;

}  // namespace irqloom::app
