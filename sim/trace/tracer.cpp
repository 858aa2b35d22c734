#include "sim/trace/tracer.h"

#include <algorithm>
#include <cstring>

namespace irqloom {

Tracer::Tracer(const Fabric& fabric, World& world, std::vector<Sink*> sinks)
    : fabric_(fabric),
      world_(world),
      sinks_(std::move(sinks)),
      probe_(fabric, world),
      lanes_(fabric.contexts().size()),
      waiters_(fabric.layout().slots().size(), fabric.contexts().size()) {}

void Tracer::begin(const TraceInfo& info) {
  shadow_ = world_;
  probe_.record_reads(&reads_);
  for (std::size_t c = 0; c < lanes_.size(); ++c)
    ask(static_cast<ContextId>(c));
  for (Sink* s : sinks_)
    s->begin(fabric_, info);
}

// Asks the guard of `c` and waits for the slots that it read. Whether the executor is free does not
// matter: who frees it is not why an interrupt's handler runs.
void Tracer::ask(ContextId c) {
  reads_.clear();
  reads_.push_back(fabric_.contexts()[c].slot);
  Lane& lane = lanes_[c];
  lane.ready = probe_.guard_holds(c);
  lane.has_waited = lane.has_waited || !lane.ready;
  waiters_.wait(c, reads_);
}

void Tracer::before_step(ContextId c, std::uint64_t time_ps) {
  const Frame* frame = fabric_.top_frame(world_, c);
  record_.seq = next_seq_++;
  record_.time_ps = time_ps;
  record_.context = c;
  record_.routine = frame->routine;
  record_.pc = frame->pc;
  record_.depth = depth_of(*frame);
  record_.events.clear();
}

void Tracer::after_step(std::uint16_t choices, std::uint16_t choice, std::uint64_t duration_ps,
                        const std::vector<Violation>& violations) {
  const ContextId c = record_.context;
  Lane& lane = lanes_[c];
  find_changes();
  find_return();
  record_.choices = choices;
  record_.choice = choice;
  record_.duration_ps = duration_ps;
  record_.cause = lane.has_waited ? lane.cause : no_step;
  record_.flow = lane.has_waited ? lane.cause_flow : lane.flow;
  if (starts_flow()) record_.flow = ++flows_;
  record_.before = &shadow_;
  record_.after = &world_;
  record_.violations = &violations;
  for (Sink* s : sinks_)
    s->step(record_);

  waiters_.forget(c);
  lane = Lane{};
  lane.flow = record_.flow;
  settle(record_.seq, record_.flow);
  ask(c);
}

void Tracer::outside_write() {
  find_changes();
  record_.events.clear();
  // What outsiders do may be an interrupt: whom it wakes begins a flow.
  if (settle(no_step, flows_ + 1)) ++flows_;
}

void Tracer::violated(const OpenViolation& open) {
  for (Sink* s : sinks_)
    s->violated(open);
}

void Tracer::end(std::uint64_t end_ps, const std::string& verdict) {
  for (Sink* s : sinks_)
    s->end(end_ps, verdict);
}

void Tracer::find_changes() {
  const std::vector<SlotInfo>& slots = fabric_.layout().slots();
  record_.written.clear();
  for (const SlotIndex s : world_.written()) {
    const auto now = world_.bytes(slots[s]);
    if (std::memcmp(now.data(), shadow_.bytes(slots[s]).data(), now.size()) != 0) {
      record_.written.push_back(s);
    }
  }
  std::sort(record_.written.begin(), record_.written.end());
}

namespace {

const Frame* below(const Frame* frame, unsigned frames) {
  for (; frames != 0 && frame != nullptr; --frames)
    frame = caller_of(*frame);
  return frame;
}

}  // namespace

// What the step's routine, or whoever called it and ended too, gave to a caller that waits for it
// still where it did.
void Tracer::find_return() {
  record_.returned = {};
  const ContextId c = record_.context;
  const Frame* caller = fabric_.top_frame(world_, c);
  if (caller == nullptr || depth_of(*caller) >= record_.depth) return;
  const unsigned ended = record_.depth - depth_of(*caller);
  const Frame* top = fabric_.top_frame(shadow_, c);
  const Frame* waiting = below(top, ended);
  if (waiting->routine != caller->routine || waiting->pc != caller->pc) return;
  record_.returned = {below(top, ended - 1)->routine, caller->result};
}

// Every raise of a device or act of an operator is an occurrence of its own, if others can see it.
bool Tracer::starts_flow() const {
  const ContextInfo& info = fabric_.contexts()[record_.context];
  if (info.fairness != Fairness::optional) return false;
  return !record_.events.empty() || std::any_of(record_.written.begin(), record_.written.end(),
                                                [&](SlotIndex s) { return s != info.slot; });
}

// Asks everybody whose guard read what has changed. True when a guard came to hold.
bool Tracer::settle(std::uint64_t cause, std::uint64_t flow) {
  woken_.clear();
  for (const SlotIndex s : record_.written) {
    shadow_.restore(fabric_.layout().slots()[s], world_.bytes());
    waiters_.take(s, woken_);
  }
  bool any = false;
  for (const ContextId c : woken_) {
    Lane& lane = lanes_[c];
    const bool was_ready = lane.ready;
    ask(c);
    if (was_ready || !lane.ready) continue;
    lane.cause = cause;
    lane.cause_flow = flow;
    any = true;
  }
  return any;
}

}  // namespace irqloom
