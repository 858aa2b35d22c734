// KVM's irqchip on x86: model "kvm-x86".
#include <set>

#include "models/events.h"
#include "models/irqchip/rte.h"
#include "models/kvm/ioapic.h"
#include "sim/app/build_x86.h"
#include "sim/app/conform/kvm_x86_guest.h"
#include "sim/app/transcript/machine.h"

namespace irqloom::app::transcript {
namespace {

constexpr unsigned source_userspace = 0;

Json rte_write(unsigned vcpu, unsigned pin, const char* half, std::uint32_t value) {
  return {{"op", "rte_write"}, {"vcpu", vcpu}, {"pin", pin}, {"half", half}, {"value", value}};
}

Json note(const std::string& text) {
  return {{"op", "note"}, {"by", "irqloom"}, {"text", text}};
}

class X86Extraction final : public Extraction {
 public:
  X86Extraction(std::vector<AssignedDevice> devices, std::vector<ScriptSpec> scripts,
                std::set<unsigned> pins)
      : Extraction(std::move(devices), std::move(scripts), operation_names()),
        pins_(std::move(pins)) {}

 private:
  std::vector<Listener> listeners() override;
  void write_entry();
  void hear(const Event& event) override;
  Json state(const World& world) const override;
  std::string close_operation() const override { return "close_fd"; }

  /// The last kvm_set_irq of a context: GSI, level, source.
  struct SetIrq {
    std::int64_t gsi = 0;
    std::int64_t level = 0;
    std::int64_t source = 0;
  };

