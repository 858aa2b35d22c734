#include "sim/timed/agenda.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "sim/timed/agenda_heap.h"

namespace irqloom::timed {

namespace {

constexpr std::uint32_t nobody = 0xffffffff;

bool is_process_of_others(const sc_core::sc_object& object) {
  return dynamic_cast<const sc_core::sc_process_b*>(&object) != nullptr &&
         !std::string_view(object.basename()).starts_with(process_prefix);
}

bool others_live_among(const std::vector<sc_core::sc_object*>& objects) {
  return std::any_of(objects.begin(), objects.end(), [](const sc_core::sc_object* o) {
    return is_process_of_others(*o) || others_live_among(o->get_child_objects());
  });
}

}  // namespace

struct Agenda::State {
  explicit State(TurnTaker& turn_taker)
      : turns(turn_taker), clock(sc_core::sc_get_curr_simcontext()->time_stamp()) {}

  TurnTaker& turns;
  const sc_core::sc_time& clock;
  AgendaHeap heap;
  std::unique_ptr<sc_core::sc_event[]> events;
  std::uint32_t armed = nobody;  ///< Whose event is notified: the next one's.
  std::uint64_t armed_ps = 0;
  std::uint64_t now_ps = 0;
  std::uint64_t end_ps = std::numeric_limits<std::uint64_t>::max();
  bool alone = false;
  bool started = false;
  bool in_turn = false;
  bool stopped = false;

  void activate();
  void take_turns();
  void arm();
  void notify(ContextId c, std::uint64_t time_ps);
};

void Agenda::State::activate() {
  armed = nobody;
  if (stopped) return;
  if (!started) alone = !others_live_among(sc_core::sc_get_top_level_objects());
  started = true;
  now_ps = clock.value();
  in_turn = true;
  take_turns();
  in_turn = false;
  if (!stopped) arm();
}

void Agenda::State::take_turns() {
  while (!stopped && !heap.empty()) {
    const AgendaEntry next = heap.head();
    if (next.time_ps > now_ps) {
      if (!alone || next.time_ps >= end_ps) return;
      now_ps = next.time_ps;
    }
    heap.pop();
    turns.take_turn(next.context);
  }
}

void Agenda::State::arm() {
  if (now_ps > clock.value()) {
    notify(0, now_ps);  // The kernel's clock has to come as far as we are.
    return;
  }
  if (heap.empty()) return;
  const AgendaEntry& next = heap.head();
  if (armed != next.context || armed_ps != next.time_ps) notify(next.context, next.time_ps);
}

void Agenda::State::notify(ContextId c, std::uint64_t time_ps) {
  if (armed != nobody) events[armed].cancel();
  armed = c;
  armed_ps = time_ps;
  events[c].notify(sc_core::sc_time::from_value(time_ps - clock.value()));
}

Agenda::Agenda(std::size_t contexts, TurnTaker& turns) : state_(std::make_shared<State>(turns)) {
  if (sc_core::sc_get_time_resolution() != sc_core::sc_time(1, sc_core::SC_PS)) {
    throw std::logic_error("a timed run needs SystemC's time resolution of 1 ps");
  }
  state_->heap.reserve(contexts);
  state_->events = std::make_unique<sc_core::sc_event[]>(contexts);
  const std::string name = std::string(process_prefix) + "context";
  for (std::size_t c = 0; c < contexts; ++c) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&state_->events[c]);
    sc_core::sc_spawn([state = state_] { state->activate(); },
                      sc_core::sc_gen_unique_name(name.c_str()), &options);
  }
}

Agenda::~Agenda() {
  state_->stopped = true;
  if (state_->armed != nobody) state_->events[state_->armed].cancel();
}

void Agenda::set_end(std::uint64_t ps) {
  state_->end_ps = ps;
}

void Agenda::add(ContextId c, std::uint64_t time_ps) {
  state_->heap.push(AgendaEntry{time_ps, c});
  if (!state_->in_turn) state_->arm();
}

std::uint64_t Agenda::now_ps() const {
  return state_->in_turn || state_->stopped ? state_->now_ps : state_->clock.value();
}

bool Agenda::in_turn() const {
  return state_->in_turn;
}

void Agenda::stop() {
  if (!state_->in_turn) state_->now_ps = state_->clock.value();
  state_->stopped = true;
  sc_core::sc_pause();
}

}  // namespace irqloom::timed
