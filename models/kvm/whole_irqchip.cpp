#include "models/kvm/whole_irqchip.h"

#include <algorithm>

#include "models/events.h"
#include "models/irqchip/rte.h"
#include "models/kvm/apic_page.h"
#include "models/kvm/kvm.h"

namespace irqloom {

namespace {

constexpr std::int32_t einval = -22;
constexpr unsigned pic_lines = 16;
constexpr std::uint64_t max_routes = 4096;    // KVM_MAX_IRQ_ROUTES
constexpr std::uint64_t msi_valid_devid = 1;  // KVM_MSI_VALID_DEVID, allowed and ignored.

constexpr std::uint64_t reg_select = 0x00;
constexpr std::uint64_t reg_window = 0x10;
constexpr unsigned reg_version = 1;
constexpr unsigned first_entry = 0x10;
constexpr std::uint32_t version = 0x11;  // Without an EOI register.
constexpr unsigned id_shift = 24;
constexpr std::uint32_t no_register = 0xffffffff;

/// A pin of a routing entry, numbered through both 8259s.
unsigned pin_of(const RoutingEntry& e) {
  const bool is_slave = e.chip == static_cast<std::uint32_t>(IrqChip::pic_slave);
  return static_cast<unsigned>(e.pin) + (is_slave ? pic_lines / 2 : 0);
}

bool is_valid_entry(const RoutingEntry& e) {
  if (e.gsi >= max_routes) return false;
  if (e.type == RoutingEntry::Type::msi) return (e.flags & ~msi_valid_devid) == 0;
  if (e.type != RoutingEntry::Type::irqchip || e.flags != 0) return false;
  if (e.chip > static_cast<std::uint32_t>(IrqChip::ioapic)) return false;
  const bool is_ioapic = e.chip == static_cast<std::uint32_t>(IrqChip::ioapic);
  return e.pin < (is_ioapic ? irqchip_pins : pic_lines / 2);
}

}  // namespace

WholeIrqchip::WholeIrqchip(const sc_core::sc_module_name& module_name, Fabric& fabric, Kvm& kvm,
                           unsigned vcpus)
    : Module(module_name, fabric),
      kvm_(kvm),
      pic_labels_{fabric.name("PIC master"), fabric.name("PIC slave")},
      window_(fabric.reserve<IoapicWindowState>(std::string(name()) + ".window")),
      pic_("pic", fabric, kvm),
      eoi_exits_(std::string(name()) + ".eoi_exits", fabric, kvm, vcpus),
      rtc_(std::string(name()) + ".rtc", fabric, kvm.bus(), vcpus),
      set_irq_(fabric.routine<&WholeIrqchip::set_irq_routine>(
          *this, "kvm_set_irq", "virt/kvm/irqchip.c, Linux 6.1.192")) {
  for (std::size_t n = 0; n < gsis_.size(); ++n) {
    gsis_[n] = fabric.reserve<ChipGsis>(std::string(name()) + ".gsis" + std::to_string(n));
  }
}

// --- raising a GSI ----------------------------------------------------------------------------

Call WholeIrqchip::set_irq(Exec& x, unsigned source, unsigned gsi, bool level, bool line_status) {
  if (gsi >= kvm_.gsis()) return Call::done(-1);
  return x.call<SetIrqLocals>(set_irq_,
                              {.gsi = gsi,
                               .source = static_cast<std::uint8_t>(source),
                               .level = static_cast<std::uint8_t>(level ? 1 : 0),
                               .line_status = static_cast<std::uint8_t>(line_status ? 1 : 0)});
}

bool WholeIrqchip::leads_to(Exec& x, unsigned gsi, IrqChip chip) const {
  const RouteState& route = x.get(kvm_.route(gsi));
  switch (chip) {
    case IrqChip::pic_master:
      return route.master_line != 0;
    case IrqChip::pic_slave:
      return route.slave_line != 0;
    case IrqChip::ioapic:
      break;
  }
  return route.type == RouteType::ioapic;
}

Call WholeIrqchip::tell(Exec& x, const SetIrqLocals& f, IrqChip chip) {
  const RouteState& route = x.get(kvm_.route(f.gsi));
  switch (chip) {
    case IrqChip::pic_master:
      return pic_.set_irq(x, f.source, route.master_line - 1U, f.level != 0);
    case IrqChip::pic_slave:
      return pic_.set_irq(x, f.source, route.slave_line - 1U + pic_lines / 2, f.level != 0);
    case IrqChip::ioapic:
      break;
  }
  return kvm_.ioapic().set_irq(x, f.source, route.pin, f.level != 0, f.line_status != 0);
}

// The chips do not see each other, so the table's order among them makes no difference.
void WholeIrqchip::set_irq_routine(Exec& x, Frame& self, SetIrqLocals& f) {
  ROUTINE();
  if (x.get(kvm_.route(f.gsi)).type == RouteType::msi) {
    // The second half of a pulse means nothing to a message.
    RETURN(f.level != 0 ? static_cast<std::int32_t>(kvm_.set_msi(x, f.gsi)) : -1);
  }
  for (; f.chip <= static_cast<std::uint8_t>(IrqChip::ioapic); ++f.chip) {
    if (!leads_to(x, f.gsi, static_cast<IrqChip>(f.chip))) continue;
    CALL(tell(x, f, static_cast<IrqChip>(f.chip)));
    LOCAL("the chip's answer");
    if (self.result >= 0) f.status = self.result + std::max(f.status, 0);
  }
  RETURN(f.status);
  ROUTINE_END();
}

// --- the routing table ------------------------------------------------------------------------

std::uint32_t WholeIrqchip::gsi_of(Exec& x, unsigned pin) const {
  const bool is_pic = pin >= first_pic_pin;
  const unsigned n = is_pic ? pin - first_pic_pin : pin;
  if (n >= irqchip_pins) return no_gsi;
  const IrqChip chip = is_pic ? pic_chip_of(n) : IrqChip::ioapic;
  return x.get(gsis_[static_cast<std::size_t>(chip)]).gsi[n];
}

// setup_routing_entry(): one entry of each chip for a GSI, or one MSI and nothing else.
bool WholeIrqchip::is_valid(std::span<const RoutingEntry> entries) {
  if (entries.size() > max_routes) return false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const RoutingEntry& e = entries[i];
    if (!is_valid_entry(e)) return false;
    for (const RoutingEntry& before : entries.first(i)) {
      const bool are_pins = e.type == RoutingEntry::Type::irqchip &&
                            before.type == RoutingEntry::Type::irqchip && e.chip != before.chip;
      if (before.gsi == e.gsi && !are_pins) return false;
    }
  }
  return true;
}

