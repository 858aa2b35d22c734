#include "tests/models/vm.h"

#include <stdexcept>

namespace irqloom::bench {

namespace {

constexpr const char* eoi_inject = "kworker/kvm.ioapic.eoi_inject";
constexpr std::uint32_t user_space_counts = 1000;  // A reader in user space sees the real count.

Kvm::Config kvm_config(const VmConfig& config) {
  Kvm::Config result;
  result.ioapic.throttle_limit = config.throttle_limit;
  result.resample_policy = config.policy;
  return result;
}

std::string number(const std::string& name, std::size_t n) {
  return name + std::to_string(n);
}

}  // namespace

VmParts::VmParts(const VmConfig& config)
    : bus("bus", fabric),
      kvm("kvm", fabric, kvm_config(config), bus),
      lapic("lapic0", fabric, 0),
      executor(fabric.executor("vcpu0")),
      vcpu("vcpu0", fabric, 0, lapic, executor),
      chip("chip", fabric, kvm),
      eventfd_locks(std::make_shared<EventfdLocks>()),
      resampler("resampler", fabric, kvm, gsi),
      host("host", fabric),
      guest("guest", fabric, executor) {
  bus.attach(lapic);
  chip.attach(vcpu);
  vcpu.set_hardirq(guest.context());
  const Entry& e = config.entry;
  kvm.ioapic().preset(gsi, KvmPin{.vector = e.vector,
                                  .trigger_mode = static_cast<std::uint8_t>(e.level ? 1 : 0),
                                  .mask = static_cast<std::uint8_t>(e.masked ? 1 : 0),
                                  .dest = e.dest});
  for (std::size_t i = 0; i < resample_irqfds; ++i)
    add_irqfd(i < config.resample);
  add_irqfd(true);
  if (config.resample != 0) {
    resampler.preset(static_cast<std::uint8_t>((1U << config.resample) - 1), true);
  }
}

void VmParts::add_irqfd(bool at_reset) {
  const std::size_t i = irqfds.size();
  const bool resamples = i < resample_irqfds;
  triggers.push_back(std::make_unique<Eventfd>(number("trigger", i).c_str(), fabric, eventfd_locks,
                                               user_space_counts));
  triggers[i]->preset(at_reset ? 1 : 0, 0);
  if (resamples) {
    resamplefds.push_back(std::make_unique<Eventfd>(number("resamplefd", i).c_str(), fabric,
                                                    eventfd_locks, user_space_counts));
    resampler.resamplefds.bind(resamplefds[i]->in);
  }
  irqfds.push_back(std::make_unique<Irqfd>(number("irqfd", i).c_str(), fabric, kvm, *triggers[i], 0,
                                           gsi, resamples ? &resampler : nullptr,
                                           static_cast<unsigned>(i)));
  triggers[i]->waiters.bind(irqfds[i]->waiter);
  irqfds[i]->can_go();
  if (at_reset) irqfds[i]->preset_assigned();
}

void Vm::signal_only(std::size_t irqfd) {
  host.run(go, [&](Exec& x) { return triggers[irqfd]->signal(x); });
}

void Vm::signal(std::size_t irqfd) {
  signal_only(irqfd);
  run_work(irqfd);
}

std::int32_t Vm::irq_line(bool level, unsigned n) {
  return host.run(go, [=, this](Exec& x) { return kvm.set_irq(x, source_userspace, n, level); });
}

void Vm::assign(std::size_t irqfd) {
  host.run(go, [&](Exec& x) { return irqfds[irqfd]->assign(x); });
  run_work(irqfd);
}

void Vm::deassign(std::size_t irqfd) {
  host.ask(go, [&](Exec& x) { return irqfds[irqfd]->deassign(x); });
  go.rest("host");
  go.rest(number("kworker/irqfd", irqfd) + ".shutdown");
  go.rest("host");
  if (!host.is_done(go)) throw std::runtime_error("the irqfd is not shut down");
}

std::uint32_t Vm::read_rfd(std::size_t irqfd) {
  return resamplefds[irqfd]->read(go.exec());
}

void Vm::run_work(std::size_t irqfd) {
  go.rest(number("kworker/irqfd", irqfd) + ".inject");
}

bool Vm::is_throttled() {
  return go.enabled(eoi_inject);
}

void Vm::run_delayed_work() {
  go.rest(eoi_inject);
}

unsigned Vm::take() {
  return lapic.deliverable(go.exec()) ? lapic.acknowledge(go.exec()) : 0U;
}

void Vm::eoi() {
  guest.run(go, [&](Exec& x) { return chip.irq_eoi(x, gsi); });
}

unsigned Vm::isrs() {
  unsigned n = 0;
  for (; take() != 0; ++n)
    eoi();
  return n;
}

void Vm::mask() {
  guest.run(go, [&](Exec& x) { return chip.irq_mask(x, gsi); });
}

void Vm::unmask() {
  guest.run(go, [&](Exec& x) { return chip.irq_unmask(x, gsi); });
}

void Vm::write_low(const Entry& entry, unsigned n) {
  guest.run(go,
            [=, this](Exec& x) { return kvm.ioapic().write_indirect(x, n, false, entry.low()); });
}

void Vm::write_high(const Entry& entry, unsigned n) {
  guest.run(go,
            [=, this](Exec& x) { return kvm.ioapic().write_indirect(x, n, true, entry.high()); });
}

}  // namespace irqloom::bench
