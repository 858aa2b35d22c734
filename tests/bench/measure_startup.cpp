#include <algorithm>
#include <filesystem>

#include "tests/bench/benches.h"
#include "tests/bench/child.h"
#include "tests/bench/clock.h"

namespace irqloom::bench {

namespace {

constexpr unsigned runs = 20;
constexpr double most_ms = 10;

struct Case {
  std::string what;
  std::vector<std::string> arguments;
  int exit_code = 0;
};

std::vector<Case> cases(const std::string& program, const std::filesystem::path& out) {
  const std::string scenario =
      std::string(IRQLOOM_SOURCE_DIR) + "/scenarios/oneshot-resample/oneshot-resample.json";
  return {{"irqloom list", {program, "list"}, 0},
          {"irqloom run oneshot-resample.json",
           {program, "run", "-q", "--variant", "linux-6.12", "--out", out.string(), scenario},
           0}};
}

/// Milliseconds of each run; empty when one ended otherwise than it should.
std::vector<double> run_all(const Case& c) {
  std::vector<double> ms;
  for (unsigned i = 0; i < runs; ++i) {
    const ChildResult result = run_child(c.arguments);
    if (result.exit_code != c.exit_code) return {};
    ms.push_back(1e3 * result.seconds);
  }
  return ms;
}

}  // namespace

void measure_startup(Report& report, const std::string& program) {
  if (program.empty()) {
    report.skip("start-up: no binary was given (--program)");
    return;
  }
  const TemporaryFolder folder;
  Table table{"start-up: ms of a whole process",
              "startup",
              {{"command", "command"}, {"median", "median_ms"}, {"fastest", "fastest_ms"}},
              {},
              {}};
  for (const Case& c : cases(std::filesystem::absolute(program).string(), folder.path())) {
    const std::vector<double> ms = run_all(c);
    if (ms.empty()) {
      report.skip("start-up of " + c.what + ": it did not end with " + std::to_string(c.exit_code));
      continue;
    }
    table.rows.push_back(
        {text(c.what), number(median(ms), 1), number(*std::min_element(ms.begin(), ms.end()), 1)});
    report.add(Aim{"start-up: " + c.what, median(ms), Aim::Bound::at_most, most_ms, "ms"});
  }
  if (!table.rows.empty()) report.add(table);
}

}  // namespace irqloom::bench
