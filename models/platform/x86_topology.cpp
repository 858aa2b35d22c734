#include "models/platform/x86_topology.h"

#include <algorithm>
#include <utility>

#include "models/platform/graph_builder.h"
#include "models/platform/x86_costs.h"

namespace irqloom::x86 {

namespace {

using platform::number;
using topology::Attribute;
using topology::NodeId;
using topology::Topology;
using topology::Use;

constexpr const char* hardware = layer::hardware;
constexpr const char* host = layer::host;
constexpr const char* kvm = layer::kvm;
constexpr const char* vmm = layer::vmm;
constexpr const char* guest = layer::guest;

// As models/platform/x86.cpp numbers them.
constexpr unsigned first_host_vector = 0x21;

const char* flow_name(const GuestLine& line) {
  if (line.raw) return "raw";
  switch (line.flow) {
    case Flow::fasteoi:
      return "fasteoi";
    case Flow::level:
      return "level";
    case Flow::edge:
      break;
  }
  return "edge";
}

/// The graph of one machine.
class Description : private platform::GraphBuilder {
 public:
  explicit Description(const Spec& spec)
      : spec_(spec),
        traits_(ResamplePolicy::find(spec.resample_policy).traits),
        has_threads_(VcpuPolicy::find(spec.vcpu_policy).traits.has_thread) {}

  Topology build();

 private:
  struct HostPin {
    NodeId pin;
    NodeId vector;
  };

  void assigned(const AssignedSpec& d);
  HostPin host_pin(unsigned n);
  void host_line(const AssignedSpec& d, NodeId wire, NodeId irq);
  void unmask(const AssignedSpec& d, NodeId device, NodeId irq, NodeId vfio);
  void into_kvm(const AssignedSpec& d);
  void emulated(const EmulatedSpec& e);
  NodeId irq_source(unsigned gsi, unsigned source);
  NodeId gsi(unsigned n);
  NodeId resampler(unsigned gsi);
  void line(const GuestLine& l);
  NodeId guest_vector(unsigned vcpu, unsigned vector);
  void vcpu(unsigned id);
  void kick(NodeId pin, unsigned id, NodeId vector);
  void action(const GuestLine& l, const GuestAction& a, NodeId line, Costs costs);
  void acknowledge(const GuestLine& l);
  void throttle(NodeId pin);
  void script(const ScriptSpec& s);
  void operation(NodeId script, const ScriptOp& op);
  void irqfd_goes(const std::string& device);
  void virqfd_goes(const std::string& device);

