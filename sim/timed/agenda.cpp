#include "sim/timed/agenda.h"

#include <algorithm>
#include <stdexcept>
#include <systemc>
#include <vector>

namespace irqloom::timed {

namespace {

struct Entry {
  std::uint64_t time_ps = 0;
  ContextId context = 0;

  friend bool operator<(const Entry& a, const Entry& b) {
    return a.time_ps != b.time_ps ? a.time_ps < b.time_ps : a.context < b.context;
  }
};

// A heap of four children each, smallest first: half as deep as a binary one, and what is compared
// lies together.
class Heap {
 public:
  void reserve(std::size_t n) { entries_.reserve(n); }
  const Entry& head() const { return entries_.front(); }

  void push(const Entry& entry) {
    std::size_t hole = entries_.size();
    entries_.push_back(entry);
    while (hole != 0 && entry < entries_[(hole - 1) / 4]) {
      entries_[hole] = entries_[(hole - 1) / 4];
      hole = (hole - 1) / 4;
    }
    entries_[hole] = entry;
  }

  void pop() {
    const Entry last = entries_.back();
    entries_.pop_back();
    std::size_t hole = 0;
    for (std::size_t child = 1; child < entries_.size(); child = 4 * hole + 1) {
      const std::size_t end = std::min(child + 4, entries_.size());
      std::size_t least = child;
      for (std::size_t c = child + 1; c < end; ++c) {
        if (entries_[c] < entries_[least]) least = c;
      }
      if (last < entries_[least]) break;
      entries_[hole] = entries_[least];
      hole = least;
    }
    if (!entries_.empty()) entries_[hole] = last;
  }

 private:
  std::vector<Entry> entries_;
};

}  // namespace

// Each entry of the heap has exactly one pending notification for its time, that of the event
// `event_of[context]`. As entries of one instant change places, contexts change events.
struct Agenda::State {
  explicit State(TurnTaker& turn_taker) : turns(turn_taker) {}

  TurnTaker& turns;
  Heap heap;
  std::vector<ContextId> event_of;
  std::vector<ContextId> context_of;  ///< The inverse of event_of.
  std::unique_ptr<sc_core::sc_event[]> events;
  ContextId activated = 0;  ///< The method whose turn it is.
  bool in_turn = false;
  bool stopped = false;

  ContextId take_head();
  void activate(ContextId method);
};

// The event of the activated method is spent; that of the head may be pending for this instant. The
// head gets the spent one, and its own serves whom the activated method was notified for.
ContextId Agenda::State::take_head() {
  const ContextId head = heap.head().context;
  heap.pop();
  const ContextId other = context_of[activated];
  if (head == other) return head;
  std::swap(event_of[head], event_of[other]);
  context_of[event_of[head]] = head;
  context_of[event_of[other]] = other;
  return head;
}

void Agenda::State::activate(ContextId method) {
  if (stopped) return;
  activated = method;
  in_turn = true;
  turns.take_turn(take_head());
  in_turn = false;
}

Agenda::Agenda(std::size_t contexts, TurnTaker& turns)
    : state_(std::make_shared<State>(turns)),
      clock_(sc_core::sc_get_curr_simcontext()->time_stamp()) {
  if (sc_core::sc_get_time_resolution() != sc_core::sc_time(1, sc_core::SC_PS)) {
    throw std::logic_error("a timed run needs SystemC's time resolution of 1 ps");
  }
  state_->heap.reserve(contexts);
  state_->events = std::make_unique<sc_core::sc_event[]>(contexts);
  for (std::size_t i = 0; i < contexts; ++i) {
    const auto c = static_cast<ContextId>(i);
    state_->event_of.push_back(c);
    state_->context_of.push_back(c);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&state_->events[i]);
    sc_core::sc_spawn([state = state_, c] { state->activate(c); },
                      sc_core::sc_gen_unique_name("context"), &options);
  }
}

Agenda::~Agenda() {
  state_->stopped = true;
  for (std::size_t i = 0; i < state_->event_of.size(); ++i)
    state_->events[i].cancel();
}

void Agenda::add(ContextId c, std::uint64_t time_ps) {
  State& s = *state_;
  s.heap.push(Entry{time_ps, c});
  sc_core::sc_event& event = s.events[s.event_of[c]];
  const std::uint64_t delay = time_ps - now_ps();
  // Others are woken within the same delta cycle. A method must not do that to itself.
  if (delay == 0 && s.in_turn && s.event_of[c] != s.activated) {
    event.notify();
  } else {
    event.notify(sc_core::sc_time::from_value(delay));
  }
}

bool Agenda::in_turn() const {
  return state_->in_turn;
}

void Agenda::stop() {
  state_->stopped = true;
  sc_core::sc_pause();
}

}  // namespace irqloom::timed
