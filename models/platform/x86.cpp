#include "models/platform/x86.h"

#include <stdexcept>

#include "models/property/recovery.h"
#include "models/property/storm.h"

namespace irqloom::x86 {

namespace {

constexpr std::uint8_t first_host_vector = 0x21;

std::string number(std::string_view prefix, std::size_t n) {
  return std::string(prefix) + std::to_string(n);
}

// What the table of operations lets through and nobody here does.
std::invalid_argument not_of_x86() {
  return std::invalid_argument("scripts of an x86 machine have no such operation");
}

std::vector<ContextId> contexts_of(const std::vector<CpuEntry*>& entries) {
  std::vector<ContextId> contexts;
  for (const CpuEntry* entry : entries)
    contexts.push_back(entry->context());
  return contexts;
}

void bind_vector(const std::vector<CpuEntry*>& entries, std::uint8_t vector,
                 sc_core::sc_export<FlowIf>& flow) {
  for (CpuEntry* entry : entries) {
    entry->add_vector(vector);
    entry->flows.bind(flow);
  }
}

}  // namespace

Machine::Machine(Fabric& fabric, const Spec& spec)
    : fabric_(fabric), eventfd_locks_(std::make_shared<EventfdLocks>()) {
  build_host(spec);
  build_kvm(spec);
  for (const AssignedSpec& d : spec.devices)
    build_device(spec, d);
  for (const EmulatedSpec& e : spec.emulated) {
    auto device = std::make_unique<EmulatedDevice>(e.name.c_str(), fabric_, e.config, *kvm_);
    for (const auto& v : vcpus_)
      device->attach(*v);
    emulated_.emplace_back(e.name, std::move(device));
  }
  for (const GuestLine& l : spec.lines)
    build_line(spec, l);
  for (const ScriptSpec& script : spec.scripts)
    build_script(script);
  add_properties(spec);
}

Machine::~Machine() = default;

void Machine::build_host(const Spec& spec) {
  host_bus_ = std::make_unique<ApicBus>("host_apic_bus", fabric_);
  host_ioapic_ = std::make_unique<Ioapic>("host_ioapic", fabric_, spec.pins);
  host_ioapic_->messages.bind(host_bus_->messages);
  host_chip_ = std::make_unique<IoapicChip>("host_chip", fabric_, *host_ioapic_);
  for (unsigned i = 0; i < spec.host_cpus; ++i) {
    host_cpus_.push_back(fabric_.executor(number("cpu", i)));
    host_lapics_.push_back(std::make_unique<Lapic>(number("host_lapic", i).c_str(), fabric_, i));
    host_bus_->attach(*host_lapics_[i]);
    host_chip_->attach(host_cpus_[i], *host_lapics_[i]);
    host_entries_.push_back(
        std::make_unique<CpuEntry>(number("cpu_entry", i).c_str(), fabric_,
                                   CpuEntry::Config{.layer = "host kernel",
                                                    .context = number("cpu", i) + "/hardirq",
                                                    .cpu = static_cast<std::uint16_t>(i)},
                                   *host_lapics_[i], host_cpus_[i]));
  }
}

void Machine::build_kvm(const Spec& spec) {
  guest_bus_ = std::make_unique<ApicBus>("guest_apic_bus", fabric_);
  Kvm::Config config;
  config.gsis = spec.pins;
  config.ioapic = {spec.pins, spec.throttle_limit};
  config.resample_policy = spec.resample_policy;
  kvm_ = std::make_unique<Kvm>("kvm", fabric_, config, *guest_bus_);
  guest_chip_ = std::make_unique<GuestIoapicChip>("guest_chip", fabric_, *kvm_);
  for (unsigned i = 0; i < spec.vcpus; ++i)
    build_vcpu(spec, i);
}

void Machine::build_vcpu(const Spec& spec, unsigned i) {
  guest_cpus_.push_back(fabric_.executor(number("vcpu", i)));
  guest_lapics_.push_back(std::make_unique<Lapic>(number("lapic", i).c_str(), fabric_, i));
  guest_bus_->attach(*guest_lapics_[i]);
  vcpus_.push_back(std::make_unique<Vcpu>(number("vcpu", i).c_str(), fabric_, i, *guest_lapics_[i],
                                          guest_cpus_[i],
                                          VcpuPolicy::find(spec.vcpu_policy).traits));
  guest_chip_->attach(*vcpus_[i]);
  guest_entries_.push_back(
      std::make_unique<CpuEntry>(number("vcpu_entry", i).c_str(), fabric_,
                                 CpuEntry::Config{.layer = "guest",
                                                  .context = number("vcpu", i) + "/hardirq",
                                                  .cpu = static_cast<std::uint16_t>(i),
                                                  .guest = true},
                                 *guest_lapics_[i], guest_cpus_[i]));
  vcpus_[i]->set_hardirq(guest_entries_[i]->context());
  if (VcpuRun* run = vcpus_[i]->run()) {
    guest_bus_->attach(*run);
    guest_entries_[i]->set_injection(*run);
  }
}

// A vCPU that halts is one that a thread is not woken on from elsewhere: that takes an IPI of the
// guest's. A oneshot line's thread follows the line (kernel/irq/manage.c:
// irq_thread_check_affinity(), Linux 6.1).
std::vector<ExecutorId> Machine::thread_cpus_of(const GuestLine& l) const {
  if (vcpus_.at(l.vcpu)->run() == nullptr) return guest_cpus_;
  return {guest_cpus_[l.vcpu]};
}

void Machine::add_task(unsigned vcpu, const IrqDesc& line) {
  VcpuRun* run = vcpus_.at(vcpu)->run();
  if (run == nullptr) return;
  const Slot<DescState> slot = line.state();
  run->add_task(range(slot), [slot](Exec& x) { return x.get(slot).threads_active != 0; });
}

// A script of the guest's does not sleep: its vCPU halts when it has ended.
void Machine::add_task(unsigned vcpu, ContextId script) {
  VcpuRun* run = vcpus_.at(vcpu)->run();
  if (run == nullptr) return;
  const ContextInfo& context = fabric_.contexts()[script];
  const Slot<ContextState> slot{context.offset, context.slot};
  run->add_task(range(slot), [slot](Exec& x) { return x.get(slot).top != 0; });
}

Resampler& Machine::resampler(unsigned gsi) {
  for (const auto& r : resamplers_) {
    if (r->gsi() == gsi) return *r;
  }
  resamplers_.push_back(
      std::make_unique<Resampler>(number("resampler", gsi).c_str(), fabric_, *kvm_, gsi));
  return *resamplers_.back();
}

void Machine::build_device(const Spec& spec, const AssignedSpec& d) {
  for (const auto& [name, a] : assignments_) {
    if (name == d.name) throw std::invalid_argument("two devices named " + name);
  }
  const std::string& n = d.name;
  Assignment a;
  // One host line per device: pins of the host are not shared here (adaptive sharing is a story of
  // its own), so the wire and the line carry the pin's number.
  a.device = std::make_unique<Device>(n.c_str(), fabric_, d.config);
  a.wire = std::make_unique<Wire>((n + "_wire").c_str(), fabric_, d.host_pin);
  a.device->wire.bind(a.wire->in);
  a.wire->out.bind(host_ioapic_->inputs);

  const auto vector = static_cast<std::uint8_t>(first_host_vector + d.host_pin);
  a.host_desc = std::make_unique<IrqDesc>(
      (n + "_host_irq").c_str(), fabric_,
      DescConfig{.irq = d.host_pin, .hwirq = d.host_pin, .layer = "host kernel"});
  a.host_desc->add_action({.name = "vfio-intx(" + n + ")"});
  a.host_desc->start_at_reset();
  a.host_desc->chip.bind(host_chip_->ops);
  host_entries_[0]->add_vector(vector);
  host_entries_[0]->flows.bind(a.host_desc->flow);
  const Slot<IoapicPin> pin = host_ioapic_->pin(d.host_pin);
  fabric_.at_reset([pin, vector](World& w) {
    w.mut(pin) = IoapicPin{.vector = vector, .polarity = 1, .trigger_mode = 1, .mask = 0};
  });

  a.vfio =
      std::make_unique<VfioIntx>((n + "_vfio").c_str(), fabric_, d.pci_2_3, spec.forwards_mask);
  a.vfio->device.bind(a.device->config);
  a.vfio->host_line.bind(a.host_desc->line);
  a.host_desc->actions.bind(a.vfio->action);

  a.trigger = std::make_unique<Eventfd>((n + "_trigger").c_str(), fabric_, eventfd_locks_);
  a.resamplefd = std::make_unique<Eventfd>((n + "_resamplefd").c_str(), fabric_, eventfd_locks_);
  a.vfio->trigger.bind(a.trigger->in);
  a.vfio->virqfd().attach(*a.resamplefd, 0);
  a.vfio->virqfd().preset_enabled();
  a.resamplefd->waiters.bind(a.vfio->unmask_virqfd);
  a.resamplefd->preset(1, 0);

  Resampler& r = resampler(d.gsi);
  const auto member = static_cast<unsigned>(r.resamplefds.size());
  r.resamplefds.bind(a.resamplefd->in);
  r.mask_listeners.bind(*a.vfio);
  a.irqfd = std::make_unique<Irqfd>((n + "_irqfd").c_str(), fabric_, *kvm_, *a.trigger, 0, d.gsi,
                                    &r, member);
  a.trigger->waiters.bind(a.irqfd->waiter);
  a.trigger->preset(d.assigned_at_reset ? 1 : 0, d.pending_signals);
  if (d.assigned_at_reset) {
    a.irqfd->preset_assigned();
    r.preset(static_cast<std::uint8_t>(1U << member), true);
  }
  assignments_.emplace_back(n, std::move(a));
}

DeviceIf& Machine::device_registers(std::string_view name) {
  for (const auto& [n, a] : assignments_) {
    if (n == name) return *a.device;
  }
  for (const auto& [n, e] : emulated_) {
    if (n == name) return *e;
  }
  throw std::invalid_argument("no device named " + std::string(name));
}

std::int64_t Machine::device_label(std::string_view name) {
  return fabric_.name(name);
}

std::function<bool(const World&)> Machine::work_predicate(const GuestLine& l) {
  std::vector<Slot<DeviceState>> assigned;
  std::vector<Slot<EmulatedState>> emulated;
  for (const GuestAction& action : l.actions) {
    for (const auto& [n, a] : assignments_) {
      if (n == action.device) assigned.push_back(a.device->state());
    }
    for (const auto& [n, e] : emulated_) {
      if (n == action.device) emulated.push_back(e->state());
    }
  }
  return [assigned, emulated](const World& w) {
    for (const auto slot : assigned) {
      if (w[slot].work != 0) return true;
    }
    for (const auto slot : emulated) {
      if (w[slot].work != 0) return true;
    }
    return false;
  };
}

/// The vCPUs that the domain maps its vector for: its own, or all if it is moved.
std::vector<CpuEntry*> Machine::entries_of(const GuestLine& l) {
  std::vector<CpuEntry*> entries;
  for (std::size_t i = 0; i < guest_entries_.size(); ++i) {
    if (l.moves || i == l.vcpu) entries.push_back(guest_entries_[i].get());
  }
  return entries;
}

void Machine::build_line(const Spec& spec, const GuestLine& l) {
  const std::string name = number("guest_irq", l.gsi);
  const std::vector<CpuEntry*> entries = entries_of(l);
  lines_.push_back({.label = fabric_.name(name),
                    .name = name,
                    .devices = devices_of(l.actions),
                    .has_work = work_predicate(l),
                    .pin = l.gsi,
                    .vector = l.vector,
                    .entries = contexts_of(entries),
                    .edge = l.flow == Flow::edge});
  kvm_->ioapic().preset(
      l.gsi, KvmPin{.vector = l.vector,
                    .trigger_mode = static_cast<std::uint8_t>(l.flow == Flow::edge ? 0 : 1),
                    .mask = static_cast<std::uint8_t>(l.masked_at_reset ? 1 : 0),
                    .dest = static_cast<std::uint8_t>(l.vcpu)});
  std::vector<Driver*> drivers;
  for (const GuestAction& action : l.actions) {
    drivers_.push_back(std::make_unique<Driver>((action.device + "_driver").c_str(), fabric_,
                                                action.serves, fabric_.name(name),
                                                device_label(action.device), action.reports));
    drivers_.back()->device.bind(device_registers(action.device));
    drivers.push_back(drivers_.back().get());
  }
  if (l.raw) {
    raw_lines_.push_back(
        std::make_unique<RawLine>(name.c_str(), fabric_,
                                  RawLine::Config{.hwirq = l.gsi,
                                                  .irq = l.gsi,
                                                  .action_name = l.actions.at(0).device,
                                                  .thread_cpus = guest_cpus_}));
    raw_lines_.back()->chip.bind(guest_chip_->ops);
    raw_lines_.back()->action.bind(drivers.at(0)->action);
    bind_vector(entries, l.vector, raw_lines_.back()->flow);
    return;
  }
  auto desc = std::make_unique<IrqDesc>(name.c_str(), fabric_,
                                        DescConfig{.irq = l.gsi,
                                                   .hwirq = l.gsi,
                                                   .flow = l.flow,
                                                   .oneshot = l.oneshot,
                                                   .disable_unlazy = l.unlazy,
                                                   .moves_in_irq = l.moves,
                                                   .layer = "guest",
                                                   .spurious_limit = spec.spurious_limit,
                                                   .spurious_window = spec.spurious_window,
                                                   .thread_cpus = thread_cpus_of(l)});
  for (std::size_t i = 0; i < l.actions.size(); ++i) {
    desc->add_action(
        {.name = l.actions[i].device, .threaded = l.actions[i].serves == Driver::Serves::thread});
    desc->actions.bind(drivers[i]->action);
  }
  if (l.wakeup) desc->wake_at_reset();
  if (l.enabled_at_reset) desc->start_at_reset(l.masked_at_reset);
  desc->chip.bind(guest_chip_->ops);
  bind_vector(entries, l.vector, desc->flow);
  add_task(l.vcpu, *desc);
  guest_descs_.emplace_back(l.gsi, std::move(desc));
}

Assignment& Machine::assignment(std::string_view device) {
  for (auto& [name, a] : assignments_) {
    if (name == device) return a;
  }
  throw std::invalid_argument("no assigned device named " + std::string(device));
}

IrqDesc* Machine::guest_desc(unsigned gsi) {
  for (auto& [n, d] : guest_descs_) {
    if (n == gsi) return d.get();
  }
  return nullptr;
}

ForeignIrqfd& Machine::foreign_irqfd(Assignment& a, const std::string& device) {
  if (!a.foreign) {
    a.foreign =
        std::make_unique<ForeignIrqfd>((device + "_irqfd_elsewhere").c_str(), fabric_, *a.trigger,
                                       static_cast<unsigned>(a.trigger->waiters.size()));
    a.trigger->waiters.bind(*a.foreign);
  }
  return *a.foreign;
}

Script::Op Machine::device_operation(const ScriptOp& op) {
  using Kind = ScriptOp::Kind;
  Assignment& a = assignment(op.device);
  Irqfd* irqfd = a.irqfd.get();
  Eventfd* trigger = a.trigger.get();
  VfioIntx* vfio = a.vfio.get();
  if (op.kind == Kind::mask || op.kind == Kind::unmask) vfio->take_ioctls();
  if (op.kind == Kind::deassign || op.kind == Kind::close_trigger) irqfd->can_go();
  if (op.kind == Kind::detach_unmask || op.kind == Kind::close_resamplefd) {
    vfio->virqfd().can_go();
  }
  switch (op.kind) {
    case Kind::assign:
      return [irqfd](Exec& x) { return irqfd->assign(x); };
    case Kind::deassign:
      return [irqfd](Exec& x) { return irqfd->deassign(x); };
    case Kind::close_trigger:
      return [trigger](Exec& x) { return trigger->close(x); };
    case Kind::close_resamplefd:
      return [resamplefd = a.resamplefd.get()](Exec& x) { return resamplefd->close(x); };
    case Kind::assign_elsewhere:
      return [irqfd = &foreign_irqfd(a, op.device)](Exec& x) { return irqfd->assign(x); };
    case Kind::signal:
      return [trigger](Exec& x) { return trigger->signal(x); };
    case Kind::attach_unmask:
      return [vfio](Exec& x) { return vfio->virqfd().enable(x); };
    case Kind::detach_unmask:
      return [vfio](Exec& x) { return vfio->virqfd().disable(x); };
    case Kind::mask:
      return [vfio](Exec& x) { return vfio->mask(x); };
    case Kind::unmask:
      return [vfio](Exec& x) { return vfio->unmask(x); };
    default:
      throw not_of_x86();
  }
}

Script::Op Machine::line_operation(const ScriptOp& op) {
  using Kind = ScriptOp::Kind;
  IrqDesc* desc = guest_desc(op.gsi);
  if (desc == nullptr) {
    throw std::invalid_argument("no Linux line on GSI " + std::to_string(op.gsi));
  }
  switch (op.kind) {
    case Kind::enable:
      return [desc](Exec& x) { return desc->enable_irq(x); };
    case Kind::disable:
      return [desc](Exec& x) { return desc->disable_irq_nosync(x); };
    case Kind::suspend:
      return [desc](Exec& x) { return desc->suspend_device_irq(x); };
    case Kind::check_wakeup:
      return [desc](Exec& x) { return desc->check_wakeup(x); };
    case Kind::set_affinity:
      affinities_.push_back(std::make_unique<IrqAffinity>(fabric_, *desc));
      return [affinity = affinities_.back().get(), cpu = op.value](Exec& x) {
        return affinity->irq_set_affinity(x, cpu);
      };
    case Kind::resume:
      return [desc](Exec& x) { return desc->resume_device_irq(x); };
    default:
      throw not_of_x86();
  }
}

Script::Op Machine::operation(const ScriptOp& op) {
  switch (subject_of(op.kind)) {
    case OpSubject::device:
      return device_operation(op);
    case OpSubject::line:
      return line_operation(op);
    case OpSubject::none:
      return [](Exec& /*x*/) { return Call::done(); };
    case OpSubject::vmm:
    case OpSubject::guest:
      break;
  }
  throw not_of_x86();
}

void Machine::build_script(const ScriptSpec& s) {
  std::vector<Script::Operation> ops;
  std::vector<const Touches*> touched;
  for (const ScriptOp& op : s.ops)
    ops.push_back({operation(op)});
  for (const auto& [name, a] : assignments_) {
    touched.push_back(a.irqfd.get());
    touched.push_back(a.trigger.get());
    touched.push_back(a.vfio.get());
  }
  for (const auto& [gsi, d] : guest_descs_)
    touched.push_back(d.get());
  scripts_.push_back(std::make_unique<Script>(
      s.name.c_str(), fabric_,
      Script::Config{.layer = s.in_guest ? "guest" : "vmm",
                     .executor = s.in_guest ? guest_cpus_.at(s.vcpu) : no_executor,
                     .optional = s.optional,
                     .repeats = s.repeats},
      std::move(ops), std::move(touched)));
  if (s.in_guest) add_task(s.vcpu, scripts_.back()->context());
}

void Machine::add_properties(const Spec& /*spec*/) {
  fabric_.add(std::make_unique<SpuriousEntry>(fabric_, lines_));
  for (const auto& [name, a] : assignments_) {
    const Slot<DeviceState> device = a.device->state();
    const Slot<VfioIntxState> vfio = a.vfio->state();
    const Slot<DescState> host = a.host_desc->state();
    add_service_properties(fabric_, name, [device](const World& w) { return w[device].work != 0; });
    fabric_.add(stuck_masked(
        name, [vfio, host](const World& w) { return w[vfio].masked != 0 || w[host].depth != 0; }));
  }
  for (const auto& [name, e] : emulated_) {
    const Slot<EmulatedState> device = e->state();
    add_service_properties(fabric_, name, [device](const World& w) { return w[device].work != 0; });
  }
  add_storm_properties(fabric_);
}

}  // namespace irqloom::x86
