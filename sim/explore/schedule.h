// Schedules: counterexamples in names, so that they survive a change of the model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/core/fabric.h"
#include "sim/explore/finding.h"

namespace irqloom::explore {

/// One scheduling decision: this context takes this step.
struct ScheduleStep {
  std::string context;
  std::string routine;
  std::string label;
  std::uint16_t choice = 0;

  friend bool operator==(const ScheduleStep&, const ScheduleStep&) = default;
};

struct Schedule {
  std::string scenario;       ///< The scenario's name.
  std::string variant;        ///< Empty: the scenario itself.
  std::string scenario_hash;  ///< Of the patched document.
  std::string property;
  std::string where;
  FindingKind kind = FindingKind::safety;
  std::string message;
  bool fuse = true;  ///< Local steps are taken with the step before them and are not listed.
  /// Of a lasso: after the last step the state is again that before steps[loop_start].
  std::size_t loop_start = no_loop;
  std::vector<ScheduleStep> steps;
  /// What may follow the steps, which are the counterexample: one of the ways in which a loss goes
  /// on. Nothing is judged by it.
  std::vector<ScheduleStep> continuation = {};
  std::size_t missing = 0;    ///< Steps behind those, which its file has lost.
  std::string scenario_file;  ///< Where the scenario was read, as it was given; may be empty.

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// The names of the steps that a path from the initial state takes. `fuse`: as in the exploration
/// that found it. Throws InternalError where the path cannot be taken.
std::vector<ScheduleStep> name_steps(const Fabric& fabric, std::span<const PathStep> path,
                                     bool fuse);

/// The finding as a schedule; scenario, variant and hash are left empty.
Schedule schedule_of(const Fabric& fabric, const Finding& finding, bool fuse);

}  // namespace irqloom::explore
