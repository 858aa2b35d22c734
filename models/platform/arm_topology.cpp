#include "models/platform/arm_topology.h"

#include <algorithm>
#include <set>
#include <utility>

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

/// The graph of one machine.
class Description : private platform::GraphBuilder {
 public:
  explicit Description(const Spec& spec) : spec_(spec) {}

  Topology build();

 private:
  void device(const DeviceSpec& d);
  void host_line(const DeviceSpec& d, NodeId wire, NodeId irq);
  void into_kvm(const DeviceSpec& d, NodeId vfio, NodeId irq);
  void resample(const DeviceSpec& d, NodeId vfio, NodeId irq);
  NodeId gsi(unsigned n);
  void emulated(const EmulatedSpec& e);
  void line(const GuestLine& l);
  void action(const GuestLine& l, const GuestAction& a, NodeId line);
  void script(const ScriptSpec& s);

  const Spec& spec_;
};

Topology Description::build() {
  for (const DeviceSpec& d : spec_.devices)
    device(d);
  for (const EmulatedSpec& e : spec_.emulated)
    emulated(e);
  for (const GuestLine& l : spec_.lines)
    line(l);
  for (const DeviceSpec& d : spec_.devices) {
    if (d.resample && !d.config.edge)
      resample(d, *find(d.name + "_vfio"), *find(d.name + "_host_irq"));
  }
  for (const ScriptSpec& s : spec_.scripts)
    script(s);
  return take();
}

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
  forth(device, wire, seam::wire, {});
  host_line(d, wire, irq);
  forth(irq, vfio, seam::action, {"cpu", "cpu"});
  into_kvm(d, vfio, irq);
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

// virt/kvm/eventfd.c, Linux 6.1. Of a level interrupt VFIO disables the line before it signals.
void Description::into_kvm(const DeviceSpec& d, NodeId vfio, NodeId /*irq*/) {
  const NodeId trigger = add({d.name + "_trigger", kind::eventfd, layer::host});
  Costs signal = {"cpu"};
  if (!d.config.edge) signal = {"cpu", "cpu", "cpu", "cpu"};
  forth(vfio, trigger, seam::eventfd_signal, std::move(signal));
  const NodeId irqfd = add({d.name + "_irqfd",
                            kind::irqfd,
                            layer::kvm,
                            {{"assigned", d.armed_at_reset ? "at reset" : "by a script"},
                             {attribute::context, "kworker/" + d.name + "_irqfd.inject"}}});
  forth(trigger, irqfd, seam::eventfd_wake, {"cpu"});
  const Costs inject = spec_.injects_in_atomic ? Costs{"cpu"} : Costs{"work.hop", "cpu"};
  // One level per SPI, whoever drives it: the source of kvm_set_irq() is not looked at.
  forth(irqfd, gsi(d.gsi), seam::gsi_level, inject);
}

void Description::emulated(const EmulatedSpec& e) {
  const NodeId device = add({e.name,
                             kind::emulated,
                             layer::vmm,
                             {{attribute::part, "/devices/" + e.name},
                              {attribute::context, e.name},
                              {attribute::context, e.name + ".io"}}});
  forth(device, gsi(e.gsi), seam::gsi_level, {"ioctl"});
}

NodeId Description::gsi(unsigned n) {
  if (const auto found = find(number("gsi", n))) return *found;
  const NodeId added = add({number("gsi", n), kind::gsi, layer::kvm});
  const NodeId pin = add({number("kvm.vgic.spi", n + 32), kind::guest_pin, layer::kvm});
  forth(added, pin, seam::routing, {"kvm.vgic"});
  return added;
}

// The fold of an exit tells the resampler, whose eventfd makes VFIO enable the line in the same
// context (drivers/vfio/virqfd.c, Linux 6.1).
void Description::resample(const DeviceSpec& d, NodeId vfio, NodeId irq) {
  const std::string name = number("resampler", d.gsi);
  std::optional<NodeId> notifier = find(name);
  if (!notifier) {
    notifier = add({name, kind::resampler, layer::kvm, {{"policy", spec_.resample_policy}}});
    back(*find(number("kvm.vgic.spi", d.gsi + 32)), *notifier, seam::ack_notifier, {"kvm.vgic"});
  }
  const NodeId resamplefd = add({d.name + "_resamplefd", kind::eventfd, layer::host});
  const NodeId virqfd = add({d.name + "_virqfd", kind::virqfd, layer::host});
  back(*notifier, resamplefd, seam::eventfd_signal, {"eventfd"});
  back(resamplefd, virqfd, seam::eventfd_wake, {"cpu", "cpu"});
  back(virqfd, vfio, seam::unmask, {"cpu"});
  back(vfio, irq, seam::irq_line, {"cpu"});
}

void Description::line(const GuestLine& l) {
  gsi(l.gsi);
  const std::string part = number("/guest/lines/", l.gsi);
  const NodeId line = add({number("guest_irq", l.gsi),
                           kind::guest_line,
                           layer::guest,
                           {{attribute::part, part},
                            {"flow", l.edge ? "fasteoi, edge" : "fasteoi, level"},
                            {"oneshot", l.oneshot ? "yes" : "no"}}});
  const NodeId pin = *find(number("kvm.vgic.spi", l.gsi + 32));
  node(pin).attributes.push_back({attribute::part, part});
  const std::string cpu = number("vcpu", l.vcpu);
  const NodeId vector = add({cpu + number(".intid", l.gsi + 32),
                             kind::guest_vector,
                             layer::guest,
                             {{attribute::context, cpu + "/hardirq"}}});
  forth(pin, vector, seam::vector, {"kvm.kick", "entry"}, Use::exclusive);
  forth(vector, line, seam::irq, {"irq.entry"});
  for (const GuestAction& a : l.actions)
    action(l, a, line);
  back(line, pin, seam::chip_operations, {"cpu", "exit.mmio"});
  back(line, pin, seam::eoi, {"irqchip", "exit.irq"});
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
  forth(line, driver, seam::action,
        l.oneshot ? Costs{"cpu", "exit.mmio", "entry", "cpu"} : Costs{"cpu"});
  back(driver, line, seam::irqreturn, {"cpu", "cpu"});
  if (const auto device = find(a.device)) {
    back(driver, *device, seam::device_access,
         has_thread ? Costs{"cpu", "sched.wakeup", "cpu", "device.access"}
                    : Costs{"cpu", "device.access"});
  }
}

void Description::script(const ScriptSpec& s) {
  const NodeId script =
      add({s.name,
           kind::script,
           s.in_guest ? layer::guest : layer::vmm,
           {{attribute::part, "/scripts/" + s.name}, {attribute::context, s.name}}});
  std::set<std::string> drawn;
  for (const ScriptOp& op : s.ops) {
    using Kind = ScriptOp::Kind;
    std::string target;
    const char* by = seam::kvm_irqfd;
    if (op.kind == Kind::assign || op.kind == Kind::deassign) target = op.device + "_irqfd";
    if (op.kind == Kind::signal) {
      target = op.device + "_trigger";
      by = seam::eventfd_signal;
    }
    if (op.kind == Kind::enable || op.kind == Kind::disable) {
      target = number("guest_irq", op.gsi);
      by = seam::irq_line;
    }
    if (target.empty() || !drawn.insert(target).second) continue;
    if (const auto to = find(target)) forth(script, *to, by, {"ioctl"});
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
