// What a timed run says about the properties, while it runs and when it ends.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/property.h"
#include "sim/core/verdict.h"

namespace irqloom::timed {

/// A time that never comes.
inline constexpr std::uint64_t never_ps = std::numeric_limits<std::uint64_t>::max();

/// Marks of a no_cycle property belong together while none is later than the one before it by more
/// than this part of the patience: "again and again".
inline constexpr std::uint64_t most_pause = 8;

/// One broken property, as it showed first.
struct Finding {
  Violation violation;
  FindingKind kind = FindingKind::safety;
  std::uint64_t seq = 0;      ///< The step that showed it, or no_step: the initial state did.
  std::uint64_t time_ps = 0;  ///< When: for an obligation, when patience was over.
  /// What says so, if no step and no state shows it: "open since 12.000 us, nothing moves any
  /// more".
  std::string reason = {};
};

/// Where a run is.
struct Moment {
  std::uint64_t time_ps = 0;
  std::uint64_t seq = 0;  ///< Of the last step, or no_step.
};

class Judge {
 public:
  /// `patience_ps`: how long a `recoverable` property may stay false, and what a no_cycle property
  /// speaks of may go on; never_ps: for ever, as long as something still moves. `judged`: the names
  /// of those that count, what steps report included; empty: all.
  Judge(const std::vector<Property>& properties, std::uint64_t patience_ps,
        std::vector<std::string> judged = {});

  /// Whether the property of that name counts.
  bool judges(std::string_view property) const;

  /// Looks at a state; to be called for the initial one and after each that followed. Appends what
  /// it finds for the first time to `shown`.
  void look(const World& world, Moment now, std::vector<Violation>& shown) {
    if (!watches_.empty()) look_at_all(world, now, shown);
  }
  /// A step bears these edge marks. Appends to `shown` as look().
  void mark(std::uint8_t marks, Moment now, std::vector<Violation>& shown) {
    if (marks != 0) mark_all(marks, now, shown);
  }
  /// Time has passed without a change up to `time_ps`; `seq` is the last step before that.
  void let_pass(Moment now) {
    if (now.time_ps > deadline_ps_) patience_is_over(now);
  }
  /// What steps report: the first of each (property, where) counts.
  void report(const Violation& violation, FindingKind kind, Moment now);
  /// The end. `quiescent`: nothing will ever move again.
  void finish(Moment end, bool quiescent);

  const std::vector<Finding>& findings() const { return findings_; }
  /// Names of properties that a run cannot judge, or this one did not. After finish().
  const std::vector<std::string>& not_judged() const { return not_judged_; }

 private:
  struct Watch {
    const Property* property = nullptr;
    std::uint64_t since_ps = never_ps;  ///< recoverable: false since then.
    bool broken = false;
  };
  /// Of a no_cycle property.
  struct Cycle {
    const Property* property = nullptr;
    std::uint64_t since_ps = never_ps;  ///< The first of its marks that belong together.
    std::uint64_t last_ps = 0;          ///< The last of them.
    std::uint64_t count = 0;
    bool broken = false;
  };

  void patience_is_over(Moment now);
  void look_at_all(const World& world, Moment now, std::vector<Violation>& shown);
  bool look_at(Watch& watch, const World& world, Moment now);
  void mark_all(std::uint8_t marks, Moment now, std::vector<Violation>& shown);
  bool goes_on_for_ever(Cycle& cycle, std::uint8_t marks, std::uint64_t now_ps) const;
  std::uint64_t deadline(const Watch& watch) const;
  void find_deadline();
  void break_property(Watch& watch, FindingKind kind, Moment now, std::string reason);
  bool has_had_patience(Moment end, bool quiescent) const;

  std::uint64_t patience_ps_;
  std::vector<std::string> judged_;
  std::uint64_t deadline_ps_ = never_ps;
  std::vector<Watch> watches_;
  std::vector<Cycle> cycles_;
  std::vector<Finding> findings_;
  std::vector<std::string> not_judged_;
};

}  // namespace irqloom::timed