  const Spec& spec_;
  ResampleTraits traits_;
  bool has_threads_;  ///< Of vCPUs.
};

Topology Description::build() {
  for (const AssignedSpec& d : spec_.devices)
    assigned(d);
  for (const EmulatedSpec& e : spec_.emulated)
    emulated(e);
  if (has_threads_) {
    for (unsigned id = 0; id < spec_.vcpus; ++id)
      vcpu(id);
  }
  for (const GuestLine& l : spec_.lines)
    line(l);
  for (const GuestLine& l : spec_.lines)
    acknowledge(l);
  for (const ScriptSpec& s : spec_.scripts)
    script(s);
  return take();
}

// --- the host ---------------------------------------------------------------------------------

void Description::assigned(const AssignedSpec& d) {
  const std::string part = "/devices/" + d.name;
  std::vector<Attribute> attributes = {{attribute::part, part},
                                       {"interrupt", d.pci_2_3 ? "PCI 2.3 INTx" : "wire only"}};
  if (d.config.raises) attributes.push_back({attribute::context, d.name});
  if (d.config.late_deassert) attributes.push_back({attribute::context, d.name + ".deassert"});
  const NodeId device = add({d.name, kind::device, hardware, std::move(attributes)});
  const NodeId wire =
      add({d.name + "_wire", kind::wire, hardware, {{attribute::part, part + "/host_pin"}}});
  const NodeId irq = add({d.name + "_host_irq", kind::host_irq, host});
  const NodeId vfio = add({d.name + "_vfio",
                           kind::vfio,
                           host,
                           {{"masks", d.pci_2_3 ? "at the device" : "at the controller"}}});
  forth(device, wire, seam::wire, {});
  host_line(d, wire, irq);
  forth(irq, vfio, seam::action, {"cpu", "cpu"});
  unmask(d, device, irq, vfio);
  into_kvm(d);
}

Description::HostPin Description::host_pin(unsigned n) {
  const std::string pin_name = number("host_ioapic.pin", n);
  const std::string vector_name = number("cpu0.vector", first_host_vector + n);
  if (const auto pin = find(pin_name)) return {*pin, *find(vector_name)};
  const HostPin added = {
      add({pin_name, kind::host_pin, hardware}),
      add({vector_name, kind::host_vector, host, {{attribute::context, "cpu0/hardirq"}}})};
  forth(added.pin, added.vector, seam::vector, {});
  return added;
}

void Description::host_line(const AssignedSpec& d, NodeId wire, NodeId irq) {
  if (d.host_pin >= spec_.pins) return;
  const HostPin to = host_pin(d.host_pin);
  // A line that cannot be masked at the device is requested without IRQF_SHARED
  // (drivers/vfio/pci/vfio_pci_intrs.c: vfio_intx_set_signal(), Linux 6.1).
  forth(wire, to.pin, seam::pin, {}, d.pci_2_3 ? Use::shared : Use::exclusive);
  forth(to.vector, irq, seam::irq, {"irq.entry"});
  back(irq, to.pin, seam::chip_operations, {});
}

// The host's mask and what lifts it (drivers/vfio/pci/vfio_pci_intrs.c and drivers/vfio/virqfd.c,
// Linux 6.1). A device that still asserts stays masked, and its trigger is signalled again.
void Description::unmask(const AssignedSpec& d, NodeId device, NodeId irq, NodeId vfio) {
  const NodeId trigger = add({d.name + "_trigger", kind::eventfd, host});
  const NodeId resamplefd = add({d.name + "_resamplefd", kind::eventfd, host});
  const NodeId virqfd = add({d.name + "_virqfd",
                             kind::virqfd,
                             host,
                             {{attribute::context, "kworker/" + d.name + "_vfio.resend"}}});
  back(resamplefd, virqfd, seam::eventfd_wake, {"cpu", "cpu"});
  back(virqfd, vfio, seam::unmask, {"cpu"});
  if (d.pci_2_3) {
    forth(vfio, trigger, seam::eventfd_signal, {"config.rmw", "cpu"});
    back(vfio, device, seam::config_access, {});
    back(virqfd, trigger, seam::eventfd_signal, {"cpu", "config.rmw", "work.hop", "cpu", "cpu"});
  } else {
    forth(vfio, trigger, seam::eventfd_signal, {"config.rmw", "cpu", "cpu", "cpu"});
    back(vfio, irq, seam::irq_line, {"config.rmw"});
  }
}

// --- KVM --------------------------------------------------------------------------------------

// virt/kvm/eventfd.c, Linux 6.1. The irqfd's work raises the source that all resample irqfds of the
// GSI have in common; the resampler lowers it for all of them.
void Description::into_kvm(const AssignedSpec& d) {
  const NodeId irqfd = add({d.name + "_irqfd",
                            kind::irqfd,
                            kvm,
                            {{"assigned", d.assigned_at_reset ? "at reset" : "by a script"},
                             {attribute::context, "kworker/" + d.name + "_irqfd.inject"}}});
  forth(*find(d.name + "_trigger"), irqfd, seam::eventfd_wake, {"cpu"});
  forth(irqfd, irq_source(d.gsi, source_irqfd_resample), seam::gsi_level, {"work.hop", "cpu"});
  const NodeId notifier = resampler(d.gsi);
  back(notifier, *find(d.name + "_resamplefd"), seam::eventfd_signal, {"eventfd"});
  if (spec_.forwards_mask) {
    back(notifier, *find(d.name + "_virqfd"), seam::mask_events, {"eventfd"});
  }
}

void Description::emulated(const EmulatedSpec& e) {
  const NodeId device = add({e.name,
                             kind::emulated,
                             vmm,
                             {{attribute::part, "/devices/" + e.name},
                              {attribute::context, e.name},
                              {attribute::context, e.name + ".io"}}});
  // A source is one bit (arch/x86/include/asm/kvm_host.h: __kvm_irq_line_state(), Linux 6.1): two
  // users of it would overwrite one another.
  forth(device, irq_source(e.config.gsi, source_userspace), seam::gsi_level, {"ioctl"},
        Use::exclusive);
}

NodeId Description::irq_source(unsigned n, unsigned source) {
  const std::string name = number("gsi", n) + number(".source", source);
  if (const auto found = find(name)) return *found;
  const NodeId to = gsi(n);
  const NodeId added = add({name, kind::source, kvm});
  forth(added, to, seam::gsi_level, {});
  return added;
}

// With its route, which is the pin of the same number, unless there is no such pin.
NodeId Description::gsi(unsigned n) {
  if (const auto found = find(number("gsi", n))) return *found;
  const NodeId added = add({number("gsi", n), kind::gsi, kvm});
  if (n >= spec_.pins) return added;
  const NodeId route = add({number("kvm.route", n), kind::route, kvm});
  const NodeId pin = add({number("kvm.ioapic.pin", n), kind::guest_pin, kvm});
  forth(added, route, seam::routing, {});
  forth(route, pin, seam::pin, {});
  return added;
}

// How it hears of the guest's acknowledge depends on the policy (models/kvm/resample).
NodeId Description::resampler(unsigned gsi) {
  const std::string name = number("resampler", gsi);
  if (const auto found = find(name)) return *found;
  const NodeId added = add({name, kind::resampler, kvm, {{"policy", spec_.resample_policy}}});
  const auto pin = find(number("kvm.ioapic.pin", gsi));
  if (!pin) return added;
  back(*pin, added, seam::ack_notifier, {"kvm.ioapic", "kvm.ioapic"});
  if (traits_.resamples_at_unmask) back(*pin, added, seam::resample_at_unmask, {"kvm.ioapic"});
  if (traits_.watches_mask) back(*pin, added, seam::mask_notifier, {"kvm.ioapic"});
  return added;
}

// --- the guest --------------------------------------------------------------------------------

void Description::line(const GuestLine& l) {
  gsi(l.gsi);
  const std::string part = number("/guest/lines/", l.gsi);
  const NodeId line = add({number("guest_irq", l.gsi),
                           kind::guest_line,
                           guest,
                           {{attribute::part, part},
                            {"flow", flow_name(l)},
                            {"oneshot", l.oneshot && !l.raw ? "yes" : "no"}}});
  // A message to an APIC that does not exist reaches nobody.
  if (l.gsi < spec_.pins && l.vcpu < spec_.vcpus) {
    const NodeId pin = *find(number("kvm.ioapic.pin", l.gsi));
    node(pin).attributes.push_back({attribute::part, part + "/vector"});
    for (unsigned vcpu = 0; vcpu < spec_.vcpus; ++vcpu) {
      if (!l.moves && vcpu != l.vcpu) continue;
      const NodeId vector = guest_vector(vcpu, l.vector);
      // Linux gives every line a vector of its own on its CPU (kernel/irq/matrix.c, Linux 6.1).
      forth(pin, vector, seam::vector, {}, Use::exclusive);
      if (has_threads_) kick(pin, vcpu, vector);
      forth(vector, line, seam::irq, {"irq.entry"});
    }
  }
  Costs costs = flow_costs(l);
  for (const GuestAction& a : l.actions) {
    action(l, a, line, costs);
    const Costs own = handler_costs(a);
    costs.insert(costs.end(), own.begin(), own.end());
  }
}

void Description::vcpu(unsigned id) {
  const std::string name = number("vcpu", id);
  add({name,
       kind::vcpu,
       kvm,
       {{attribute::context, name + "/run"}, {attribute::context, name + "/idle"}}});
}

// Who sets the bit of the IRR kicks, and the thread injects when it enters. What its guest does
// are exits to it.
void Description::kick(NodeId pin, unsigned id, NodeId vector) {
  const NodeId thread = *find(number("vcpu", id));
  forth(pin, thread, seam::kick, {"kvm.kick", "kvm.kick"});
  forth(thread, vector, seam::irq, {"entry", "cpu", "cpu"});
  back(vector, thread, seam::exit, {"exit.eoi"});
}

NodeId Description::guest_vector(unsigned vcpu, unsigned vector) {
  const std::string name = number("vcpu", vcpu) + number(".vector", vector);
  if (const auto found = find(name)) return *found;
  const std::string context = number("vcpu", vcpu) + "/hardirq";
  return add({name, kind::guest_vector, guest, {{attribute::context, context}}});
}

// The costs are those from the line to the handler.
void Description::action(const GuestLine& l, const GuestAction& a, NodeId line, Costs costs) {
  const bool has_thread = l.raw || a.serves == Driver::Serves::thread;
  std::vector<Attribute> attributes = {
      {attribute::part, number("/guest/lines/", l.gsi) + "/actions/" + a.device},
      {"serves", has_thread ? "in its thread" : "in the primary handler"}};
  if (has_thread) {
    attributes.push_back({attribute::context, number("irq/", l.gsi) + "-" + a.device});
  }
  const NodeId driver = add({a.device + "_driver", kind::action, guest, std::move(attributes)});
  forth(line, driver, seam::action, std::move(costs));
  back(driver, line, seam::irqreturn, return_costs(l, a));
  const auto device = find(a.device);
  if (!device) return;
  Costs access = serve_costs(l, a);
  // An emulated device's acknowledge exits to the VMM first.
  if (node(*device).kind == kind::emulated) {
    access.insert(access.end(), {"device.access", "exit.userspace"});
  }
  back(driver, *device, seam::device_access, std::move(access));
}

// An EOI names a vector, not a pin or a CPU: KVM acknowledges every pin whose entry has it
// (arch/x86/kvm/ioapic.c: kvm_ioapic_update_eoi(), Linux 6.1).
void Description::acknowledge(const GuestLine& l) {
  const NodeId line = *find(number("guest_irq", l.gsi));
  const auto own = find(number("kvm.ioapic.pin", l.gsi));
  if (!own) return;
  back(line, *own, seam::chip_operations, {l.raw ? "irqchip" : "cpu", "exit.mmio"});
  for (const GuestLine& other : spec_.lines) {
    const auto pin = find(number("kvm.ioapic.pin", other.gsi));
    if (!pin || other.vector != l.vector) continue;
    const bool plain = l.raw || l.flow == Flow::edge;
    back(line, *pin, seam::eoi, {plain ? "cpu" : "irqchip", "exit.eoi"});
  }
  if (l.flow != Flow::edge) throttle(*own);
}

// kvm_ioapic_eoi_inject_work(): too many successive EOIs of one pin schedule it, and it re-injects
// whatever waits then.
void Description::throttle(NodeId pin) {
  const char* name = "kvm.ioapic.eoi_inject";
  const auto found = find(name);
  const NodeId work = found ? *found
                            : add({name,
                                   kind::delayed_work,
                                   kvm,
                                   {{attribute::context, std::string("kworker/") + name}}});
  back(pin, work, seam::eoi_throttle, {"kvm.ioapic"});
  back(work, pin, seam::re_injection, {"kvm.eoi_delay", "cpu"});
}

// --- scripts ----------------------------------------------------------------------------------

void Description::script(const ScriptSpec& s) {
  const NodeId script =
      add({s.name,
           kind::script,
           s.in_guest ? guest : vmm,
           {{attribute::part, "/scripts/" + s.name}, {attribute::context, s.name}}});
  for (const ScriptOp& op : s.ops)
    operation(script, op);
}

void Description::operation(NodeId script, const ScriptOp& op) {
  using Kind = ScriptOp::Kind;
  std::string target = number("guest_irq", op.gsi);
  const char* by = seam::irq_line;
  if (op.kind == Kind::wait) return;
  if (op.kind == Kind::signal || op.kind == Kind::close_trigger ||
      op.kind == Kind::assign_elsewhere) {
    target = op.device + "_trigger";
    by = seam::eventfd_signal;
  } else if (op.kind == Kind::close_resamplefd) {
    target = op.device + "_resamplefd";
    by = seam::eventfd_signal;
  } else if (op.kind == Kind::mask || op.kind == Kind::unmask || op.kind == Kind::attach_unmask ||
             op.kind == Kind::detach_unmask) {
    target = op.device + "_vfio";
  } else if (op.kind == Kind::assign || op.kind == Kind::deassign) {
    target = op.device + "_irqfd";
    by = seam::kvm_irqfd;
  }
  const auto to = find(target);
  if (to && !is_drawn(script, *to, by)) forth(script, *to, by, {"ioctl"});
  if (op.kind == Kind::deassign || op.kind == Kind::close_trigger) irqfd_goes(op.device);
  if (op.kind == Kind::detach_unmask || op.kind == Kind::close_resamplefd) virqfd_goes(op.device);
}

// Its shutdown is work of irqfd_cleanup_wq (virt/kvm/eventfd.c, Linux 6.1).
void Description::irqfd_goes(const std::string& device) {
  const std::string irqfd = device + "_irqfd";
  if (const auto n = find(irqfd)) executes("kworker/" + irqfd + ".shutdown", *n);
}

// Likewise of vfio_irqfd_cleanup_wq (drivers/vfio/virqfd.c, Linux 6.1).
void Description::virqfd_goes(const std::string& device) {
  if (const auto n = find(device + "_virqfd"))
    executes("kworker/" + device + "_vfio.unmask.shutdown", *n);
}

}  // namespace

Topology describe(const Spec& spec) {
  return Description(spec).build();
}

}  // namespace irqloom::x86
