#include "models/kvm/apic_page.h"

#include <array>

#include "models/events.h"
#include "models/kvm/whole_irqchip.h"

namespace irqloom {

namespace {

// Six LVT entries (no CMCI), integrated APIC, no directed EOI beside an I/O APIC in the kernel.
constexpr std::uint32_t version_register = 0x00050014;

constexpr unsigned id_shift = 24;
constexpr std::uint32_t lvt_masked = 1U << 16;
constexpr std::uint32_t lvt_mode = 7U << 8;
constexpr std::uint32_t lvt_extint = 7U << 8;
constexpr std::uint32_t lvt0_bits = 0x1f7ff;  // All that is defined; KVM stores read-only ones too.
constexpr std::uint32_t spiv_bits = 0x3ff;
constexpr std::uint32_t spiv_enabled = 1U << 8;
constexpr std::uint32_t icr_busy = 1U << 12;
constexpr unsigned icr_level = 15;
constexpr unsigned icr_shorthand = 18;
enum Shorthand : unsigned { none = 0, self_only = 1, all_but_self = 3 };
constexpr std::uint64_t bitmap_bytes = 0x80;

}  // namespace

ApicPage::ApicPage(const sc_core::sc_module_name& module_name, Fabric& fabric, Kvm& kvm,
                   Lapic& lapic)
    : Module(module_name, fabric),
      kvm_(kvm),
      lapic_(lapic),
      state_(fabric.reserve<ApicPageState>(std::string(name()))) {
  kvm.whole()->attach(*this);
  fabric.at_reset([this](World& w) { w.mut(state_) = ApicPageState{}; });
}

bool ApicPage::has(std::uint64_t offset) {
  if (offset % 0x10 != 0) return false;
  static constexpr std::array single = {apic::id,   apic::version, apic::tpr,  apic::ppr,
                                        apic::eoi,  apic::ldr,     apic::spiv, apic::icr,
                                        apic::icr2, apic::lvt0};
  for (const std::uint64_t r : single) {
    if (r == offset) return true;
  }
  return offset >= apic::isr && offset < apic::irr + bitmap_bytes;
}

Call ApicPage::write(Exec& x, std::uint64_t offset, std::uint32_t value) {
  switch (offset) {
    case apic::tpr:
      x.set(lapic_.state()).tpr = static_cast<std::uint8_t>(value);
      break;
    case apic::eoi:
      return end_of_interrupt(x);
    case apic::ldr:
      x.set(lapic_.state()).ldr = static_cast<std::uint8_t>(value >> id_shift);
      break;
    case apic::spiv:
      set_spiv(x, value & spiv_bits);
      break;
    case apic::icr:
      send_ipi(x, value & ~icr_busy);
      break;
    case apic::icr2:
      x.set(state_).icr2 = value & 0xffU << id_shift;
      break;
    case apic::lvt0:
      x.set(state_).lvt0 =
          (value & lvt0_bits) | (x.get(lapic_.state()).enabled == 0 ? lvt_masked : 0);
      break;
    default:  // The rest is read-only.
      break;
  }
  return Call::done();
}

std::uint32_t ApicPage::read(Exec& x, std::uint64_t offset) const {
  switch (offset) {
    case apic::id:
      return lapic_.apic_id() << id_shift;
    case apic::version:
      return version_register;
    case apic::tpr:
      return x.get(lapic_.state()).tpr;
    case apic::ppr:
      return lapic_.ppr(x);
    case apic::ldr:
      return static_cast<std::uint32_t>(x.get(lapic_.state()).ldr) << id_shift;
    case apic::spiv:
      return x.get(state_).spiv;
    case apic::icr2:
      return x.get(state_).icr2;
    case apic::lvt0:
      return x.get(state_).lvt0;
    default:
      return read_bitmap(x, offset);
  }
}

std::uint32_t ApicPage::read_bitmap(Exec& x, std::uint64_t offset) const {
  const LapicState& s = x.get(lapic_.state());
  if (offset < apic::isr || offset >= apic::irr + bitmap_bytes) return 0;
  const std::size_t word = offset % bitmap_bytes / 0x10;
  if (offset >= apic::irr) return s.irr[word];
  return offset >= apic::tmr ? s.tmr[word] : s.isr[word];
}

// apic_set_eoi(), kvm_ioapic_send_eoi(): the trigger mode is the TMR's, not the entry's.
Call ApicPage::end_of_interrupt(Exec& x) {
  const std::optional<std::uint8_t> vector = lapic_.end_of_interrupt(x);
  if (!vector) return Call::done();
  x.emit(event::kvm_eoi, {lapic_.apic_id(), *vector});
  if (!kvm_.whole()->eoi_exits().handles(x, lapic_.apic_id(), *vector)) return Call::done();
  return kvm_.ioapic().update_eoi(x, *vector, lapic_.trigger(x, *vector), lapic_.apic_id());
}

// A disabled APIC masks its LVT entries, and enabling it does not unmask them.
void ApicPage::set_spiv(Exec& x, std::uint32_t value) {
  const bool enabled = (value & spiv_enabled) != 0;
  x.set(state_).spiv = value;
  x.set(lapic_.state()).enabled = enabled ? 1 : 0;
  if (!enabled) x.set(state_).lvt0 |= lvt_masked;
}

void ApicPage::send_ipi(Exec& x, std::uint32_t command) {
  ApicMessage m{.dest = static_cast<std::uint8_t>(x.get(state_).icr2 >> id_shift),
                .logical = (command >> 11 & 1) != 0,
                .mode = static_cast<DeliveryMode>(command >> 8 & 7),
                .vector = static_cast<std::uint8_t>(command),
                .trigger = static_cast<Trigger>(command >> icr_level & 1)};
  const unsigned shorthand = command >> icr_shorthand & 3;
  if (shorthand == none) {
    (void)kvm_.bus().deliver(x, m);
    return;
  }
  m.logical = false;
  for (unsigned id = 0; id < kvm_.bus().size(); ++id) {
    if (shorthand == (id == lapic_.apic_id() ? all_but_self : self_only)) continue;
    m.dest = static_cast<std::uint8_t>(id);
    (void)kvm_.bus().deliver(x, m);
  }
}

bool ApicPage::accepts_pic(Exec& x) const {
  return (x.get(state_).lvt0 & (lvt_masked | lvt_mode)) == lvt_extint;
}

bool ApicPage::has_interrupt(Exec& x) const {
  return (accepts_pic(x) && kvm_.whole()->pic().output(x)) || lapic_.deliverable(x).has_value();
}

Call ApicPage::take_interrupt(Exec& x) {
  if (accepts_pic(x) && kvm_.whole()->pic().output(x)) return kvm_.whole()->pic().read_irq(x);
  return Call::done(lapic_.acknowledge(x));
}

void ApicPage::enter(Exec& x) {
  kvm_.whole()->eoi_exits().enter(x, lapic_.apic_id());
}

IRQLOOM_MODEL("kvm/apic_page",
              "a vCPU's local APIC as its guest accesses it: registers, EOI, IPIs, LINT0",
              "arch/x86/kvm/lapic.c, Linux 6.1");

}  // namespace irqloom
