#include "models/platform/arm_topology.h"

#include <algorithm>
#include <set>
#include <utility>

#include "models/irqchip/gic_irq.h"
#include "models/platform/graph_builder.h"

namespace irqloom::arm {

namespace {

using platform::Costs;
using platform::number;
using topology::Attribute;
using topology::NodeId;
using topology::Topology;
using topology::Use;
namespace attribute = platform::attribute;
namespace kind = platform::kind;
namespace layer = platform::layer;
namespace seam = platform::seam;

/// Whether a script does that, to that device if it is about one.
bool does(const Spec& spec, ScriptOp::Kind kind, const std::string& device = {}) {
  return std::ranges::any_of(spec.scripts, [&](const ScriptSpec& s) {
    return std::ranges::any_of(s.ops, [&](const ScriptOp& op) {
      return op.kind == kind && (device.empty() || op.device == device);
    });
  });
}

/// The vCPUs that a line's interrupt may go to: its own, and those that it is moved to.
std::set<unsigned> targets_of(const Spec& spec, const GuestLine& line) {
  std::set<unsigned> vcpus = {line.vcpu};
  for (const ScriptSpec& s : spec.scripts) {
    for (const ScriptOp& op : s.ops) {
      if (op.kind == ScriptOp::Kind::set_affinity && op.gsi == line.gsi) vcpus.insert(op.value);
    }
  }
  return vcpus;
}

std::string pin_name(unsigned gsi) {
  return number("kvm.vgic.spi", gsi + gic::first_spi);
}

/// From a changed pin to the guest's exception: the interrupt is queued, the vCPU kicked out of its
/// guest, and the list registers filled.
Costs kick_costs() {
  return {"kvm.vgic", "kvm.kick", "exit.irq", "kvm.vgic",
          "kvm.vgic", "entry",    "kvm.vgic", "kvm.vgic"};
}

/// From the begin of a flow handler to the call of an action where the line is masked in between,
/// which is an exit with a fold, a prune, the access, and an entry.
Costs mask_costs() {
  return {"cpu",   "exit.mmio", "kvm.vgic", "kvm.vgic", "kvm.vgic",
          "entry", "kvm.vgic",  "kvm.vgic", "entry",    "cpu"};
}

/// The graph of one machine.
class Description : private platform::GraphBuilder {
 public:
  explicit Description(const Spec& spec) : spec_(spec) {}

  Topology build();

 private:
  void device(const DeviceSpec& d);
  void host_line(const DeviceSpec& d, NodeId wire, NodeId irq);
  void into_kvm(const DeviceSpec& d, NodeId trigger);
  void handler(const DeviceSpec& d, NodeId trigger);
  void resample(const DeviceSpec& d);
  NodeId gsi(unsigned n);
  void emulated(const EmulatedSpec& e);
  void vcpu(unsigned id);
  void line(const GuestLine& l);
  void vector(const GuestLine& l, unsigned vcpu, NodeId pin, NodeId line);
  void action(const GuestLine& l, const GuestAction& a, NodeId line);
  void access(const GuestAction& a, NodeId driver);
  void process_exit();
  void script(const ScriptSpec& s);
  void operation(NodeId script, const ScriptOp& op);
  void device_operation(NodeId script, const ScriptOp& op);
  void irqfd_goes(const std::string& device);
  void virqfd_goes(const std::string& device);
  void vmm_operation(NodeId script, const ScriptOp& op);
  void set_up(NodeId script);
  void lead(NodeId script, const std::string& to, const char* by, Costs costs = {"ioctl"});

