#include "sim/app/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "models/events.h"
#include "sim/app/continuation.h"
#include "sim/trace/describe.h"
#include "sim/trace/diff.h"

namespace irqloom::app {
namespace {

using trace::Change;
using Seq = std::optional<std::size_t>;

/// What is kept of a step.
struct Step {
  ContextId context = 0;
  RoutineId routine = 0;
  std::string label;
  std::vector<RoutineId> callers;  ///< Innermost first, without the context's main routine.
  std::uint64_t cause = no_step;
  std::vector<Event> events;
  std::vector<Change> changes;
};

class Collector : public Sink {
 public:
  explicit Collector(const Fabric& fabric) : fabric_(fabric) {}

  void begin(const Fabric& /*fabric*/, const TraceInfo& /*info*/) override {}
  void step(const StepRecord& record) override {
    Step s{record.context, record.routine, {}, callers_of(record), record.cause, record.events, {}};
    trace::append_step(s.label, fabric_, record);
    trace::diff(fabric_, record, s.changes);
    steps.push_back(std::move(s));
  }
  void end(std::uint64_t /*end_ps*/, const std::string& /*verdict*/) override {}

  std::vector<Step> steps;

 private:
  std::vector<RoutineId> callers_of(const StepRecord& record) const {
    std::vector<RoutineId> callers;
    const Frame* frame = fabric_.top_frame(*record.before, record.context);
    while ((frame = caller_of(*frame)) != nullptr)
      callers.push_back(frame->routine);
    if (!callers.empty()) callers.pop_back();
    return callers;
  }

