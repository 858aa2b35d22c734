#include "models/property/spurious_entry.h"

#include <algorithm>

#include "models/events.h"

namespace irqloom {

namespace {

const PropertyTypes::Named spurious_entry(
    {"spurious-entry", "the guest's handlers run and find no work in any device of the line",
     "models/property/spurious_entry.cpp"});
const PropertyTypes::Named suspend_aborted(
    {"suspend-aborted", "a wakeup interrupt aborts a suspend although no device has work",
     "models/property/spurious_entry.cpp"});

std::uint8_t bit(std::int64_t n) {
  return static_cast<std::uint8_t>(1U << n);
}

const char* label_of(int origin) {
  switch (origin) {
    case event::inject_set_irq:
      return "K-R27: ioapic_set_irq";
    case event::inject_write_indirect:
      return "K-R23: ioapic_write_indirect";
    case event::inject_eoi:
      return "kvm_ioapic_update_eoi";
    case event::inject_delayed:
      return "kvm_ioapic_eoi_inject_work";
    default:
      return "apic_retrigger_irq";
  }
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : between) + word;
  return text;
}

}  // namespace

std::string injection_label(std::uint8_t senders) {
  std::vector<std::string> labels;
  for (int origin = 0; origin <= event::inject_retrigger; ++origin) {
    if ((senders & bit(origin)) != 0) labels.emplace_back(label_of(origin));
  }
  return joined(labels, " + ");
}

SpuriousEntry::SpuriousEntry(Fabric& fabric, const std::vector<Line>& lines) {
  for (const Line& l : lines) {
    std::vector<std::int64_t> actions;
    for (const std::string& device : l.devices)
      actions.push_back(fabric.name(device));
    lines_.push_back({l, std::move(actions), fabric.reserve<EpochState>("ghost.epoch." + l.name)});
  }
}

std::vector<const EventType*> SpuriousEntry::wants() const {
  return {&event::ioapic_inject, &event::kvm_inj_virq, &event::pass_begin,
          &event::pass_end,      &event::thread_wake,  &event::thread_begin,
          &event::thread_end,    &event::work_found,   &event::wakeup_abort};
}

void SpuriousEntry::on_event(Exec& x, const Event& e) {
  if (e.type == &event::ioapic_inject) return note_sent(x, e.args[0], e.args[1]);
  if (e.type == &event::kvm_inj_virq) return note_taken(x, e.args[0]);
  for (const Watched& w : lines_) {
    if (w.line.label == e.args[0]) on_line_event(x, w, e);
  }
}

void SpuriousEntry::on_line_event(Exec& x, const Watched& w, const Event& e) const {
  if (e.type == &event::pass_begin) return begin_pass(x, w);
  if (e.type == &event::wakeup_abort) return judge_wakeup(x, w);
  if (e.type == &event::pass_end) {
    x.set(w.state).in_pass = 0;
    return close(x, w);
  }
  const std::uint8_t run = bit(std::ranges::find(w.actions, e.args[1]) - w.actions.begin());
  if (e.type == &event::thread_wake) x.set(w.state).woken |= run;
  if (e.type == &event::thread_begin) begin_run(x, w, run);
  if (e.type == &event::thread_end) end_run(x, w, run);
  if (e.type == &event::work_found) note_found(x, w, run);
}

void SpuriousEntry::note_sent(Exec& x, std::int64_t pin, std::int64_t origin) const {
  for (const Watched& w : lines_) {
    if (w.line.pin == pin) x.set(w.state).sent_by |= bit(origin);
  }
}

void SpuriousEntry::note_taken(Exec& x, std::int64_t vector) const {
  for (const Watched& w : lines_) {
    const auto& entries = w.line.entries;
    const bool is_its = std::ranges::find(entries, x.self()) != entries.end();
    if (w.line.vector != vector || !is_its) continue;
    EpochState& s = x.set(w.state);
    if (!w.line.edge) s.taken_by = 0;
    s.taken_by |= s.sent_by;
    s.sent_by = 0;
  }
}

void SpuriousEntry::begin_pass(Exec& x, const Watched& w) const {
  EpochState& s = x.set(w.state);
  s.in_pass = 1;
  s.senders |= s.taken_by;
  s.taken_by = 0;
}

void SpuriousEntry::begin_run(Exec& x, const Watched& w, std::uint8_t run) const {
  EpochState& s = x.set(w.state);
  s.woken &= static_cast<std::uint8_t>(~run);
  s.running |= run;
  close(x, w);
}

// A thread does one run at a time: if the epoch before has one of it, that is the one.
void SpuriousEntry::end_run(Exec& x, const Watched& w, std::uint8_t run) const {
  EpochState& s = x.set(w.state);
  if ((s.last_running & run) == 0) {
    s.running &= static_cast<std::uint8_t>(~run);
    return close(x, w);
  }
  s.last_running &= static_cast<std::uint8_t>(~run);
  if (s.last_running != 0) return;
  judge(x, w, s.last_found != 0, s.last_senders);
  s.last_found = 0;
  s.last_senders = 0;
}

void SpuriousEntry::note_found(Exec& x, const Watched& w, std::uint8_t run) const {
  EpochState& s = x.set(w.state);
  if ((s.last_running & run) != 0) {
    s.last_found = 1;
  } else {
    s.found = 1;
  }
}

// When no pass can join the open epoch any more, it makes room for the next one. The epoch before
// it has ended by then: a pass wakes every thread, and a thread whose run has not ended begins no
// other. Were it not so, the two would be one.
void SpuriousEntry::close(Exec& x, const Watched& w) const {
  EpochState& s = x.set(w.state);
  if (s.in_pass != 0 || s.woken != 0) return;
  if (s.running == 0) {
    judge(x, w, s.found != 0, s.senders);
  } else {
    s.last_running |= s.running;
    s.last_found |= s.found;
    s.last_senders |= s.senders;
  }
  s.running = 0;
  s.found = 0;
  s.senders = 0;
}

void SpuriousEntry::judge(Exec& x, const Watched& w, bool found, std::uint8_t senders) const {
  if (found) return;
  x.violate(
      spurious_entry, place(w, senders),
      "the guest's handlers ran and found nothing to do in " + joined(w.line.devices, " or "));
}

void SpuriousEntry::judge_wakeup(Exec& x, const Watched& w) const {
  EpochState& s = x.set(w.state);
  if (!w.line.has_work(x.world())) {
    x.violate(suspend_aborted, place(w, s.taken_by),
              "a wakeup interrupt aborts the suspend, and there is nothing to do in " +
                  joined(w.line.devices, " or "));
  }
  s.taken_by = 0;
}

std::string SpuriousEntry::place(const Watched& w, std::uint8_t senders) {
  if (w.line.pin < 0) return w.line.name;
  return w.line.name + " (" + injection_label(senders) + ")";
}

}  // namespace irqloom
