// An arm64 VM whose host and guest are the test: KVM with its virtual GIC, two vCPUs, one SPI or a
// few, a resample irqfd and a plain one, and nothing that acts by itself but the vCPU threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/eventfd/eventfd.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/resampler.h"
#include "tests/models/bench.h"

namespace irqloom::bench {

inline constexpr unsigned spi = 40;  ///< Of both irqfds: GSI 8.
inline constexpr unsigned arm_gsi = spi - 32;

inline constexpr unsigned isenabler = 0x100;
inline constexpr unsigned icenabler = 0x180;
inline constexpr unsigned ispendr = 0x200;
inline constexpr unsigned icpendr = 0x280;
inline constexpr unsigned isactiver = 0x300;
inline constexpr unsigned icactiver = 0x380;
inline constexpr unsigned icfgr = 0xc00;
/// The word of that register block which holds the SPI's bit, and the bit.
inline constexpr unsigned word_of(unsigned block, unsigned intid = spi) {
  return block + intid / 32 * 4;
}
inline constexpr std::uint32_t bit_of(unsigned intid = spi) {
  return 1U << intid % 32;
}

struct ArmVmConfig {
  VgicModel model = VgicModel::v3;
  VgicCore core = VgicCore::ap_lists;
  bool ready_before_device = true;
  KvmArm64::Start start = KvmArm64::Start::running;
  std::string readiness = "linux-6.1";
  std::uint8_t default_config = vgic_config_edge;
  std::vector<unsigned> spis = {spi};
  unsigned vcpus = 1;
  unsigned nr_lr = 4;
  bool irqfds_at_reset = true;
};

/// A host CPU's hard interrupt that runs what the test hands it.
class HardInterrupt : public Module {
 public:
  HardInterrupt(const sc_core::sc_module_name& name, Fabric& fabric, ExecutorId executor);

  void ask(Steps& steps, Hand::Op op);

 private:
  void main(Exec& x, Frame& self);

  Slot<HandState> state_;
  Hand::Op op_;
};

class ArmVmParts {
 private:
  timed::FreshSimcontext simcontext_;

 public:
  explicit ArmVmParts(const ArmVmConfig& config);

  Fabric fabric;
  KvmArm64 kvm;
  std::vector<ExecutorId> executors;
  std::vector<std::unique_ptr<ArmVcpu>> vcpus;
  std::vector<std::unique_ptr<Hand>> guests;  ///< Code of each vCPU's guest.
  std::shared_ptr<EventfdLocks> eventfd_locks;
  Eventfd trigger;        ///< Of the resample irqfd.
  Eventfd plain_trigger;  ///< Of the plain one.
  Eventfd resamplefd;
  Resampler resampler;
  Irqfd irqfd;
  Irqfd plain;
  Hand host;
  Hand vmm;
  HardInterrupt hardirq;
};

class ArmVm : public ArmVmParts {
 public:
  explicit ArmVm(const ArmVmConfig& config = {}) : ArmVmParts(config), go(fabric) {}

  Steps go;

  const VgicIrq& irq(unsigned intid = spi) { return go[kvm.vgic().irq(intid)]; }
  const VgicDist& dist() { return go[kvm.vgic().dist()]; }

  // --- the host: 0 or -errno --------------------------------------------------------------------

  /// An ioctl, and everything that it sets off.
  std::int32_t call(Hand::Op op);
  /// Code of a hard interrupt of the host, and everything that it sets off.
  void interrupt(Hand::Op op);
  void signal(Eventfd& eventfd);
  std::int32_t irq_line(bool level, unsigned intid = spi);
  std::uint32_t read_rfd() { return resamplefd.read(go.exec()); }

  // --- the guest ---------------------------------------------------------------------------------

  void dist_write(unsigned offset, std::uint32_t value, std::size_t vcpu = 0);
  std::uint32_t dist_read(unsigned offset, std::size_t vcpu = 0);
  /// Configures the SPI, enables it, and leaves it at priority 0.
  void set_up(bool level, unsigned intid = spi);
  bool signalled(std::size_t vcpu = 0) { return vcpus[vcpu]->irq(go.exec()); }
  unsigned iar(std::size_t vcpu = 0) { return vcpus[vcpu]->read_iar(go.exec()); }
  void eoir(unsigned intid = spi, std::size_t vcpu = 0);
};

}  // namespace irqloom::bench
