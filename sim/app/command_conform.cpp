#include <iostream>

#include "sim/app/commands.h"
#include "sim/app/conform/conform.h"

namespace irqloom::app {

ExitCode conform_command(const ConformOptions& options) {
  return conform::conform(options.paths, {.json = options.json, .quiet = options.quiet}, std::cout);
}

}  // namespace irqloom::app
