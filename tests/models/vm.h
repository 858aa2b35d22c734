// A VM whose host and guest are the test: KVM with its irqfds, one vCPU, and nothing that acts by
// itself. What was measured on real kernels was measured on such a VM: the resamplefds are eventfds
// that nobody but the test reads, and the guest's code does one thing at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/events.h"
#include "models/guest/ioapic_chip.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/kvm.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vcpu.h"
#include "tests/models/bench.h"

namespace irqloom::bench {

inline constexpr unsigned gsi = 16;           ///< Of all irqfds, routed to the pin of that number.
inline constexpr std::uint8_t vector = 0x51;  ///< Of that pin, at reset.

/// The two halves of a redirection entry with physical destination.
struct Entry {
  std::uint8_t vector = bench::vector;
  bool level = true;
  bool masked = false;
  std::uint8_t dest = 0;

  std::uint32_t low() const {
    return static_cast<std::uint32_t>(vector) | (level ? 1U << 15 : 0U) | (masked ? 1U << 16 : 0U);
  }
  std::uint32_t high() const { return static_cast<std::uint32_t>(dest) << 24; }
};

struct VmConfig {
  std::string policy = "at-eoi";
  unsigned resample = 1;  ///< How many of the resample irqfds 0 and 1 are assigned at reset.
  std::uint16_t throttle_limit = 10000;
  Entry entry = {};  ///< Of the pin at reset.
};

inline constexpr std::size_t resample_irqfds = 2;
inline constexpr std::size_t plain = 2;  ///< The number of the irqfd without resamplefd.

/// The modules, before elaboration ends.
class VmParts {
 private:
  timed::FreshSimcontext simcontext_;

 public:
  explicit VmParts(const VmConfig& config);

  Fabric fabric;
  ApicBus bus;
  Kvm kvm;
  Lapic lapic;
  ExecutorId executor;
  Vcpu vcpu;
  GuestIoapicChip chip;
  std::shared_ptr<EventfdLocks> eventfd_locks;
  std::vector<std::unique_ptr<Eventfd>> triggers;
  std::vector<std::unique_ptr<Eventfd>> resamplefds;
  Resampler resampler;
  std::vector<std::unique_ptr<Irqfd>> irqfds;
  Hand host;
  Hand guest;

 private:
  void add_irqfd(bool at_reset);
};

class Vm : public VmParts {
 public:
  explicit Vm(const VmConfig& config) : VmParts(config), go(fabric) {}

  Steps go;

  // --- the host --------------------------------------------------------------------------------

  /// write(2) of 1 to the eventfd of an irqfd, and what that sets off.
  void signal(std::size_t irqfd = 0);
  /// The write alone; the work item stays queued.
  void signal_only(std::size_t irqfd);
  void run_work(std::size_t irqfd);
  /// KVM_IRQ_LINE_STATUS: source 0; the status.
  std::int32_t irq_line(bool level, unsigned n = gsi);
  void assign(std::size_t irqfd);
  void deassign(std::size_t irqfd);
  /// Reads a resamplefd: the signals since it was read last.
  std::uint32_t read_rfd(std::size_t irqfd = 0);
  /// Whether the delayed work of a throttled pin is queued; and runs it.
  bool is_throttled();
  void run_delayed_work();

  // --- the guest -------------------------------------------------------------------------------

  /// Takes an interrupt if there is one: the vector that is in service then; 0: none came.
  unsigned take();
  void eoi();
  /// Takes and ends interrupts until none comes; how many did.
  unsigned isrs();
  void mask();
  void unmask();
  void write_low(const Entry& entry, unsigned n = gsi);
  void write_high(const Entry& entry, unsigned n = gsi);
  const KvmPin& pin(unsigned n = gsi) { return go[kvm.ioapic().pin(n)]; }
};

}  // namespace irqloom::bench
