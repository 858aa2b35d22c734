// The counterexamples of an exploration, and its witnesses: as schedule files, as tables, as JSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "sim/app/reading.h"
#include "sim/app/scenario.h"
#include "sim/app/setup.h"
#include "sim/app/unwritten.h"
#include "sim/core/fabric.h"
#include "sim/explore/finding.h"
#include "sim/explore/schedule.h"
#include "sim/scenario/tree.h"

namespace irqloom::app {

/// A finding with its schedule.
struct Counterexample {
  explore::Schedule schedule;
  /// The schedule file; empty where there is nothing to replay (no steps), and where it could not
  /// be written.
  std::string file;
  Reading reading = {};
};

/// Makes a schedule of each finding, with a continuation if it is a loss, and writes it to
/// FOLDER/STEM-PROPERTY[-WHERE].schedule.json; the place is part of the name only if several
/// findings have the property in common.
std::vector<Counterexample> write_counterexamples(const Setup& setup, const Scenario& scenario,
                                                  const std::vector<explore::Finding>& findings,
                                                  bool fuse, const std::string& folder,
                                                  Unwritten& unwritten);

/// For each the title, the table (or a Mermaid diagram in a fenced block), why it is bad, what
/// happened, and how to see it again. Those that go one way are one. 120 columns.
void print_counterexamples(std::ostream& out, const Fabric& fabric, const Scenario& scenario,
                           const std::vector<Counterexample>& list, bool mermaid);

/// The sentences, each on lines of its own below a heading; nothing for none.
std::string sentences_text(const std::vector<std::string>& sentences);

/// "12 steps"; "at the start" where that state shows it; "in no state" of what cannot be reached.
std::string length_text(const explore::Schedule& schedule);

/// As one of "violations" or "witnesses".
scenario::Json to_json(const Counterexample& counterexample);

/// The command line that replays the file.
std::string replay_text(const Scenario& scenario, const std::string& file);

}  // namespace irqloom::app
