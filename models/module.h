// The base of every model: a SystemC module that belongs to a fabric.
//
// A module owns the structure (ports, exports, names) and the code; all of its mutable state is in
// slots of the fabric's world.
#pragma once

#include <systemc>

#include "models/model_info.h"
#include "sim/core/exec.h"
#include "sim/core/fabric.h"

namespace irqloom {

class Module : public sc_core::sc_module {
 protected:
  Module(const sc_core::sc_module_name& name, Fabric& fabric)
      : sc_core::sc_module(name), fabric_(fabric) {}

  /// The execution on whose behalf outsiders (TLM initiators) access a register bank.
  /// std::logic_error when no scheduler has attached one.
  Exec& external() const { return fabric_.external(); }

  Fabric& fabric_;
};

}  // namespace irqloom