std::int32_t WholeIrqchip::set_routing(Exec& x, std::span<const RoutingEntry> entries) {
  if (!is_valid(entries)) return einval;
  for (unsigned n = 0; n < kvm_.gsis(); ++n)
    x.set(kvm_.route(n)) = RouteState{};
  for (const auto& slot : gsis_)
    std::fill_n(x.set(slot).gsi, irqchip_pins, no_gsi);
  for (const RoutingEntry& e : entries) {
    // A GSI beyond those that anybody raises is not elaborated.
    if (e.gsi < kvm_.gsis()) add(x, e);
  }
  return 0;
}

void WholeIrqchip::add(Exec& x, const RoutingEntry& e) {
  RouteState& route = x.set(kvm_.route(static_cast<unsigned>(e.gsi)));
  if (e.type == RoutingEntry::Type::msi) {
    route.type = RouteType::msi;
    set_msi_route(route, e.address, e.data);
    return;
  }
  const unsigned pin = pin_of(e);
  x.set(gsis_[e.chip]).gsi[pin] = static_cast<std::uint32_t>(e.gsi);
  const auto line = static_cast<std::uint8_t>(e.pin + 1);
  switch (static_cast<IrqChip>(e.chip)) {
    case IrqChip::pic_master:
      route.master_line = line;
      break;
    case IrqChip::pic_slave:
      route.slave_line = line;
      break;
    case IrqChip::ioapic:
      route.type = RouteType::ioapic;
      route.pin = static_cast<std::uint8_t>(pin);
      break;
  }
}

void WholeIrqchip::set_default_routing(Exec& x) {
  std::vector<RoutingEntry> entries;
  for (unsigned n = 0; n < irqchip_pins; ++n) {
    RoutingEntry e{.gsi = n, .chip = static_cast<std::uint32_t>(IrqChip::ioapic), .pin = n};
    entries.push_back(e);
    if (n >= pic_lines) continue;
    e.chip = static_cast<std::uint32_t>(pic_chip_of(n));
    e.pin = n % (pic_lines / 2);
    entries.push_back(e);
  }
  (void)set_routing(x, entries);
}

// --- registers --------------------------------------------------------------------------------

bool WholeIrqchip::has_pic_listener(Exec& x) const {
  return std::any_of(pages_.begin(), pages_.end(),
                     [&](const ApicPage* p) { return p->accepts_pic(x); });
}

Call WholeIrqchip::write_mmio(Exec& x, std::uint64_t offset, std::uint32_t value) {
  if (offset == reg_select) x.set(window_).ioregsel = static_cast<std::uint8_t>(value);
  if (offset != reg_window) return Call::done();
  const unsigned index = x.get(window_).ioregsel;
  if (index == 0) x.set(window_).id = static_cast<std::uint8_t>(value >> id_shift & 0xf);
  const unsigned pin = (index - first_entry) / 2;
  if (index < first_entry || pin >= kvm_.ioapic().pins()) return Call::done();
  return kvm_.ioapic().write_indirect(x, pin, (index & 1) != 0, value);
}

std::uint32_t WholeIrqchip::read_mmio(Exec& x, std::uint64_t offset) const {
  const unsigned index = x.get(window_).ioregsel;
  if (offset == reg_select) return index;
  if (offset != reg_window) return 0;
  if (index == reg_version) return (kvm_.ioapic().pins() - 1) << 16 | version;
  if (index == 0 || index == 2) return static_cast<std::uint32_t>(x.get(window_).id) << id_shift;
  const unsigned pin = (index - first_entry) / 2;
  if (index < first_entry || pin >= kvm_.ioapic().pins()) return no_register;
  const KvmPin& p = x.get(kvm_.ioapic().pin(pin));
  return (index & 1) != 0 ? static_cast<std::uint32_t>(p.dest) << rte::dest_shift : rte::low(p);
}

void WholeIrqchip::touches(Footprint& footprint) const {
  for (const auto& slot : gsis_)
    footprint.writes.push_back(range(slot));
  footprint.writes.push_back(range(window_));
  pic_.touches(footprint);
  eoi_exits_.touches(footprint);
  rtc_.touches(footprint);
}

IRQLOOM_MODEL(
    "kvm/whole_irqchip",
    "routing tables of every kind, EOI exits, the clock's status, the I/O APIC's registers",
    "virt/kvm/irqchip.c, arch/x86/kvm/{ioapic,irq_comm}.c, Linux 6.1");

}  // namespace irqloom
