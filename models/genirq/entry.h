// A CPU's interrupt entry: takes the deliverable vector from its local APIC and runs the line's
// flow handler (arch/x86/kernel/irq.c: common_interrupt(), Linux 6.1.192). Hosts and guests alike.
#pragma once

#include <vector>

#include "models/irqchip/lapic.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct EntryLocals {
  std::uint8_t vector = 0;
  std::uint8_t reserved[3] = {};
};

/// What stands between a vCPU's local APIC and its entry: KVM, which injects a vector when it lets
/// the vCPU into its guest.
class InjectionIf : virtual public Touches {
 public:
  virtual bool has_vector(Exec& x) const = 0;
  /// The injected vector, which is taken then.
  virtual std::uint8_t take_vector(Exec& x) = 0;
};

class CpuEntry : public Module {
 public:
  /// In the order of add_vector().
  sc_core::sc_port<FlowIf, 0, sc_core::SC_ZERO_OR_MORE_BOUND> flows;

  struct Config {
    std::string layer;      ///< "host kernel" or "guest".
    std::string context;    ///< Name of the hard interrupt context: "cpu0/hardirq".
    std::uint16_t cpu = 0;  ///< Number shown in traces.
    bool guest = false;     ///< Entering is an injection by KVM.
  };

  CpuEntry(const sc_core::sc_module_name& name, Fabric& fabric, Config config, Lapic& lapic,
           ExecutorId executor);

  /// vector_irq[vector] is the next line bound to `flows`.
  void add_vector(std::uint8_t vector) { vectors_.push_back(vector); }
  ContextId context() const { return context_; }
  /// Takes what that one injects, instead of what the local APIC would deliver. Not owned.
  void set_injection(InjectionIf& injection) { injection_ = &injection; }

 private:
  void common_interrupt(Exec& x, Frame& self, EntryLocals& f);
  FlowIf* line_of(std::uint8_t vector);
  bool has_vector(Exec& x) const;
  std::uint8_t take_vector(Exec& x);
  Calls of_injection() const;

  Config config_;
  Lapic& lapic_;
  std::vector<std::uint8_t> vectors_;
  ContextId context_;
  InjectionIf* injection_ = nullptr;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EntryLocals, IRQLOOM_HEX(vector), IRQLOOM_NUMBER(reserved));