  std::set<unsigned> pins_;
  std::map<ContextId, SetIrq> set_irqs_;
};

std::vector<Listener> X86Extraction::listeners() {
  return {
      {"ioapic_write_indirect", "take ioapic->lock, replace the entry", [this] { write_entry(); }},
      {"common_interrupt", "return from the interrupt", [this] {
         if (is_in_guest()) add(Item::Kind::leave, {{"op", "iret"}, {"vcpu", vcpu()}});
       }}};
}

// Remote IRR is read-only, and a guest writes what it remembers of the rest.
void X86Extraction::write_entry() {
  const auto& f = locals<PinLocals>();
  const std::uint32_t value = f.value & ~(f.high != 0 ? 0 : 1U << rte::remote_irr_shift);
  open(Item::Kind::guest, rte_write(vcpu(), f.pin, f.high != 0 ? "hi" : "lo", value),
       now().depth - 1);
}

void X86Extraction::hear(const Event& e) {
  if (e.type == &event::kvm_inj_virq) add(Item::Kind::take, {});
  if (e.type == &event::kvm_eoi)
    open(Item::Kind::guest, {{"op", "lapic_eoi"}, {"vcpu", vcpu()}}, now().depth);
  if (e.type == &event::kvm_set_irq) {
    set_irqs_[now().context] = {e.args[0], e.args[1], e.args[2]};
    if (e.args[2] == source_userspace) {
      open(Item::Kind::host, {{"op", "irq_line"}, {"gsi", e.args[0]}, {"level", e.args[1]}},
           now().depth);
    }
  }
  // An irqfd's injection and KVM_IRQ_LINE act here; an EOI acts when it begins.
  if (e.type == &event::kvm_ioapic_set_irq) {
    const SetIrq& by = set_irqs_[now().context];
    if (by.source == source_userspace || by.level != 0) acts_now();
  }
  if (e.type == &event::kvm_ioapic_delayed_eoi_inj) {
    note("irqloom",
         "KVM delays the next interrupt here: in the exploration after fewer EOIs than "
         "the 10,000 that a kernel counts");
  }
}

// As KVM_GET_IRQCHIP shows them.
Json X86Extraction::state(const World& world) const {
  Json pins = Json::array();
  for (const unsigned n : pins_) {
    const auto& p = slot<KvmPin>(world, "kvm.ioapic.pin" + std::to_string(n));
    pins.push_back({{"pin", n},
                    {"vector", p.vector},
                    {"mask", p.mask},
                    {"remote_irr", p.remote_irr},
                    {"irr", p.irr != 0 && p.irr_delivered == 0 ? 1 : 0}});
  }
  return {{"pins", pins}};
}

std::vector<AssignedDevice> devices_of(const x86::Spec& spec) {
  std::vector<AssignedDevice> devices;
  for (const x86::AssignedSpec& d : spec.devices)
    devices.push_back({d.name, d.gsi, true, fd_names(devices.size())});
  return devices;
}

std::set<unsigned> pins_of(const x86::Spec& spec) {
  std::set<unsigned> pins;
  for (const x86::GuestLine& l : spec.lines)
    pins.insert(l.gsi);
  for (const x86::AssignedSpec& d : spec.devices)
    pins.insert(d.gsi);
  for (const x86::EmulatedSpec& e : spec.emulated)
    pins.insert(e.config.gsi);
  return pins;
}

std::vector<Json> set_up_of(const x86::Spec& spec) {
  std::vector<Json> ops;
  for (std::size_t i = 0; i < spec.devices.size(); ++i) {
    const x86::AssignedSpec& d = spec.devices[i];
    const FdNames fds = fd_names(i);
    ops.push_back(note(fds.trigger + " is " + d.name));
    if (d.assigned_at_reset) {
      ops.push_back({{"op", "irqfd_assign"},
                     {"fd", fds.trigger},
                     {"gsi", d.gsi},
                     {"resample", fds.resamplefd}});
    }
    if (d.pending_signals == 0) continue;
    if (d.assigned_at_reset) {
      ops.push_back(note("the count that " + fds.trigger +
                         " has at the start is left out: an assigned irqfd takes it at once"));
    } else {
      ops.push_back({{"op", "irqfd_signal"}, {"fd", fds.trigger}, {"n", d.pending_signals}});
    }
  }
  for (const x86::GuestLine& l : spec.lines) {
    const std::uint32_t level = l.flow == Flow::edge ? 0 : 1;
    const std::uint32_t mask = l.masked_at_reset ? 1 : 0;
    ops.push_back(rte_write(l.vcpu, l.gsi, "hi", l.vcpu << rte::dest_shift));
    ops.push_back(rte_write(l.vcpu, l.gsi, "lo",
                            l.vector | level << rte::trigger_mode_shift | mask << rte::mask_shift));
  }
  for (unsigned v = 0; v < spec.vcpus; ++v)
    ops.push_back({{"op", "sti"}, {"vcpu", v}});
  return ops;
}

Json observation_of(const x86::Spec& spec) {
  Json pins = Json::array();
  for (const unsigned n : pins_of(spec)) {
    pins.push_back({{"pin", n},
                    {"vector", 0},
                    {"level", 0},
                    {"mask", 0},
                    {"dest", 0},
                    {"remote_irr", 0},
                    {"irr", 0}});
  }
  const Json nothing = Json::array();
  const Json vcpu = {{"irr", nothing}, {"isr", nothing}, {"tmr", nothing},
                     {"if", 0},        {"entries", 0},   {"entered", nothing}};
  Json resamplefds = Json::object();
  for (const AssignedDevice& d : devices_of(spec))
    resamplefds[d.fds.resamplefd] = 0;
  return {{"op", "observe"},
          {"pins", pins},
          {"vcpus", std::vector<Json>(spec.vcpus, vcpu)},
          {"resample", resamplefds}};
}

}  // namespace

Machine describe_x86(const Scenario& scenario) {
  const x86::Spec spec = read_x86(scenario.document.root(), Mode::explore);
  Machine m;
  m.model = "kvm-x86";
  add_kernel(scenario, {"kvm.resample"}, m.config);
  m.config["irqchip"] = "full";
  m.config["vcpus"] = spec.vcpus;
  m.config["routing"] = "default";
  m.config["pins"] = pins_of(spec);
  m.config["settle"] = "work";
  m.set_up = set_up_of(spec);
  m.observation = observation_of(spec);
  m.is_guests = &conform::KvmX86Guest::knows;
  m.run = "run";
  m.opens = {"sti", "iret"};
  m.extraction = std::make_unique<X86Extraction>(devices_of(spec), spec.scripts, pins_of(spec));
  return m;
}

}  // namespace irqloom::app::transcript
