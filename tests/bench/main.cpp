// Measures irqloom's speed and memory, and what they are compared with.
#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "sim/timed/simcontext.h"
#include "tests/bench/benches.h"

// libsystemc refers to it; main is ours.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) {
  return 0;
}

namespace {

struct Options {
  std::vector<std::string> only;
  std::string program;
  std::string json;
  unsigned rounds = 3;

  bool wants(const std::string& name) const {
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
  }
};

void measure(const Options& options, irqloom::bench::Report& report) {
  using namespace irqloom::bench;
  // First: a process that has grown large takes longer to start another.
  if (options.wants("startup")) measure_startup(report, options.program);
  if (options.wants("timed")) measure_timed(report, options.rounds);
  if (options.wants("interrupts")) measure_interrupts(report, options.rounds);
  if (options.wants("explore")) measure_explore(report, options.rounds);
  if (options.wants("spin")) measure_spin(report, options.rounds);
  report.finish();
}

bool write_json(const irqloom::bench::Report& report, const std::string& path) {
  std::ofstream file(path);
  file << report.json().dump(2) << '\n';
  file.close();
  if (file) return true;
  std::cerr << path << ": cannot be written\n";
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  irqloom::timed::quiet_systemc();
  Options options;
  CLI::App app("Measures irqloom's speed and memory. Aims stand beside what was measured.");
  app.add_option("--only", options.only, "What to measure; everything if not given")
      ->check(CLI::IsMember({"timed", "interrupts", "explore", "spin", "startup"}));
  app.add_option("--program", options.program, "The irqloom binary, whose start-up is measured");
  app.add_option("--json", options.json, "Where to write the results as JSON");
  app.add_option("--rounds", options.rounds, "Runs of each kind, of which the median counts")
      ->check(CLI::Range(1, 100));
  CLI11_PARSE(app, argc, argv);
  irqloom::bench::Report report(std::cout);
  measure(options, report);
  return options.json.empty() || write_json(report, options.json) ? EXIT_SUCCESS : 4;
}
