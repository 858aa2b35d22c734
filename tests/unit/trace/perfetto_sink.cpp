#include "sim/trace/perfetto_sink.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using nlohmann::json;
using trace::PerfettoOptions;
using trace::PerfettoSink;

namespace {

struct Slice {
  std::int64_t start = 0;  // Nanoseconds.
  std::int64_t end = 0;
  json event;
};

using Track = std::pair<int, int>;  // pid, tid

Track track_of(const json& event) {
  return {event["pid"].get<int>(), event["tid"].get<int>()};
}

std::int64_t ns(const json& us) {
  return std::llround(us.get<double>() * 1000);
}

std::map<Track, std::vector<Slice>> slices_of(const json& trace) {
  std::map<Track, std::vector<Slice>> slices;
  for (const json& e : trace["traceEvents"]) {
    if (e["ph"] != "X") continue;
    slices[track_of(e)].push_back(Slice{ns(e["ts"]), ns(e["ts"]) + ns(e["dur"]), e});
  }
  return slices;
}

std::vector<json> of_kind(const json& trace, const std::string& ph) {
  std::vector<json> events;
  for (const json& e : trace["traceEvents"]) {
    if (e["ph"] == ph) events.push_back(e);
  }
  return events;
}

/// What the viewers demand: slices of a thread one after the other, at least 1 ns long, and arrows
/// that start, continue and end inside of slices that were written before them.
void check_form(const json& trace) {
  const auto slices = slices_of(trace);
  for (const auto& [track, list] : slices) {
    std::int64_t free = 0;
    for (const Slice& s : list) {
      CHECK(s.start >= free);
      CHECK(s.end - s.start >= 1);
      free = s.end;
    }
  }
  std::map<int, std::string> phases;
  for (const json& e : trace["traceEvents"]) {
    const std::string ph = e["ph"];
    if (ph != "s" && ph != "t" && ph != "f") continue;
    phases[e["id"].get<int>()] += ph;
    const auto& list = slices.at(track_of(e));
    CHECK(std::any_of(list.begin(), list.end(), [&](const Slice& s) {
      return s.start <= ns(e["ts"]) && ns(e["ts"]) < s.end;
    }));
    CHECK((ph != "f" || e["bp"] == "e"));
  }
  for (auto& [id, text] : phases) {
    INFO("flow " << id << ": " << text);
    CHECK(std::count(text.begin(), text.end(), 's') == 1);
    CHECK(std::count(text.begin(), text.end(), 'f') == 1);
  }
}

json told(const TraceInfo& info = toy::info(), const PerfettoOptions& options = {}) {
  return json::parse(
      toy::told_by([&](std::ostream& out) { return PerfettoSink(out, options); }, info));
}

}  // namespace

TEST_CASE("perfetto: JSON whose slices nest and whose arrows are tied", "[trace][perfetto]") {
  check_form(told());
  check_form(told(toy::info(false)));
}

TEST_CASE("perfetto: a process per layer, a thread per context", "[trace][perfetto]") {
  std::map<std::string, Track> threads;
  std::map<std::string, int> processes;
  for (const json& e : of_kind(told(), "M")) {
    if (e["name"] == "thread_name") threads[e["args"]["name"]] = track_of(e);
    if (e["name"] == "process_name") processes[e["args"]["name"]] = e["pid"].get<int>();
  }
  CHECK(processes ==
        std::map<std::string, int>{
            {"hardware", 1}, {"host kernel", 2}, {"kvm", 3}, {"guest", 5}, {"state", 6}});
  CHECK(threads == std::map<std::string, Track>{{"dev0", {1, 100}},
                                                {"hardirq0", {2, 101}},
                                                {"kworker/0:2", {3, 102}},
                                                {"vcpu0", {5, 103}}});
}

