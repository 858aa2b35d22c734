#include "tests/models/arm_vm.h"

#include <stdexcept>

namespace irqloom::bench {

namespace {

constexpr std::uint32_t user_space_counts = 1000;  // A reader in user space sees the real count.

KvmArm64::Config kvm_config(const ArmVmConfig& config) {
  KvmArm64::Config result;
  result.vgic.model = config.model;
  result.vgic.spis = config.spis;
  result.vgic.default_config = config.default_config;
  result.vgic.readiness = config.readiness;
  result.vgic.nr_lr = config.nr_lr;
  result.vgic.core = config.core;
  result.vgic.ready_before_device = config.ready_before_device;
  result.start = config.start;
  return result;
}

}  // namespace

ArmVmParts::ArmVmParts(const ArmVmConfig& config)
    : kvm("kvm", fabric, kvm_config(config)),
      eventfd_locks(std::make_shared<EventfdLocks>()),
      trigger("trigger", fabric, eventfd_locks, user_space_counts),
      plain_trigger("plain_trigger", fabric, eventfd_locks, user_space_counts),
      resamplefd("resamplefd", fabric, eventfd_locks, user_space_counts),
      resampler("resampler", fabric, kvm, arm_gsi),
      irqfd("irqfd", fabric, kvm, trigger, 0, arm_gsi, &resampler, 0),
      plain("plain", fabric, kvm, plain_trigger, 0, arm_gsi, nullptr, 0),
      host("host", fabric),
      vmm("vmm", fabric),
      hardirq("hardirq", fabric, fabric.executor("cpu0")) {
  for (unsigned id = 0; id < config.vcpus; ++id) {
    const std::string name = "vcpu" + std::to_string(id);
    executors.push_back(fabric.executor(name));
    vcpus.push_back(std::make_unique<ArmVcpu>(name.c_str(), fabric, ArmVcpu::Config{.id = id}, kvm,
                                              executors.back()));
    guests.push_back(
        std::make_unique<Hand>(("guest" + std::to_string(id)).c_str(), fabric, executors.back()));
  }
  trigger.waiters.bind(irqfd.waiter);
  plain_trigger.waiters.bind(plain.waiter);
  resampler.resamplefds.bind(resamplefd.in);
  irqfd.can_go();
  plain.can_go();
  if (!config.irqfds_at_reset) return;
  trigger.preset(1, 0);
  plain_trigger.preset(1, 0);
  irqfd.preset_assigned();
  plain.preset_assigned();
  resampler.preset(1, false);
}

HardInterrupt::HardInterrupt(const sc_core::sc_module_name& module_name, Fabric& fabric,
                             ExecutorId executor)
    : Module(module_name, fabric),
      state_(fabric.reserve<HandState>("interrupt." + std::string(name()))) {
  fabric.context({.name = name(),
                  .layer = "test",
                  .level = Level::hardirq,
                  .executor = executor,
                  .stack_bytes = 240},
                 fabric.routine<&HardInterrupt::main>(*this, "interrupt", "the test"));
}

void HardInterrupt::main(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(state_).asked != 0, "take the interrupt");
    x.set(state_).asked = 0;
    x.enter_hardirq();
    CALL(op_(x));
    STEP("return from the interrupt");
    x.leave_hardirq();
  }
  ROUTINE_END();
}

void HardInterrupt::ask(Steps& steps, Hand::Op op) {
  op_ = std::move(op);
  steps.world().mut(state_).asked = 1;
}

void ArmVm::interrupt(Hand::Op op) {
  hardirq.ask(go, std::move(op));
  go.settle();
}

std::int32_t ArmVm::call(Hand::Op op) {
  host.ask(go, std::move(op));
  go.settle();
  if (!host.is_done(go)) throw std::runtime_error("the ioctl does not return");
  return go[host.state()].result;
}

void ArmVm::signal(Eventfd& eventfd) {
  call([&](Exec& x) { return eventfd.signal(x); });
}

std::int32_t ArmVm::irq_line(bool level, unsigned intid) {
  return call([&](Exec& x) { return kvm.irq_line(x, ArmIrqType::spi, 0, intid, level); });
}

void ArmVm::dist_write(unsigned offset, std::uint32_t value, std::size_t vcpu) {
  guests[vcpu]->run(go, [&](Exec& x) { return vcpus[vcpu]->dist_write(x, offset, value); });
  go.settle();
}

std::uint32_t ArmVm::dist_read(unsigned offset, std::size_t vcpu) {
  return static_cast<std::uint32_t>(
      guests[vcpu]->run(go, [&](Exec& x) { return vcpus[vcpu]->dist_read(x, offset); }));
}

void ArmVm::set_up(bool level, unsigned intid) {
  const std::uint32_t edge = 2U << intid % 16 * 2;
  dist_write(icfgr + intid / 16 * 4, level ? 0 : edge);
  dist_write(word_of(isenabler, intid), bit_of(intid));
}

void ArmVm::eoir(unsigned intid, std::size_t vcpu) {
  vcpus[vcpu]->write_eoir(go.exec(), intid);
  go.settle();
}

}  // namespace irqloom::bench