  const Spec& spec_;
};

Topology Description::build() {
  for (const DeviceSpec& d : spec_.devices)
    device(d);
  for (const EmulatedSpec& e : spec_.emulated)
    emulated(e);
  for (const GuestLine& l : spec_.lines)
    gsi(l.gsi);
  for (unsigned i = 0; i < spec_.vcpus; ++i)
    vcpu(i);
  for (const GuestLine& l : spec_.lines)
    line(l);
  if (does(spec_, ScriptOp::Kind::kill)) process_exit();
  for (const ScriptSpec& s : spec_.scripts)
    script(s);
  return take();
}

// --- the host -----------------------------------------------------------------------------------

void Description::device(const DeviceSpec& d) {
  const std::string part = "/devices/" + d.name;
  std::vector<Attribute> attributes = {{attribute::part, part},
                                       {"interrupt", d.config.edge ? "edge" : "level"}};
  if (d.config.raises) attributes.push_back({attribute::context, d.name});
  if (d.config.late_deassert) attributes.push_back({attribute::context, d.name + ".deassert"});
  const NodeId device = add({d.name, kind::device, layer::hardware, std::move(attributes)});
  const NodeId wire =
      add({d.name + "_wire", kind::wire, layer::hardware, {{attribute::part, part + "/host_spi"}}});
  const NodeId irq = add({d.name + "_host_irq", kind::host_irq, layer::host});
  const NodeId vfio = add({d.name + "_vfio",
                           kind::vfio,
                           layer::host,
                           {{"masks", d.config.edge ? "never" : "at the controller"}}});
  const NodeId trigger = add({d.name + "_trigger", kind::eventfd, layer::host});
  forth(device, wire, seam::wire, {});
  host_line(d, wire, irq);
  forth(irq, vfio, seam::action, {"cpu", "cpu"});
  back(vfio, irq, seam::irq_line, {"cpu"});
  // Of a level interrupt VFIO disables the line before it signals.
  forth(vfio, trigger, seam::eventfd_signal,
        d.config.edge ? Costs{"cpu"} : Costs{"cpu", "cpu", "cpu", "cpu"});
  into_kvm(d, trigger);
  if (does(spec_, ScriptOp::Kind::handle_eventfd, d.name)) handler(d, trigger);
}

void Description::host_line(const DeviceSpec& d, NodeId wire, NodeId irq) {
  const NodeId pin = add({number("host_gic.irq", d.host_spi), kind::host_pin, layer::hardware});
  const NodeId vector = add({number("cpu0.intid", d.host_spi),
                             kind::host_vector,
                             layer::host,
                             {{attribute::context, "cpu0/hardirq"}}});
  forth(wire, pin, seam::pin, {}, Use::exclusive);
  forth(pin, vector, seam::vector, {});
  forth(vector, irq, seam::irq, {"irq.entry"});
  back(irq, pin, seam::chip_operations, {});
}

// virt/kvm/eventfd.c, Linux 6.1. One that nobody assigns leads nowhere where the VMM has the
// eventfd.
void Description::into_kvm(const DeviceSpec& d, NodeId trigger) {
  const NodeId irqfd = add({d.name + "_irqfd",
                            kind::irqfd,
                            layer::kvm,
                            {{"assigned", d.armed_at_reset ? "at reset" : "by a script"},
                             {attribute::context, "kworker/" + d.name + "_irqfd.inject"}}});
  if (!d.armed_at_reset && !does(spec_, ScriptOp::Kind::assign, d.name) &&
      does(spec_, ScriptOp::Kind::handle_eventfd, d.name)) {
    node(irqfd).attributes.front().value = "never";
    return;
  }
  forth(trigger, irqfd, seam::eventfd_wake, {"cpu"});
  const Costs inject = spec_.injects_in_atomic ? Costs{"cpu"} : Costs{"work.hop", "cpu"};
  // One level per SPI, whoever drives it: the source of kvm_set_irq() is not looked at.
  forth(irqfd, gsi(d.gsi), seam::gsi_level, inject);
  if (d.resample) resample(d);
}

// The VMM's main loop takes the signal and raises the GSI itself (QEMU 7.2, hw/vfio/platform.c:
// vfio_intp_interrupt()). From then on accesses of the device trap, which end it.
void Description::handler(const DeviceSpec& d, NodeId trigger) {
  const NodeId handler = add({d.name + "_handler",
                              kind::handler,
                              layer::vmm,
                              {{attribute::context, d.name + "_handler"}}});
  forth(trigger, handler, seam::poll, {});
  forth(handler, gsi(d.gsi), seam::gsi_level, {"ioctl", "ioctl"});
  back(handler, *find(d.name), seam::device_access, {"ioctl"});
  back(handler, *find(d.name + "_vfio"), seam::set_irqs, {"ioctl", "ioctl"});
}

void Description::emulated(const EmulatedSpec& e) {
  std::vector<Attribute> attributes = {{attribute::part, "/devices/" + e.name},
                                       {attribute::context, e.name},
                                       {attribute::context, e.name + ".io"}};
  if (e.config.withdraws) attributes.push_back({attribute::context, e.name + ".withdraw"});
  const NodeId device = add({e.name, kind::emulated, layer::vmm, std::move(attributes)});
  forth(device, gsi(e.gsi), seam::gsi_level, {"ioctl"});
}

// --- KVM ----------------------------------------------------------------------------------------

NodeId Description::gsi(unsigned n) {
  if (const auto found = find(number("gsi", n))) return *found;
  const NodeId added = add({number("gsi", n), kind::gsi, layer::kvm});
  const NodeId pin = add({pin_name(n), kind::guest_pin, layer::kvm});
  forth(added, pin, seam::routing, {"kvm.vgic"});
  return added;
}

// The fold of an exit tells the resampler, whose eventfd makes VFIO enable the line in the same
// context (drivers/vfio/virqfd.c, Linux 6.1).
void Description::resample(const DeviceSpec& d) {
  const std::string name = number("resampler", d.gsi);
  std::optional<NodeId> notifier = find(name);
  if (!notifier) {
    notifier = add({name, kind::resampler, layer::kvm, {{"policy", spec_.resample_policy}}});
    // The line is lowered first, which kicks whoever has the interrupt on its list.
    back(*find(pin_name(d.gsi)), *notifier, seam::ack_notifier,
         {"kvm.vgic", "kvm.kick", "kvm.kick"});
  }
  const NodeId resamplefd = add({d.name + "_resamplefd", kind::eventfd, layer::host});
  const NodeId virqfd = add({d.name + "_virqfd", kind::virqfd, layer::host});
  back(*notifier, resamplefd, seam::eventfd_signal, {"eventfd"});
  back(resamplefd, virqfd, seam::eventfd_wake, {"cpu", "cpu"});
  back(virqfd, *find(d.name + "_vfio"), seam::unmask, {"cpu"});
}

// Whatever makes a vCPU leave the guest, KVM folds all of its list registers.
void Description::vcpu(unsigned id) {
  const std::string name = number("vcpu", id);
  const NodeId vcpu =
      add({name,
           kind::vcpu,
           layer::kvm,
           {{attribute::context, name + "/run"}, {attribute::context, name + "/hardirq"}}});
  for (std::size_t pin = 0; pin < vcpu; ++pin) {
    if (node(pin).kind == kind::guest_pin) back(vcpu, pin, seam::fold, {"exit.irq"});
  }
}

// --- the guest ----------------------------------------------------------------------------------

void Description::line(const GuestLine& l) {
  const std::string part = number("/guest/lines/", l.gsi);
  const NodeId line = add({number("guest_irq", l.gsi),
                           kind::guest_line,
                           layer::guest,
                           {{attribute::part, part},
                            {"flow", l.edge ? "fasteoi, edge" : "fasteoi, level"},
                            {"oneshot", l.oneshot ? "yes" : "no"}}});
  const NodeId pin = *find(pin_name(l.gsi));
  node(pin).attributes.push_back({attribute::part, part});
  for (const unsigned vcpu : targets_of(spec_, l))
    vector(l, vcpu, pin, line);
  for (const GuestAction& a : l.actions)
    action(l, a, line);
  back(line, pin, seam::chip_operations, {"cpu", "exit.mmio"});
  for (unsigned i = 0; i < spec_.vcpus; ++i)
    back(line, *find(number("vcpu", i)), seam::exit, {"cpu", "exit.mmio"});
}

// An EOI of a level interrupt is a maintenance interrupt to the vCPU's thread.
void Description::vector(const GuestLine& l, unsigned vcpu, NodeId pin, NodeId line) {
  const auto thread = find(number("vcpu", vcpu));
  if (!thread) return;
  const std::string cpu = number("vcpu", vcpu);
  const NodeId vector = add({cpu + number(".intid", l.gsi + gic::first_spi),
                             kind::guest_vector,
                             layer::guest,
                             {{attribute::context, cpu + "/hardirq"}}});
  forth(pin, vector, seam::vector, kick_costs(), Use::exclusive);
  forth(vector, line, seam::irq, {"irq.entry"});
  back(line, *thread, seam::eoi, {"irqchip"});
}

// The costs are those from the line to the handler: what a oneshot guest does first is an exit.
void Description::action(const GuestLine& l, const GuestAction& a, NodeId line) {
  const bool has_thread = a.serves == Driver::Serves::thread;
  std::vector<Attribute> attributes = {
      {attribute::part, number("/guest/lines/", l.gsi) + "/actions/" + a.device},
      {"serves", has_thread ? "in its thread" : "in the primary handler"}};
  if (has_thread)
    attributes.push_back({attribute::context, number("irq/", l.gsi) + "-" + a.device});
  const NodeId driver = add({a.device + "_driver", kind::action, layer::guest, attributes});
  forth(line, driver, seam::action, l.oneshot ? mask_costs() : Costs{"cpu"});
  back(driver, line, seam::irqreturn, {"cpu", "cpu"});
  access(a, driver);
}

void Description::access(const GuestAction& a, NodeId driver) {
  const auto device = find(a.device);
  if (!device) return;
  Costs costs = a.serves == Driver::Serves::thread
                    ? Costs{"cpu", "sched.wakeup", "cpu", "device.access"}
                    : Costs{"cpu", "device.access"};
  if (const auto handler = find(a.device + "_handler"))
    back(driver, *handler, seam::trap, {"cpu", "exit.userspace"});
  back(driver, *device, seam::device_access, std::move(costs));
}

// --- the VMM ------------------------------------------------------------------------------------

// kernel/exit.c, Linux 6.1: its devices are closed, and everything that was its own is gone.
void Description::process_exit() {
  const NodeId exit = add(
      {"process_exit", kind::process_exit, layer::host, {{attribute::context, "process_exit"}}});
  for (const DeviceSpec& d : spec_.devices) {
    forth(exit, *find(d.name + "_vfio"), seam::set_irqs, {"ioctl"});
    irqfd_goes(d.name);
    virqfd_goes(d.name);
    if (d.reset_at_release) forth(exit, *find(d.name), seam::device_access, {"device.access"});
  }
  static const std::set<std::string> gone = {kind::eventfd, kind::irqfd,      kind::resampler,
                                             kind::handler, kind::guest_line, kind::vcpu};
  for (NodeId n = 0; n < exit; ++n) {
    if (gone.contains(node(n).kind)) forth(exit, n, seam::exit_files, {"ioctl"});
  }
}

void Description::script(const ScriptSpec& s) {
  const NodeId script =
      add({s.name,
           kind::script,
           s.in_guest ? layer::guest : layer::vmm,
           {{attribute::part, "/scripts/" + s.name}, {attribute::context, s.name}}});
  if (s.in_guest) lead(script, number("vcpu", s.vcpu), seam::exit, {"exit.mmio"});
  for (const ScriptOp& op : s.ops)
    operation(script, op);
}

void Description::lead(NodeId script, const std::string& to, const char* by, Costs costs) {
  const auto target = find(to);
  if (target && !is_drawn(script, *target, by)) forth(script, *target, by, std::move(costs));
}

void Description::operation(NodeId script, const ScriptOp& op) {
  switch (subject_of(op.kind)) {
    case OpSubject::device:
      device_operation(script, op);
      break;
    case OpSubject::line:
      lead(script, number("guest_irq", op.gsi), seam::irq_line);
      break;
    case OpSubject::vmm:
      vmm_operation(script, op);
      break;
    case OpSubject::guest:
      set_up(script);
      break;
    case OpSubject::none:
      break;
  }
}

void Description::device_operation(NodeId script, const ScriptOp& op) {
  using Kind = ScriptOp::Kind;
  if (op.kind == Kind::assign || op.kind == Kind::deassign)
    lead(script, op.device + "_irqfd", seam::kvm_irqfd);
  if (op.kind == Kind::signal || op.kind == Kind::close_trigger)
    lead(script, op.device + "_trigger", seam::eventfd_signal);
  if (op.kind == Kind::close_resamplefd)
    lead(script, op.device + "_resamplefd", seam::eventfd_signal);
  if (op.kind == Kind::set_trigger || op.kind == Kind::mask || op.kind == Kind::unmask)
    lead(script, op.device + "_vfio", seam::set_irqs);
  if (op.kind == Kind::attach_unmask || op.kind == Kind::detach_unmask)
    lead(script, op.device + "_resamplefd", seam::set_irqs);
  if (op.kind == Kind::deassign || op.kind == Kind::close_trigger) irqfd_goes(op.device);
  if (op.kind == Kind::detach_unmask || op.kind == Kind::close_resamplefd) virqfd_goes(op.device);
  if (op.kind == Kind::handle_eventfd) lead(script, op.device + "_handler", seam::poll);
  if (op.kind == Kind::raise || op.kind == Kind::reset_device)
    lead(script, op.device, seam::device_access, {});
}

// Its shutdown is work of irqfd_cleanup_wq (virt/kvm/eventfd.c, Linux 6.1).
void Description::irqfd_goes(const std::string& device) {
  const std::string irqfd = device + "_irqfd";
  if (const auto n = find(irqfd)) executes("kworker/" + irqfd + ".shutdown", *n);
}

// Likewise of vfio_irqfd_cleanup_wq (drivers/vfio/virqfd.c, Linux 6.1). VFIO has one also where KVM
// knows no resamplefd.
void Description::virqfd_goes(const std::string& device) {
  const auto virqfd = find(device + "_virqfd");
  executes("kworker/" + device + "_vfio.unmask.shutdown",
           virqfd ? *virqfd : *find(device + "_vfio"));
}

void Description::vmm_operation(NodeId script, const ScriptOp& op) {
  using Kind = ScriptOp::Kind;
  if (op.kind == Kind::irq_line)
    lead(script, number("gsi", op.intid - gic::first_spi), seam::gsi_level);
  if (op.kind == Kind::create_vcpu || op.kind == Kind::kick_vcpu)
    lead(script, number("vcpu", op.value), seam::kick);
  if (op.kind == Kind::vm_start || op.kind == Kind::vm_stop) {
    for (unsigned i = 0; i < spec_.vcpus; ++i)
      lead(script, number("vcpu", i), seam::kick);
  }
  if (op.kind == Kind::create_vgic || op.kind == Kind::nr_irqs || op.kind == Kind::ctrl_init ||
      op.kind == Kind::register_reset) {
    set_up(script);
  }
  if (op.kind == Kind::kill) lead(script, "process_exit", seam::sigkill, {});
}

/// The controller as a whole.
void Description::set_up(NodeId script) {
  for (NodeId n = 0; n < script; ++n) {
    if (node(n).kind == kind::guest_pin) lead(script, node(n).name, seam::set_up);
  }
}

}  // namespace

Topology describe(const Spec& spec) {
  return Description(spec).build();
}

std::vector<platform::Problem> validate(const Spec& spec) {
  return platform::validate(describe(spec));
}

}  // namespace irqloom::arm
