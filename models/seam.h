// The seams of the road that an interrupt takes. Every arrow of the design's picture is one of
// these interfaces; nobody reaches past his neighbour.
//
// An operation that may take several steps in any implementation returns a Call; the others are
// atomic. Every interface says what its atomic operations may touch (sim/core/footprint.h).
#pragma once

#include <cerrno>
#include <cstdint>
#include <systemc>

#include "sim/core/exec.h"

namespace irqloom {

/// In a declaration, everything that is bound to a port: calls(chip_) or calls(actions).
template <class If, int N, sc_core::sc_port_policy P>
Calls calls(const sc_core::sc_port<If, N, P>& port) {
  auto& bound = const_cast<sc_core::sc_port<If, N, P>&>(port);
  Calls result;
  for (int i = 0; i < bound.size(); ++i)
    result.callees.push_back(bound[i]);
  return result;
}

/// Device to wire: a level. `source` tells the drivers of one wire apart, 0..15.
class WireIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual void drive(Exec& x, unsigned source, bool level) = 0;
};

/// Wire to controller input.
class PinIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual void set_pin(Exec& x, unsigned pin, bool level) = 0;
};

/// Trigger mode of a message or a pin.
enum class Trigger : std::uint8_t { edge = 0, level = 1 };

/// What a message tells the local APICs to do with it (Intel SDM vol. 3, 11.6.1).
enum class DeliveryMode : std::uint8_t {
  fixed = 0,
  lowest_priority = 1,
  smi = 2,
  nmi = 4,
  init = 5,
  ext_int = 7
};

/// A message from an I/O APIC, or by a write of a device, to the local APICs.
struct ApicMessage {
  std::uint8_t dest = 0;  ///< An APIC id, 0xff for all; logical: a set of LDR bits (flat model).
  bool logical = false;
  DeliveryMode mode = DeliveryMode::fixed;
  std::uint8_t vector = 0;
  Trigger trigger = Trigger::edge;
};

/// Controller to CPU: messages to the local APICs.
class VectorIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  /// True when some APIC took it.
  virtual bool deliver(Exec& x, const ApicMessage& message) = 0;
};

/// End of interrupt, from a local APIC to the I/O APICs.
class EoiIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call eoi(Exec& x, std::uint8_t vector, Trigger trigger) = 0;
};

/// CPU to the generic IRQ layer: the flow handler of one line.
class FlowIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call handle_irq(Exec& x) = 0;
};

/// Genirq to controller: struct irq_chip. Register writes on a host, exits in a guest.
class IrqChipIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call irq_mask(Exec& x, unsigned hwirq) = 0;
  virtual Call irq_unmask(Exec& x, unsigned hwirq) = 0;
  virtual Call irq_eoi(Exec& x, unsigned hwirq) = 0;
  /// For edge flows: acknowledges before the handlers run.
  virtual Call irq_ack(Exec& x, unsigned hwirq) = 0;
  /// Sends the interrupt again (check_irq_resend).
  virtual Call irq_retrigger(Exec& x, unsigned hwirq) = 0;
  /// To that CPU alone. -EINVAL where the chip cannot.
  virtual Call irq_set_affinity(Exec& /*x*/, unsigned /*hwirq*/, unsigned /*cpu*/) {
    return Call::done(-EINVAL);
  }
  /// irq_get_irqchip_state(IRQCHIP_STATE_ACTIVE); false where the chip does not say.
  virtual bool is_active(Exec& /*x*/, unsigned /*hwirq*/) { return false; }
};

/// include/linux/irqreturn.h (there IRQ_NONE, IRQ_HANDLED, IRQ_WAKE_THREAD).
enum IrqReturn : std::int32_t { irq_none = 0, irq_handled = 1, irq_wake_thread_result = 2 };

/// Genirq to driver: struct irqaction. Results are IrqReturn.
class ActionIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call handler(Exec& x) = 0;
  virtual Call thread_fn(Exec& x) = 0;
};

/// Driver to the generic IRQ layer: one line.
class IrqLineIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call disable_irq_nosync(Exec& x) = 0;
  virtual Call enable_irq(Exec& x) = 0;
};

/// Signalling an eventfd (eventfd_signal): never blocks, callable in a hard interrupt.
class SignalIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call signal(Exec& x) = 0;
};

/// What a waiter on an eventfd hears (EPOLLIN, EPOLLHUP).
enum class PollKey : std::uint8_t {
  in,  ///< A signal.
  hup  ///< The last reference to the eventfd's file is gone.
};

/// A waiter on an eventfd; called in the context of whoever wakes it, under wqh.lock. The value is
/// positive when an exclusive waiter consumed the event, which ends the walk.
class WakeIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call wake(Exec& x, PollKey key) = 0;
  /// Whether it queues itself at the head (add_wait_queue_priority()); the others queue behind all
  /// that do.
  virtual bool has_priority() const { return false; }
};

/// A level on a guest's GSI (kvm_set_irq). `source` is the irq source id.
class GsiIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual Call set_irq(Exec& x, unsigned source, unsigned gsi, bool level) = 0;
};

/// The device's registers as its driver sees them, wherever that driver runs.
class DeviceIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  /// Whether the device has unserved work: a read of its status register.
  virtual bool read_status(Exec& x) = 0;
  /// Serves all work: the acknowledge write. A passed-through device's is atomic, an emulated one's
  /// is an exit to its emulation.
  virtual Call acknowledge(Exec& x) = 0;
};

/// PCI 2.3 command/status bits; each operation is one locked read-modify-write
/// (drivers/pci/pci.c: pci_check_and_set_intx_mask(), Linux 6.1).
class IntxIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  /// Masks when pending. True when it did.
  virtual bool check_and_mask_intx(Exec& x) = 0;
  /// Unmasks when not pending. True when it did.
  virtual bool check_and_unmask_intx(Exec& x) = 0;
  virtual void set_intx_disable(Exec& x, bool disable) = 0;
};

}  // namespace irqloom