TEST_CASE("perfetto: a slice shows its step", "[trace][perfetto]") {
  const json trace = told();
  const json raise = slices_of(trace).at({1, 100})[0].event;
  CHECK(raise["name"] == "raise the line");
  CHECK(raise["cat"] == "toy_raise");
  CHECK(raise["args"]["seq"] == 0);
  CHECK(raise["args"]["source"] == "PCI 3.0, 2.2.6 \"INTx\"");
  CHECK(raise["args"]["changes"][1] == "dev0.pin.mode idle>pending");
  CHECK(raise["args"]["events"] == json{"line: dev=dev0 level=1"});
  CHECK(ns(raise["dur"]) == 500);
  const Slice begin = slices_of(trace).at({3, 102})[0];
  CHECK(begin.start == 4'639'826'000);
  const std::vector<json> instants = of_kind(trace, "i");
  REQUIRE(instants.size() == 1);
  CHECK(instants[0]["name"] == "violated: lost-interrupt");
}

// Occurrence 1 goes dev0, hardirq0, dev0, hardirq0, kworker: four arrows.
TEST_CASE("perfetto: arrows follow an interrupt from context to context", "[trace][perfetto]") {
  const json trace = told();
  CHECK(of_kind(trace, "s").size() == 1);
  CHECK(track_of(of_kind(trace, "s")[0]) == Track{1, 100});
  CHECK(of_kind(trace, "f").size() == 1);
  CHECK(track_of(of_kind(trace, "f")[0]) == Track{3, 102});
  std::vector<Track> way;
  for (const json& e : of_kind(trace, "t"))
    way.push_back(track_of(e));
  // hardirq0 arrives at its first step and leaves from its second.
  CHECK(way == std::vector<Track>{{2, 101}, {2, 101}, {1, 100}, {2, 101}});
}

TEST_CASE("perfetto: wires are counters with their initial value", "[trace][perfetto]") {
  std::vector<std::pair<std::int64_t, int>> line;
  for (const json& e : of_kind(told(), "C")) {
    CHECK(e["name"] == "dev0.pin.line");
    line.emplace_back(ns(e["ts"]), e["args"]["value"].get<int>());
  }
  CHECK(line == std::vector<std::pair<std::int64_t, int>>{{0, 0}, {0, 1}, {2000, 0}});

  PerfettoOptions options;
  options.counters = {"dev0.pin.raised"};
  for (const json& e : of_kind(told(toy::info(), options), "C")) {
    CHECK(e["name"] == "dev0.pin.raised");
  }
}

TEST_CASE("perfetto: other data says what the trace is of", "[trace][perfetto]") {
  PerfettoOptions options;
  options.version = "0.1.0";
  const json other = told(toy::info(), options)["otherData"];
  CHECK(other["tool"] == "irqloom");
  CHECK(other["version"] == "0.1.0");
  CHECK(other["scenario"] == "toy");
  CHECK(other["variant"] == "mainline");
  CHECK(other["scenario_hash"] == "00c0ffee");
  CHECK(other["verdict"] == "violated");
  CHECK(other.count("notice") == 0);
}

TEST_CASE("perfetto: steps that cost nothing or overlap keep their order", "[trace][perfetto]") {
  toy::Toy t;
  std::ostringstream out;
  PerfettoSink sink(out);
  sink.begin(t.fabric, toy::info());
  t.record.flow = 7;
  sink.step(t.take(3, 1000, 0));
  sink.step(t.take(3, 1000, 0));
  sink.step(t.take(0, 1000, 0));
  sink.step(t.take(3, 1500, 5'000'000));
  sink.step(t.take(3, 2'000'000, 10));
  sink.end(3'000'000, "holds");
  const json trace = json::parse(out.str());
  check_form(trace);
  const std::vector<Slice> slices = slices_of(trace).at({5, 103});
  REQUIRE(slices.size() == 4);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const std::array<int, 4> seqs = {0, 1, 3, 4};
    CHECK(slices[i].event["args"]["seq"] == seqs[i]);
  }
  // A slice ends where the next one of its thread begins.
  CHECK(slices[2].end == 2000);
  CHECK(slices[3].start == 2000);
}

TEST_CASE("perfetto: an occurrence within one context has no arrow", "[trace][perfetto]") {
  toy::Toy t;
  std::ostringstream out;
  PerfettoSink sink(out);
  sink.begin(t.fabric, toy::info());
  t.record.flow = 7;
  sink.step(t.take(3, 1000, 0));
  sink.step(t.take(3, 2000, 0));
  sink.end(3000, "holds");
  const json trace = json::parse(out.str());
  CHECK(of_kind(trace, "s").empty());
  CHECK(of_kind(trace, "f").empty());
}

TEST_CASE("perfetto: beyond the cap steps are left out, counted, and the JSON is whole",
          "[trace][perfetto]") {
  toy::Toy t;
  std::ostringstream out;
  PerfettoOptions options;
  options.max_events = 100;
  PerfettoSink sink(out, options);
  sink.begin(t.fabric, toy::info());
  for (std::uint64_t i = 0; i < 1000; ++i) {
    t.record.flow = i / 10 + 1;
    sink.step(t.take(3, i * 1000, 1000));
  }
  sink.end(1'000'000, "holds");
  const json trace = json::parse(out.str());
  check_form(trace);
  // At most what the last accepted step and the open slices add.
  CHECK(trace["traceEvents"].size() >= 100);
  CHECK(trace["traceEvents"].size() <= 110);
  const std::size_t shown = slices_of(trace).at({5, 103}).size();
  CHECK(sink.notice().find(std::to_string(1000 - shown) + " later steps") != std::string::npos);
  CHECK(trace["otherData"]["notice"] == sink.notice());
}

TEST_CASE("perfetto: a run that ends at once is valid", "[trace][perfetto]") {
  toy::Toy t;
  std::ostringstream out;
  PerfettoSink sink(out);
  sink.begin(t.fabric, toy::info());
  sink.end(0, "inconclusive");
  CHECK(json::parse(out.str())["otherData"]["verdict"] == "inconclusive");
}
