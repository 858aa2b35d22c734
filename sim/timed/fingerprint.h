// One number for a whole timed trace.
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/fabric.h"

namespace irqloom::timed {

/// XXH3 (64 bits) over time, context, routine, label and choice of every step. Contexts, routines
/// and labels enter as XXH3 of their names: the number depends on no id, and is the same on every
/// machine and compiler.
class TraceFingerprint {
 public:
  /// What a context and a label contribute: XXH3 of the name; XXH3 of the label's name, seeded with
  /// that of the routine's.
  static std::uint64_t of(const ContextInfo& context);
  static std::uint64_t of(const RoutineInfo& routine, const StepInfo& step);

  void add(std::uint64_t time_ps, std::uint64_t context, std::uint64_t label,
           std::uint16_t choice) {
    if (used_ == block_.size()) flush();
    block_[used_] = time_ps;
    block_[used_ + 1] = context;
    block_[used_ + 2] = label;
    block_[used_ + 3] = choice;
    used_ += 4;
  }
  /// Of all that was added so far. It does not depend on how often it is asked for.
  std::uint64_t value() const;

 private:
  void flush();

  std::array<std::uint64_t, 512> block_{};  ///< Hashed as a block, seeded with those before it.
  std::size_t used_ = 0;
  std::uint64_t chain_ = 0;
};

}  // namespace irqloom::timed