  const Fabric& fabric_;
};

/// What controllers call an interrupt that they have noted and not delivered yet: an I/O APIC's and
/// a local APIC's request, a GIC's and KVM's latch.
constexpr std::array<std::string_view, 3> requests = {"irr", "latch", "pending_latch"};

/// What they call the line that asks for it.
constexpr std::array<std::string_view, 4> lines = {"irq_states", "level", "line", "line_level"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Reader {
 public:
  Reader(const Fabric& fabric, const explore::Schedule& schedule, std::vector<Step> steps)
      : fabric_(fabric), schedule_(schedule), steps_(std::move(steps)) {}

  /// `at`: the step that shows the violation.
  Reading of(std::size_t at) {
    mark_causes(at);
    if (schedule_.property == "spurious-entry") {
      tell_entry(at);
    } else if (schedule_.property == "suspend-aborted") {
      tell_injection(at, "the wakeup interrupt");
      for (const std::int64_t device : devices_that_raised(at))
        tell_work(device, at);
    } else if (is_final_loss(schedule_)) {
      tell_loss(at);
    } else if (schedule_.loop_start != explore::no_loop) {
      tell_loop();
    }
    return std::move(reading_);
  }

 private:
  // --- looking things up ------------------------------------------------------------------------

  bool is_optional(std::size_t i) const {
    return fabric_.contexts()[steps_[i].context].fairness == Fairness::optional;
  }

  const std::string& name_of(std::int64_t label) const {
    return fabric_.names()[static_cast<std::size_t>(label)];
  }

  template <class Wanted>
  Seq last(std::size_t before, const Wanted& wanted) const {
    for (std::size_t i = std::min(before, steps_.size()); i-- > 0;) {
      const std::vector<Event>& events = steps_[i].events;
      if (std::any_of(events.begin(), events.end(), wanted)) return i;
    }
    return std::nullopt;
  }

  Seq last(std::size_t before, const EventType& type, std::int64_t first) const {
    return last(before, [&](const Event& e) { return e.type == &type && e.args[0] == first; });
  }

  /// The step that sent the interrupt: of a controller that says why, or else of the one that got
  /// the level or the signal.
  Seq injection(std::size_t before) const {
    const Seq told = last(before, [](const Event& e) { return e.type == &event::ioapic_inject; });
    if (told) return told;
    return last(before, [](const Event& e) {
      return e.type == &event::vgic_update_irq_pending && e.args[2] != 0;
    });
  }

  std::vector<std::int64_t> devices_that_raised(std::size_t before) const {
    std::vector<std::int64_t> devices;
    for (std::size_t i = 0; i < before; ++i) {
      for (const Event& e : steps_[i].events) {
        const bool is_new = std::find(devices.begin(), devices.end(), e.args[0]) == devices.end();
        if (e.type == &event::raise && is_new) devices.push_back(e.args[0]);
      }
    }
    return devices;
  }

  /// "step 54, 'replace the entry' of ioapic_write_indirect() in irq/16-dev0"
  std::string text_of(std::size_t i) const {
    const Step& s = steps_[i];
    return fmt::format("step {}, '{}' of {}() in {}", i, s.label,
                       fabric_.routines()[s.routine].name, fabric_.contexts()[s.context].name);
  }

  /// "kvm_arm_gic_put(), vgic_v3_attr_regs_access()", outermost first.
  std::string callers_of(const Step& s) const {
    std::string text;
    for (std::size_t i = s.callers.size(); i-- > 0;)
      text += fabric_.routines()[s.callers[i]].name + (i == 0 ? "()" : "(), ");
    return text;
  }

  /// "dev0.line 0>1, dev0.work 0>1"; without locks and executors.
  std::string changes_of(const Step& s) const {
    std::string text;
    for (const Change& c : s.changes) {
      if (is_engines(c)) continue;
      if (!text.empty()) text += ", ";
      trace::append_change(text, fabric_, c);
    }
    return text;
  }

  bool is_engines(const Change& c) const {
    const std::string& slot = fabric_.layout().slots()[c.slot].name;
    return slot.starts_with("lock.") || slot.starts_with("executor.");
  }

  // --- what matters -----------------------------------------------------------------------------

  void mark(std::size_t i) { reading_.notes.matter.insert(i); }

  /// The way from the step back to the occurrence that it comes from: where a context became ready,
  /// and the step that made it so.
  void mark_causes(std::size_t i) {
    for (;;) {
      mark(i);
      const Seq woken = woken_before(i);
      if (!woken) return;
      mark(*woken);
      i = steps_[*woken].cause;
    }
  }

  /// The latest step of its context up to that one for which it had waited.
  Seq woken_before(std::size_t i) const {
    const ContextId context = steps_[i].context;
    for (std::size_t j = i + 1; j-- > 0;) {
      if (steps_[j].context != context) continue;
      if (is_optional(j)) return std::nullopt;
      if (steps_[j].cause != no_step) return j;
    }
    return std::nullopt;
  }

  void say(std::string sentence) { reading_.sentences.push_back(std::move(sentence)); }

  // --- entries ----------------------------------------------------------------------------------

  void tell_entry(std::size_t at) {
    const std::string line = schedule_.where.substr(0, schedule_.where.find(" ("));
    const Seq entry = last(at + 1, [&](const Event& e) {
      return e.type == &event::pass_begin && name_of(e.args[0]) == line;
    });
    if (!entry) return;
    mark(*entry);
    tell_injection(*entry, fmt::format("the entry of step {}", *entry));
    for (std::size_t i = *entry; i <= at; ++i) {
      for (const Event& e : steps_[i].events) {
        if (e.type == &event::work_none && name_of(e.args[0]) == line) tell_work(e.args[1], i);
      }
    }
  }

  void tell_injection(std::size_t before, const std::string& what) {
    const Seq sent = injection(before);
    if (!sent) return;
    mark(*sent);
    say(fmt::format("{} was injected by {}", what, text_of(*sent)));
  }

  /// Once for each device.
  void tell_work(std::int64_t device, std::size_t before) {
    if (std::find(told_.begin(), told_.end(), device) != told_.end()) return;
    told_.push_back(device);
    const Seq served = last(before, event::work_served, device);
    const Seq raised = last(served.value_or(before), event::raise, device);
    if (!raised) {
      say(fmt::format("{} has not raised anything", name_of(device)));
      return;
    }
    mark(*raised);
    if (!served) {
      say(fmt::format("{}'s work was raised in step {}", name_of(device), *raised));
      return;
    }
    mark(*served);
    say(fmt::format("{}'s work, raised in step {}, was served in step {}", name_of(device), *raised,
                    *served));
  }

  // --- losses -----------------------------------------------------------------------------------

  void tell_loss(std::size_t at) {
    say(fmt::format("lost after {}: {}", text_of(at), effect_of(at)));
    if (is_optional(at)) tell_kernel_step(at);
    const Seq raised = last(at + 1, [&](const Event& e) {
      return e.type == &event::raise && name_of(e.args[0]) == schedule_.where;
    });
    if (!raised) return;
    mark(*raised);
    if (*raised != at) say(fmt::format("the work was raised in {}", text_of(*raised)));
    if (schedule_.property == "stuck-masked") return tell_mask();
    tell_what_wipes(*raised);
  }

  std::string effect_of(std::size_t i) const {
    const std::string changes = changes_of(steps_[i]);
    return changes.empty() ? "it changes nothing that others see" : changes;
  }

  /// A device cannot help its raise, nor an operator his act: who could have gone another way is
  /// the code before it.
  void tell_kernel_step(std::size_t at) {
    for (std::size_t i = at; i-- > 0;) {
      const std::string& layer = fabric_.contexts()[steps_[i].context].layer;
      if (is_optional(i) || (layer != "kvm" && layer != "host kernel")) continue;
      mark(i);
      say(fmt::format("the last step of the kernel before that: {}: {}", text_of(i), effect_of(i)));
      return;
    }
  }

  /// The last step after the raise that takes back, and does not pass on, what a controller had
  /// noted, although the line does not fall: the latch that a reset clears, the request that an
  /// unmask drops.
  void tell_what_wipes(std::size_t raised) {
    for (std::size_t i = steps_.size(); i-- > raised + 1;) {
      for (const Change& c : steps_[i].changes) {
        if (!takes_back(c) || is_answered(steps_[i], c)) continue;
        if (const Seq noted = noted_before(i, c)) return tell_wiped(i, c, *noted);
      }
    }
  }

  static bool takes_back(const Change& c) {
    return is_one_of(requests, c.field->name) && c.after < c.before;
  }

  /// Whether the step passes the request on, or its line falls.
  bool is_answered(const Step& s, const Change& request) const {
    return std::any_of(s.changes.begin(), s.changes.end(), [&](const Change& c) {
      if (c.after > c.before) return !is_engines(c);
      return c.slot == request.slot && is_one_of(lines, c.field->name);
    });
  }

  Seq noted_before(std::size_t before, const Change& taken) const {
    for (std::size_t i = before; i-- > 0;) {
      for (const Change& c : steps_[i].changes) {
        const bool is_same =
            c.slot == taken.slot && c.field == taken.field && c.index == taken.index;
        if (is_same && c.after > c.before) return i;
      }
    }
    return std::nullopt;
  }

  void tell_wiped(std::size_t i, const Change& c, std::size_t noted) {
    mark(i);
    mark(noted);
    std::string change;
    trace::append_change(change, fabric_, c);
    const std::string effect = fmt::format("takes back what step {} had noted: {}", noted, change);
    const std::string under = callers_of(steps_[i]);
    say(fmt::format("{}{} {}", text_of(i), under.empty() ? "" : ", called by " + under + ",",
                    effect));
    reading_.notes.below[i] = effect;
  }

  void tell_mask() {
    const Seq masked = last(steps_.size(), [&](const Event& e) {
      const bool masks = e.type == &event::vfio_intx_mask || e.type == &event::vfio_platform_mask;
      return masks && name_of(e.args[0]) == schedule_.where;
    });
    if (!masked) return;
    mark(*masked);
    say(fmt::format("the mask that stays is that of {}", text_of(*masked)));
  }

  // --- loops ------------------------------------------------------------------------------------

  void tell_loop() {
    std::vector<std::string> entries;
    bool is_served = false;
    for (std::size_t i = schedule_.loop_start; i < schedule_.steps.size(); ++i) {
      for (const Event& e : steps_[i].events) {
        is_served = is_served || e.type == &event::work_served;
        if (e.type != &event::pass_begin) continue;
        mark(i);
        entries.push_back(fmt::format("{} in step {}", name_of(e.args[0]), i));
      }
    }
    if (entries.empty()) return;
    say(fmt::format("each round enters {}{}", fmt::join(entries, ", "),
                    is_served ? "" : " and serves nothing"));
  }

  const Fabric& fabric_;
  const explore::Schedule& schedule_;
  std::vector<Step> steps_;
  std::vector<std::int64_t> told_;
  Reading reading_;
};

/// The step that shows the schedule's violation.
Seq violating_step(const explore::Schedule& schedule, const Replayed& replayed) {
  if (replayed.verdict != Verdict::violated || schedule.steps.empty()) return std::nullopt;
  for (const auto& [at, v] : replayed.result.violations) {
    if (v.property == schedule.property && v.where == schedule.where) return at;
  }
  if (!replayed.result.complete()) return std::nullopt;
  return schedule.steps.size() - 1;
}

}  // namespace

Reading read(const Fabric& fabric, const explore::Schedule& schedule, const Replayed& replayed) {
  const Seq at = violating_step(schedule, replayed);
  if (!at) return {};
  Collector collector(fabric);
  trace_replay(fabric, schedule, replayed, {&collector});
  return Reader(fabric, schedule, std::move(collector.steps)).of(*at);
}

}  // namespace irqloom::app
