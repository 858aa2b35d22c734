#include <iostream>

#include "sim/app/commands.h"
#include "sim/app/schema.h"

namespace irqloom::app {

ExitCode schema_command() {
  std::cout << scenario_schema_text();
  return ExitCode::ok;
}

}  // namespace irqloom::app
