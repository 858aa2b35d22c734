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
    throw InputError(Mistake{.file = scenario.document.name(), .message = e.what()});
  }
}

}  // namespace

Setup::Setup(const Scenario& scenario, Mode mode) : machine_(build(fabric_, scenario, mode)) {
  timed::elaborate();
  scenario::Collecting mistakes(scenario.document);
  add_properties(fabric_, scenario.properties.defined);
  fabric_.seal();
  const std::vector<Assumption> assumptions =
      read_assumptions(scenario.document.root()["assume"], fabric_);
  mistakes.settle();
  assumptions_ = Assumptions(fabric_, assumptions);
}

}  // namespace irqloom::app
