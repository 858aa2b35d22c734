#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>

#include "models/platform/parts.h"
#include "sim/app/commands.h"
#include "sim/app/drive.h"
#include "sim/app/machine.h"
#include "sim/app/report.h"
#include "sim/app/unwritten.h"
#include "sim/scenario/output.h"
#include "sim/scenario/units.h"
#include "sim/topology/dot.h"

namespace irqloom::app {
namespace {

using scenario::Json;
using topology::NodeId;
using topology::Topology;

/// The least time of one interrupt's way to its handler, and of the answer's way back.
struct RoadTime {
  std::string device;
  std::string action;
  std::uint64_t forth_ps = 0;
  std::optional<std::uint64_t> back_ps;  ///< None for an emulated device: nobody masks it.
};

topology::EdgeTime least_time(const timed::CostTable& costs) {
  return topology::sum_of([&costs](std::string_view key) -> std::uint64_t {
    const auto found = costs.find(key);
    if (found == costs.end()) return 0;
    const core::CostSpec& spec = found->second.spec;
    return spec.kind == core::CostSpec::Kind::weighted ? spec.choices.front().ps : spec.min_ps;
  });
}

std::vector<RoadTime> road_times(const Topology& t, const timed::CostTable& costs) {
  const topology::EdgeTime time = least_time(costs);
  std::vector<RoadTime> list;
  for (const platform::Road& road : platform::roads(t)) {
    const auto forth = t.fastest(road.device, road.action, time, topology::is_forth);
    if (!forth) continue;
    RoadTime r{t.nodes()[road.device].name, t.nodes()[road.action].name, forth->ps, {}};
    if (road.unmask) {
      const auto back = t.fastest(road.line, *road.unmask, time, topology::is_back);
      if (back) r.back_ps = back->ps;
    }
    list.push_back(std::move(r));
  }
  return list;
}

void print_json_answer(const Scenario& s, const Topology& t, const std::vector<RoadTime>& roads,
                       const std::vector<platform::Problem>& problems, const Unwritten& unwritten) {
  Json json = {{"scenario", s.name}, {"variant", s.variant}};
  json["nodes"] = Json::array();
  for (const topology::Node& n : t.nodes())
    json["nodes"].push_back({{"name", n.name}, {"kind", n.kind}, {"layer", n.layer}});
  json["edges"] = Json::array();
  for (const topology::Edge& e : t.edges()) {
    json["edges"].push_back({{"from", t.nodes()[e.from].name},
                             {"to", t.nodes()[e.to].name},
                             {"seam", e.seam},
                             {"way", e.way == topology::Way::forth ? "forth" : "back"}});
  }
  json["roads"] = Json::array();
  for (const RoadTime& r : roads) {
    json["roads"].push_back(
        {{"device", r.device},
         {"handler", r.action},
         {"to_handler_ns", r.forth_ps / 1000},
         {"to_unmask_ns", r.back_ps ? Json(*r.back_ps / 1000) : Json(nullptr)}});
  }
  json["notes"] = Json::array();
  for (const platform::Problem& p : problems)
    json["notes"].push_back({{"where", p.where}, {"message", p.message}});
  unwritten.add_to(json);
  print_json(json);
}

// For people: the graph itself goes to stdout, into Graphviz.
void print_notes(const std::vector<RoadTime>& roads,
                 const std::vector<platform::Problem>& problems) {
  for (const RoadTime& r : roads) {
    std::cerr << fmt::format("{}: at least {} to the handler {}", r.device,
                             scenario::format_duration(r.forth_ps), r.action);
    if (r.back_ps) {
      std::cerr << fmt::format(", and {} from there to the unmask",
                               scenario::format_duration(*r.back_ps));
    }
    std::cerr << '\n';
  }
  for (const platform::Problem& p : problems)
    std::cerr << fmt::format("note: {}: {}\n", p.where, p.message);
}

/// Runs Graphviz: dot -Tsvg -o SVG DOT. Throws OutputError where that does not work.
void draw(const std::string& dot, const std::string& svg) {
  const pid_t pid = fork();
  if (pid == 0) {
    execlp("dot", "dot", "-Tsvg", "-o", svg.c_str(), dot.c_str(), nullptr);
    _exit(127);
  }
  int status = -1;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw OutputError({.file = svg,
                     .message = "Graphviz's dot could not draw it",
                     .way_out = "install the package graphviz, if it is not there"});
}

void write_drawing(const GraphOptions& options, const Scenario& s, const std::string& text) {
  const std::string stem = options.out + "/" + stem_of(s);
  scenario::AtomicFile file(stem + ".dot");
  file << text;
  file.commit();
  draw(stem + ".dot", stem + ".svg");
  std::cerr << "wrote " << stem << ".dot and " << stem << ".svg\n";
}

}  // namespace

ExitCode graph_command(const GraphOptions& options) {
  const Scenario s = load_scenario(options.scenario);
  const Topology t = describe_machine(s.document.root());
  const std::vector<RoadTime> roads = road_times(t, s.costs);
  const std::vector<platform::Problem> problems = problems_of_machine(s.document.root());

  topology::DotStyle style = platform::dot_style();
  style.title = stem_of(s);
  const std::string text = topology::to_dot(t, style);
  Unwritten unwritten;
  unwritten.attempt([&] {
    if (options.svg) write_drawing(options, s, text);
  });
  if (options.json) {
    print_json_answer(s, t, roads, problems, unwritten);
  } else {
    std::cout << text;
    if (!options.quiet) print_notes(roads, problems);
    unwritten.print();
  }
  return unwritten.exit_code_or(ExitCode::ok);
}

}  // namespace irqloom::app
