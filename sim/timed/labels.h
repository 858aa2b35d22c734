// The labels of a fabric as the timed scheduler needs them: what they cost, looked up once.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/fabric.h"
#include "sim/timed/cost_table.h"

namespace irqloom::timed {

struct Label {
  const StepCost* cost = nullptr;
  std::uint64_t fingerprint = 0;  ///< See TraceFingerprint::of().
};

class Labels {
 public:
  /// Throws std::invalid_argument naming the key and the routine when a label's key is not in
  /// `table`. Local steps need no key: they cost nothing.
  Labels(const Fabric& fabric, CostTable table);
  Labels(const Labels&) = delete;
  Labels& operator=(const Labels&) = delete;

  /// The step at `pc` of `routine`; pc 0 is no step.
  const Label& of(RoutineId routine, std::uint8_t pc) const {
    return labels_[first_[routine] + pc];
  }

 private:
  const StepCost& cost_of(const RoutineInfo& routine, const StepInfo& step) const;

  CostTable table_;
  StepCost nothing_;
  std::vector<std::uint32_t> first_;  ///< By routine: where its labels start.
  std::vector<Label> labels_;
};

}  // namespace irqloom::timed
