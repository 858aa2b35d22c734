#include "models/platform/arm.h"

#include <algorithm>
#include <stdexcept>

#include "models/irqchip/gic_eoimode1_chip.h"
#include "models/irqchip/gicv2.h"
#include "models/irqchip/gicv3.h"
#include "models/property/livelock.h"
#include "models/property/recovery.h"

namespace irqloom::arm {

namespace {

constexpr unsigned gic_intids = 1020;
constexpr std::uint16_t deep_stack = 384;  // An injection can end in a kick of another vCPU.

std::string number(std::string_view prefix, std::size_t n) {
  return std::string(prefix) + std::to_string(n);
}

unsigned intid_of(unsigned gsi) {
  return gic::first_spi + gsi;
}

/// The guest's SPIs that have state: those of devices and lines.
std::vector<unsigned> spis_of(const Spec& spec) {
  std::vector<unsigned> spis;
  for (const DeviceSpec& d : spec.devices)
    spis.push_back(intid_of(d.gsi));
  for (const EmulatedSpec& e : spec.emulated)
    spis.push_back(intid_of(e.gsi));
  for (const GuestLine& l : spec.lines)
    spis.push_back(intid_of(l.gsi));
  std::ranges::sort(spis);
  spis.erase(std::unique(spis.begin(), spis.end()), spis.end());
  return spis;
}

bool kills_vmm(const Spec& spec) {
  return std::ranges::any_of(spec.scripts, [](const ScriptSpec& s) {
    return std::ranges::find(s.ops, ScriptOp::Kind::kill, &ScriptOp::kind) != s.ops.end();
  });
}

bool is_armed(const DeviceSpec& d) {
  return d.armed_at_reset;
}

}  // namespace

Machine::Machine(Fabric& fabric, const Spec& spec)
    : fabric_(fabric), eventfd_locks_(std::make_shared<EventfdLocks>()) {
  build_host(spec);
  of_process([&] { build_kvm(spec); });
  build_process_exit(spec);
  for (const DeviceSpec& d : spec.devices)
    build_device(spec, d);
  of_process([&] {
    for (const EmulatedSpec& e : spec.emulated)
      build_emulated(e);
    for (const GuestLine& l : spec.lines)
      build_line(spec, l);
  });
  for (const ScriptSpec& s : spec.scripts)
    build_script(spec, s);
  of_process([&] { add_properties(); });
  if (!process_exit_) return;
  for (const auto& [first, last] : process_slots_)
    process_exit_->add_state(first, last);
}

Machine::~Machine() = default;

void Machine::of_process(const std::function<void()>& build) {
  const auto next = [this] { return static_cast<SlotIndex>(fabric_.layout().slots().size()); };
  const SlotIndex first = next();
  build();
  process_slots_.emplace_back(first, next());
}

// Only the lines of devices are wired: the controller has no other interrupts.
void Machine::build_host(const Spec& spec) {
  std::vector<unsigned> wired;
  for (const DeviceSpec& d : spec.devices)
    wired.push_back(d.host_spi);
  std::ranges::sort(wired);
  if (spec.host_gicv3) {
    host_gic_ = std::make_unique<GicV3>("host_gic", fabric_, spec.host_cpus, gic_intids, 5, wired);
  } else {
    host_gic_ = std::make_unique<GicV2>("host_gic", fabric_, spec.host_cpus, gic_intids, wired);
  }
  host_gic_->preset_running();
  const bool eoi_mode_1 = spec.host_eoi_mode == 1;
  if (eoi_mode_1) {
    host_gic_->preset_eoi_mode_1();
    host_chip_ = std::make_unique<GicEoimode1Chip>("host_chip", fabric_, *host_gic_);
  } else {
    host_chip_ = std::make_unique<GicChip>("host_chip", fabric_, *host_gic_);
  }
  for (unsigned i = 0; i < spec.host_cpus; ++i) {
    host_cpus_.push_back(fabric_.executor(number("cpu", i)));
    host_chip_->attach(host_cpus_[i]);
    // Every SPI goes to CPU 0; a CPU that takes none needs no entry.
    if (i != 0) continue;
    host_gic_cpus_.push_back(std::make_unique<GicCpu>(*host_gic_, i, eoi_mode_1));
    host_entries_.push_back(
        std::make_unique<GicEntry>(number("cpu_entry", i).c_str(), fabric_,
                                   GicEntry::Config{.layer = "host kernel",
                                                    .context = number("cpu", i) + "/hardirq",
                                                    .cpu = static_cast<std::uint16_t>(i),
                                                    .is_v3 = spec.host_gicv3},
                                   *host_gic_cpus_.back(), host_cpus_[i]));
  }
}

void Machine::build_kvm(const Spec& spec) {
  KvmArm64::Config config;
  config.vgic.model = spec.gic;
  config.vgic.spis = spis_of(spec);
  config.vgic.default_config = spec.default_config;
  config.vgic.readiness = spec.readiness;
  config.vgic.nr_lr = spec.nr_lr;
  config.vgic.core = spec.vgic_core;
  config.vgic.ready_before_device = spec.ready_before_device;
  config.vgic.takes_one_beyond = spec.takes_one_beyond;
  config.start = spec.started ? KvmArm64::Start::running : KvmArm64::Start::empty;
  config.injects_in_atomic = spec.injects_in_atomic;
  config.resample_policy = spec.resample_policy;
  kvm_ = std::make_unique<KvmArm64>("kvm", fabric_, config);
  main_thread_ = std::make_unique<MainThread>("main_thread", fabric_, *kvm_);
  guest_chip_ = std::make_unique<GuestGicChip>("guest_chip", fabric_, config.vgic.spis,
                                               spec.gic == VgicModel::v3);
  for (unsigned i = 0; i < spec.vcpus; ++i) {
    const auto cpu = static_cast<std::uint16_t>(i);
    guest_cpus_.push_back(fabric_.executor(number("vcpu", i)));
    vcpus_.push_back(std::make_unique<ArmVcpu>(number("vcpu", i).c_str(), fabric_,
                                               ArmVcpu::Config{.id = i, .cpu = cpu}, *kvm_,
                                               guest_cpus_[i]));
    guest_chip_->attach(*vcpus_[i]);
    main_thread_->attach(*vcpus_[i]);
    guest_gic_cpus_.push_back(std::make_unique<GuestGicCpu>(*vcpus_[i]));
    guest_entries_.push_back(
        std::make_unique<GicEntry>(number("vcpu_entry", i).c_str(), fabric_,
                                   GicEntry::Config{.layer = "guest",
                                                    .context = number("vcpu", i) + "/hardirq",
                                                    .cpu = cpu,
                                                    .is_v3 = spec.gic == VgicModel::v3},
                                   *guest_gic_cpus_[i], guest_cpus_[i]));
    vcpus_[i]->set_hardirq(guest_entries_[i]->context());
  }
  gic_reset_ = std::make_unique<GicReset>("gic_reset", fabric_, *kvm_);
}

void Machine::build_process_exit(const Spec& spec) {
  if (!kills_vmm(spec)) return;
  if (spec.started || !spec.emulated.empty()) {
    throw std::invalid_argument("a VMM that is killed starts by a script and emulates no device");
  }
  process_exit_ = std::make_unique<ProcessExit>("process_exit", fabric_, *main_thread_);
  for (const auto& v : vcpus_)
    process_exit_->attach(*v);
}

Resampler& Machine::resampler(unsigned gsi) {
  for (const auto& r : resamplers_) {
    if (r->gsi() == gsi) return *r;
  }
  resamplers_.push_back(
      std::make_unique<Resampler>(number("resampler", gsi).c_str(), fabric_, *kvm_, gsi));
  return *resamplers_.back();
}

void Machine::build_device(const Spec& spec, const DeviceSpec& d) {
  for (const auto& [name, a] : assignments_) {
    if (name == d.name) throw std::invalid_argument("two devices named " + name);
  }
  Assignment a;
  a.device = std::make_unique<Device>(d.name.c_str(), fabric_, d.config);
  a.wire = std::make_unique<Wire>((d.name + "_wire").c_str(), fabric_, d.host_spi);
  a.device->wire.bind(a.wire->in);
  a.wire->out.bind(host_gic_->inputs);
  build_host_line(d, a);
  of_process([&] {
    build_signalling(d, a);
    build_handler(spec, d, a);
  });
  assert_at_reset(d, a);
  if (process_exit_) build_release(d, a);
  assignments_.emplace_back(d.name, std::move(a));
}

void Machine::build_release(const DeviceSpec& d, Assignment& a) {
  a.release = std::make_unique<VfioPlatformRelease>(fabric_, *a.vfio, *a.device, *a.host_desc,
                                                    d.reset_at_release);
  process_exit_->attach(*a.irqfd, *a.release);
  if (a.handler) process_exit_->add_thread(a.handler->context());
}

void Machine::build_handler(const Spec& spec, const DeviceSpec& d, Assignment& a) {
  const auto installs = [&](const ScriptOp& op) {
    return op.kind == ScriptOp::Kind::handle_eventfd && op.device == d.name;
  };
  if (std::ranges::none_of(spec.scripts, [&](const ScriptSpec& s) {
        return std::ranges::any_of(s.ops, installs);
      })) {
    return;
  }
  a.handler = std::make_unique<UserHandler>(
      (d.name + "_handler").c_str(), fabric_,
      UserHandler::Config{.intid = intid_of(d.gsi), .retries = d.handler_retries},
      UserHandler::Parts{*a.device, *a.trigger, *a.vfio, *kvm_, *main_thread_});
  for (const auto& v : vcpus_)
    a.handler->attach(*v);
}

// drivers/vfio/platform/vfio_platform_irq.c: requested at open with IRQF_NO_AUTOEN.
void Machine::build_host_line(const DeviceSpec& d, Assignment& a) {
  const bool edge = d.config.edge;
  a.host_desc = std::make_unique<IrqDesc>(
      (d.name + "_host_irq").c_str(), fabric_,
      DescConfig{.irq = d.host_spi, .hwirq = d.host_spi, .edge = edge, .layer = "host kernel"});
  a.host_desc->add_action({.name = "vfio-irq(" + d.name + ")"});
  a.host_desc->chip.bind(host_chip_->ops);
  host_entries_[0]->add_intid(d.host_spi);
  host_entries_[0]->flows.bind(a.host_desc->flow);
  a.vfio = std::make_unique<VfioPlatform>((d.name + "_vfio").c_str(), fabric_, !edge);
  a.vfio->host_line.bind(a.host_desc->line);
  a.host_desc->actions.bind(a.vfio->action);
  const Slot<GicIrq> spi = host_gic_->interrupt(0, d.host_spi);
  const bool armed = is_armed(d);
  fabric_.at_reset([spi, edge, armed](World& w) {
    w.mut(spi).edge = edge ? 1 : 0;
    w.mut(spi).enable = armed ? 1 : 0;
  });
  if (!armed) return;
  a.host_desc->start_at_reset();
  a.vfio->start_at_reset();
}

void Machine::build_signalling(const DeviceSpec& d, Assignment& a) {
  a.trigger = std::make_unique<Eventfd>((d.name + "_trigger").c_str(), fabric_, eventfd_locks_);
  a.resamplefd =
      std::make_unique<Eventfd>((d.name + "_resamplefd").c_str(), fabric_, eventfd_locks_);
  a.vfio->trigger.bind(a.trigger->in);
  a.vfio->virqfd().attach(*a.resamplefd, 0);
  a.resamplefd->waiters.bind(a.vfio->unmask_virqfd);
  Resampler* r = d.resample ? &resampler(d.gsi) : nullptr;
  const auto member = r == nullptr ? 0U : static_cast<unsigned>(r->resamplefds.size());
  if (r != nullptr) r->resamplefds.bind(a.resamplefd->in);
  a.irqfd = std::make_unique<Irqfd>((d.name + "_irqfd").c_str(), fabric_, *kvm_, *a.trigger, 0,
                                    d.gsi, r, member);
  a.trigger->waiters.bind(a.irqfd->waiter);
  if (!is_armed(d)) return;
  a.trigger->preset(1, 0);
  a.resamplefd->preset(1, 0);
  a.vfio->virqfd().preset_enabled();
  a.irqfd->preset_assigned();
  if (r != nullptr) r->preset(static_cast<std::uint8_t>(1U << member), false);
}

// The device runs on when its VMM is killed: nobody lowers its wire.
void Machine::assert_at_reset(const DeviceSpec& d, const Assignment& a) {
  if (!d.asserting) return;
  const Slot<DeviceState> device = a.device->state();
  const Slot<WireState> wire = a.wire->state();
  const Slot<GicIrq> spi = host_gic_->interrupt(0, d.host_spi);
  fabric_.at_reset([device, wire, spi](World& w) {
    w.mut(device).work = 1;
    w.mut(device).status = 1;
    w.mut(device).level = 1;
    w.mut(wire).drivers = 1;
    w.mut(spi).line = 1;
  });
}

void Machine::build_emulated(const EmulatedSpec& e) {
  HeldLine::Config config = e.config;
  config.intid = intid_of(e.gsi);
  emulated_.emplace_back(
      e.name,
      std::make_unique<HeldLine>(e.name.c_str(), fabric_, std::move(config), *kvm_, *main_thread_));
  for (const auto& v : vcpus_)
    emulated_.back().second->attach(*v);
}

DeviceIf& Machine::device_registers(std::string_view name) {
  for (const auto& [n, e] : emulated_) {
    if (n == name) return *e;
  }
  Assignment& a = assignment(name);
  if (a.handler) return *a.handler;
  return *a.device;
}

UserHandler* Machine::handler_of(std::string_view device) {
  for (const auto& [n, a] : assignments_) {
    if (n == device) return a.handler.get();
  }
  return nullptr;
}

std::function<bool(const World&)> Machine::work_predicate(const GuestLine& l) {
  std::vector<Slot<DeviceState>> devices;
  std::vector<Slot<HeldLineState>> emulated;
  for (const GuestAction& action : l.actions) {
    for (const auto& [n, a] : assignments_) {
      if (n == action.device) devices.push_back(a.device->state());
    }
    for (const auto& [n, e] : emulated_) {
      if (n == action.device) emulated.push_back(e->state());
    }
  }
  return [devices, emulated](const World& w) {
    const auto has_work = [&](const auto slot) { return w[slot].work != 0; };
    return std::ranges::any_of(devices, has_work) || std::ranges::any_of(emulated, has_work);
  };
}

void Machine::build_line(const Spec& spec, const GuestLine& l) {
  const std::string name = number("guest_irq", l.gsi);
  const unsigned intid = intid_of(l.gsi);
  lines_.push_back({.label = fabric_.name(name),
                    .name = name,
                    .devices = devices_of(l.actions),
                    .has_work = work_predicate(l)});
  auto desc = std::make_unique<IrqDesc>(name.c_str(), fabric_,
                                        DescConfig{.irq = l.gsi,
                                                   .hwirq = intid,
                                                   .edge = l.edge,
                                                   .oneshot = l.oneshot,
                                                   .disable_unlazy = l.unlazy,
                                                   .layer = "guest",
                                                   .spurious_limit = spec.spurious_limit,
                                                   .spurious_window = spec.spurious_window,
                                                   .thread_cpus = guest_cpus_,
                                                   .thread_stack_bytes = deep_stack});
  for (const GuestAction& action : l.actions) {
    drivers_.push_back(std::make_unique<Driver>((action.device + "_driver").c_str(), fabric_,
                                                action.serves, fabric_.name(name),
                                                fabric_.name(action.device), action.reports));
    drivers_.back()->device.bind(device_registers(action.device));
    if (UserHandler* handler = handler_of(action.device)) drivers_.back()->trap(*handler);
    desc->add_action({.name = action.device, .threaded = action.serves == Driver::Serves::thread});
    desc->actions.bind(drivers_.back()->action);
  }
  if (l.enabled_at_reset) desc->start_at_reset();
  desc->chip.bind(guest_chip_->ops);
  // Whichever vCPU the interrupt goes to: the domain maps it for all of them.
  for (const auto& entry : guest_entries_) {
    entry->add_intid(intid);
    entry->flows.bind(desc->flow);
  }
  if (spec.started) {
    VgicIrq irq;
    irq.enabled = l.enabled_at_reset ? 1 : 0;
    irq.config = l.edge ? vgic_config_edge : vgic_config_level;
    irq.priority = 0xa0;
    irq.group = spec.gic == VgicModel::v3 ? 1 : 0;
    irq.target_vcpu = static_cast<std::uint8_t>(l.vcpu + 1);
    kvm_->vgic().preset_irq(intid, irq);
  }
  guest_descs_.emplace_back(l.gsi, std::move(desc));
}

Assignment& Machine::assignment(std::string_view device) {
  for (auto& [name, a] : assignments_) {
    if (name == device) return a;
  }
  throw std::invalid_argument("no device named " + std::string(device));
}

IrqDesc& Machine::guest_desc(unsigned gsi) {
  for (auto& [n, d] : guest_descs_) {
    if (n == gsi) return *d;
  }
  throw std::invalid_argument(number("no guest line on GSI ", gsi));
}

void Machine::add_properties() {
  fabric_.add(std::make_unique<SpuriousEntry>(fabric_, lines_));
  for (const auto& [name, a] : assignments_) {
    const Slot<DeviceState> device = a.device->state();
    const Slot<VfioPlatformState> vfio = a.vfio->state();
    const Slot<DescState> host = a.host_desc->state();
    add_service_properties(fabric_, name, [device](const World& w) { return w[device].work != 0; });
    // Before a trigger is set, the line is disabled because nobody wants it.
    fabric_.add(stuck_masked(name, [vfio, host](const World& w) {
      return w[vfio].masked != 0 || (w[vfio].trigger != 0 && w[host].depth != 0);
    }));
  }
  for (const auto& [name, e] : emulated_) {
    const Slot<HeldLineState> device = e->state();
    add_service_properties(fabric_, name, [device](const World& w) { return w[device].work != 0; });
  }
  add_storm_properties(fabric_);
  add_livelock_property(fabric_);
}

}  // namespace irqloom::arm
