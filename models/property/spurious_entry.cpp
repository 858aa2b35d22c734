#include "models/property/spurious_entry.h"

#include "models/events.h"

namespace irqloom {

std::string injection_label(std::uint8_t injected_by) {
  switch (injected_by - 1) {
    case event::inject_set_irq:
      return "K-R27: ioapic_set_irq";
    case event::inject_write_indirect:
      return "K-R23: ioapic_write_indirect";
    case event::inject_eoi:
      return "kvm_ioapic_update_eoi";
    case event::inject_delayed:
      return "kvm_ioapic_eoi_inject_work";
    default:
      return "not injected";
  }
}

SpuriousEntry::SpuriousEntry(Fabric& fabric, std::vector<Line> lines) : lines_(std::move(lines)) {
  for (const Line& l : lines_) {
    states_.push_back(fabric.reserve<EpochState>("ghost.epoch." + l.name));
  }
}

std::vector<const EventType*> SpuriousEntry::wants() const {
  return {&event::ioapic_inject, &event::pass_begin, &event::pass_end,   &event::thread_wake,
          &event::thread_begin,  &event::thread_end, &event::work_found, &event::wakeup_abort};
}

void SpuriousEntry::on_event(Exec& x, const Event& e) {
  if (e.type == &event::ioapic_inject) return note_injection(x, e.args[0], e.args[1]);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].label != e.args[0]) continue;
    if (e.type == &event::pass_begin) begin_pass(x, i);
    if (e.type == &event::pass_end) end_pass(x, i);
    if (e.type == &event::thread_wake) ++x.set(states_[i]).next_runs;
    if (e.type == &event::thread_begin) begin_run(x, i);
    if (e.type == &event::thread_end) end_run(x, i);
    if (e.type == &event::wakeup_abort) judge_wakeup(x, i);
    if (e.type == &event::work_found) {
      EpochState& s = x.set(states_[i]);
      if (s.current_runs != 0) s.current_found = 1;
      if (s.in_pass != 0) s.next_found = 1;
    }
  }
}

void SpuriousEntry::note_injection(Exec& x, std::int64_t pin, std::int64_t origin) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].pin == pin) {
      x.set(states_[i]).injected_by = static_cast<std::uint8_t>(origin + 1);
    }
  }
}

void SpuriousEntry::begin_pass(Exec& x, std::size_t i) {
  EpochState& s = x.set(states_[i]);
  s.in_pass = 1;
  if (s.next_open != 0) return;  // Its wake will merge into the pending run.
  s.next_open = 1;
  s.next_found = 0;
  s.next_label = s.injected_by;
  s.injected_by = 0;
}

void SpuriousEntry::end_pass(Exec& x, std::size_t i) {
  EpochState& s = x.set(states_[i]);
  s.in_pass = 0;
  if (s.next_open == 0 || s.next_runs != 0) return;
  judge(x, i, s.next_found != 0, s.next_label);
  s.next_open = 0;
  s.next_found = 0;
  s.next_label = 0;
}

// All runs that are waiting for the epoch belong to it; the first to begin makes it the current
// one.
void SpuriousEntry::begin_run(Exec& x, std::size_t i) {
  EpochState& s = x.set(states_[i]);
  if (s.current_runs == 0) {
    s.current_runs = s.next_runs;
    s.current_found = s.next_found;
    s.current_label = s.next_label;
    s.next_runs = 0;
    s.next_open = 0;
    s.next_found = 0;
    s.next_label = 0;
  }
}

void SpuriousEntry::end_run(Exec& x, std::size_t i) {
  EpochState& s = x.set(states_[i]);
  if (--s.current_runs != 0) return;
  judge(x, i, s.current_found != 0, s.current_label);
  s.current_found = 0;
  s.current_label = 0;
}

std::string SpuriousEntry::place(std::size_t i, std::uint8_t label) const {
  if (lines_[i].pin < 0) return lines_[i].name;
  return lines_[i].name + " (" + injection_label(label) + ")";
}

void SpuriousEntry::judge_wakeup(Exec& x, std::size_t i) {
  EpochState& s = x.set(states_[i]);
  if (!lines_[i].has_work(x.world())) {
    x.violate("suspend-aborted", place(i, s.injected_by),
              "a wakeup interrupt aborts the suspend, and no device of the line has work");
  }
  s.injected_by = 0;
}

void SpuriousEntry::judge(Exec& x, std::size_t i, bool found, std::uint8_t label) {
  if (found) return;
  x.violate("spurious-entry", place(i, label),
            "the guest's handlers ran and found nothing to do in any device of the line");
}

}  // namespace irqloom
