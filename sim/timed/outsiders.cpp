#include "sim/timed/outsiders.h"

#include <string>
#include <systemc>

#include "sim/timed/agenda.h"

namespace irqloom::timed {

struct Outsiders::State {
  std::function<void()> after_access;
  sc_core::sc_event announced;
};

Outsiders::Outsiders(std::function<void()> after_access) : state_(std::make_shared<State>()) {
  state_->after_access = std::move(after_access);
  sc_core::sc_spawn_options options;
  options.spawn_method();
  options.dont_initialize();
  options.set_sensitivity(&state_->announced);
  sc_core::sc_spawn(
      [state = state_] { state->after_access(); },
      sc_core::sc_gen_unique_name((std::string(process_prefix) + "outsiders").c_str()), &options);
}

Outsiders::~Outsiders() {
  state_->announced.cancel();
}

void Outsiders::announce() {
  state_->announced.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace irqloom::timed
