// The tests' main. libsystemc refers to sc_main, so every program that links it has one; this one
// is never called, because main is ours.
#include <cstdlib>

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

extern "C" int sc_main(int /*argc*/, char** /*argv*/) {
  return 0;
}

int main(int argc, char** argv) {
  // SystemC prints its banner when the first simulation context is made.
  setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
  return Catch::Session().run(argc, argv);
}
