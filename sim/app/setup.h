// An elaborated scenario: everything that both schedulers need.
#pragma once

#include <memory>

#include "sim/app/machine.h"
#include "sim/app/scenario.h"
#include "sim/core/assume.h"
#include "sim/core/fabric.h"
#include "sim/timed/simcontext.h"

namespace irqloom::app {

/// A machine, elaborated in a SystemC context of its own, and its sealed fabric with the scenario's
/// properties and assumptions. One at a time in a process.
class Setup {
 public:
  /// Throws InputError where the scenario refers to something that the machine does not have.
  Setup(const Scenario& scenario, Mode mode);
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  Fabric& fabric() { return fabric_; }
  const Fabric& fabric() const { return fabric_; }
  const Assumptions& assumptions() const { return assumptions_; }

 private:
  timed::FreshSimcontext context_;
  Fabric fabric_;
  std::shared_ptr<void> machine_;
  Assumptions assumptions_;
};

}  // namespace irqloom::app
