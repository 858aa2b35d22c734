#include <array>
#include <optional>
#include <regex>

#include "tests/bench/benches.h"
#include "tests/bench/child.h"
#include "tests/bench/clock.h"
#include "tests/bench/story.h"

namespace irqloom::bench {

namespace {

// POLICY n of the Promela model is policies[n].
constexpr std::array policies = {"at-eoi", "on-unmask", "postpone-v2"};

/// What one of the two found: the counts, and which kinds of spurious entries there are.
struct Search {
  double states = 0;
  double transitions = 0;
  bool k_r23 = false;
  bool k_r27 = false;
  bool others = false;  ///< Anything else that is wrong.
  double seconds = 0;

  std::string verdict() const {
    std::string what;
    if (k_r23) what += "K-R23 ";
    if (k_r27) what += "K-R27 ";
    if (others) what += "others ";
    return what.empty() ? "holds" : what.substr(0, what.size() - 1);
  }
  bool agrees_with(const Search& other) const {
    return states == other.states && transitions == other.transitions &&
           verdict() == other.verdict();
  }
};

bool contains(const std::string& where, std::string_view what) {
  return where.find(what) != std::string::npos;
}

Search search_with_irqloom(const std::string& policy) {
  const Exploration e = explore_story({policy, 1}, 0, true);
  Search search;
  search.states = static_cast<double>(e.result.stats.states);
  search.transitions = static_cast<double>(e.result.stats.transitions);
  search.seconds = e.seconds;
  for (const explore::Finding& f : e.result.findings) {
    const bool spurious = f.property == "spurious-entry";
    const bool r23 = spurious && contains(f.where, "K-R23");
    const bool r27 = spurious && contains(f.where, "K-R27");
    search.k_r23 = search.k_r23 || r23;
    search.k_r27 = search.k_r27 || r27;
    search.others = search.others || !(r23 || r27);
  }
  return search;
}

double number_before(const std::string& output, const std::string& what) {
  std::smatch found;
  if (!std::regex_search(output, found, std::regex("([0-9.e+]+) " + what))) return 0;
  return std::stod(found[1]);
}

/// Compiles the model with one policy into the folder, as `name`. Empty when that worked, else why
/// it did not.
std::string compile(const std::filesystem::path& folder, std::size_t policy, bool reduces,
                    const std::string& name) {
  const std::string model = std::string(IRQLOOM_SOURCE_DIR) + "/tests/bench/oneshot_resample.pml";
  const ChildResult generated =
      run_child({"spin", "-o2", "-o3", "-DPOLICY=" + std::to_string(policy), "-a", model}, folder);
  if (!generated.ok()) return "spin: " + generated.output;
  std::vector<std::string> cc = {"gcc", "-O2", "-DSAFETY", "-o", name, "pan.c"};
  if (!reduces) cc.emplace_back("-DNOREDUCE");
  const ChildResult compiled = run_child(cc, folder);
  return compiled.ok() ? "" : "gcc: " + compiled.output;
}

// -c0: goes on after errors, as we do; -w: a table for a million states; -m: the longest path.
Search search_with_spin(const std::filesystem::path& folder, const std::string& name) {
  const ChildResult run = run_child({"./" + name, "-n", "-c0", "-w20", "-m200000"}, folder);
  Search search;
  search.states = number_before(run.output, "states, stored");
  // Spin counts the initial state as one.
  search.transitions = number_before(run.output, "transitions \\(") - 1;
  search.k_r23 = contains(run.output, "!(K_R23)");
  search.k_r27 = contains(run.output, "!(K_R27)");
  search.others = !run.ok() || contains(run.output, "!(unlabelled)") ||
                  contains(run.output, "invalid end state (") ||
                  contains(run.output, "max search depth too small");
  search.seconds = run.processor;
  return search;
}

/// One policy: what was found, and the times of all rounds.
struct Comparison {
  Search ours;
  Search spin;
  Search reduced;
  std::vector<double> ours_seconds;
  std::vector<double> spin_seconds;
  std::vector<double> reduced_seconds;
  std::vector<double> ratios;
};

std::string full(std::size_t policy) {
  return "full" + std::to_string(policy);
}
std::string reduced(std::size_t policy) {
  return "reduced" + std::to_string(policy);
}

void compare(const std::filesystem::path& folder, std::size_t policy, Comparison& c) {
  c.ours = search_with_irqloom(policies[policy]);
  c.spin = search_with_spin(folder, full(policy));
  c.reduced = search_with_spin(folder, reduced(policy));
  c.ours_seconds.push_back(c.ours.seconds);
  c.spin_seconds.push_back(c.spin.seconds);
  c.reduced_seconds.push_back(c.reduced.seconds);
  c.ratios.push_back(c.ours.seconds / c.spin.seconds);
}

std::vector<Cell> row(const std::string& who, const std::string& policy, const Search& search,
                      double seconds, std::optional<double> times) {
  return {text(policy),
          text(who),
          number(search.states),
          number(search.transitions),
          number(1e3 * seconds),
          number(search.states / seconds),
          number(search.transitions / seconds),
          times ? ratio(*times) : text(""),
          text(search.verdict())};
}

}  // namespace

void measure_spin(Report& report, unsigned rounds) {
  if (!run_child({"spin", "-V"}).ok()) {
    report.skip("the comparison with Spin: there is no spin (Debian package spin)");
    return;
  }
  const TemporaryFolder folder;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    for (const bool reduces : {false, true}) {
      const std::string problem =
          compile(folder.path(), p, reduces, reduces ? reduced(p) : full(p));
      if (problem.empty()) continue;
      report.skip("the comparison with Spin: " + problem);
      return;
    }
  }
  std::array<Comparison, policies.size()> comparisons;
  for (unsigned round = 0; round < rounds; ++round) {
    for (std::size_t p = 0; p < policies.size(); ++p)
      compare(folder.path(), p, comparisons[p]);
  }
  Table table{"explore: the story beside Spin on a Promela model with the same steps",
              "spin",
              {{"policy", "policy"},
               {"", "who"},
               {"states", "states"},
               {"transitions", "transitions"},
               {"ms", "ms"},
               {"states/s", "states_per_second"},
               {"transitions/s", "transitions_per_second"},
               {"time", "time_ratio"},
               {"spurious-entry", "verdict"}},
              {},
              {"spin: gcc -O2 -DSAFETY -DNOREDUCE; reduced: with Spin's partial-order reduction",
               "time: irqloom's beside that of the unreduced search"}};
  unsigned agreeing = 0;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const Comparison& c = comparisons[p];
    table.rows.push_back(
        row("irqloom", policies[p], c.ours, median(c.ours_seconds), median(c.ratios)));
    table.rows.push_back(row("spin", policies[p], c.spin, median(c.spin_seconds), {}));
    table.rows.push_back(
        row("spin, reduced", policies[p], c.reduced, median(c.reduced_seconds), {}));
    if (c.ours.agrees_with(c.spin) && c.reduced.verdict() == c.spin.verdict()) ++agreeing;
  }
  report.add(table);
  report.add(Aim{"explore: policies with Spin's states, transitions and verdict",
                 static_cast<double>(agreeing), Aim::Bound::at_least,
                 static_cast<double>(policies.size()), ""});
}

}  // namespace irqloom::bench
