#include "sim/app/setup.h"

#include <stdexcept>

#include "sim/error.h"

namespace irqloom::app {
namespace {

// The reader checks everything beforehand; this is for what it does not know yet.
std::shared_ptr<void> build(Fabric& fabric, const Scenario& scenario, Mode mode) {
  try {
    return build_machine(fabric, scenario.document.root(), mode);
  } catch (const std::invalid_argument& e) {
    throw InputError(scenario.document.name() + ": " + e.what());
  }
}

}  // namespace

Setup::Setup(const Scenario& scenario, Mode mode) : machine_(build(fabric_, scenario, mode)) {
  timed::elaborate();
  add_properties(fabric_, scenario.properties.defined);
  fabric_.seal();
  assumptions_ =
      Assumptions(fabric_, read_assumptions(scenario.document.root()["assume"], fabric_));
}

}  // namespace irqloom::app
