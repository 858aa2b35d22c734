#include <cstdlib>

#include "sim/app/program.h"

// libsystemc refers to it, but main() is ours.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) {
  return 0;
}

int main(int argc, char** argv) {
  // SystemC prints its banner when the first simulation context is made.
  setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
  return irqloom::app::run_program(argc, argv);
}
