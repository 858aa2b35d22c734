#include "models/guest/gic_chip.h"

#include <algorithm>
#include <stdexcept>

#include "models/irqchip/gicd.h"

namespace irqloom {

namespace {

constexpr std::uint32_t every_bit = 0xffffffff;
// GICv2: EnableGrp0. GICv3: ARE_NS and EnableGrp1.
constexpr std::uint32_t ctlr_v2 = 1;
constexpr std::uint32_t ctlr_v3 = 1U << 4 | 1U << 1;
constexpr std::uint32_t priority_mask = 0xf0;  // DEFAULT_PMR_VALUE

std::vector<unsigned> words_of(const std::vector<unsigned>& spis, unsigned per_word) {
  std::vector<unsigned> words;
  for (const unsigned n : spis) {
    if (std::ranges::find(words, n / per_word) == words.end()) words.push_back(n / per_word);
  }
  return words;
}

}  // namespace

GuestGicChip::GuestGicChip(const sc_core::sc_module_name& module_name, Fabric& fabric,
                           const std::vector<unsigned>& spis, bool is_v3)
    : Module(module_name, fabric),
      words_(words_of(spis, 32)),
      config_words_(words_of(spis, 16)),
      is_v3_(is_v3),
      init_(fabric.routine<&GuestGicChip::init_routine>(*this, "gic_dist_init", gic_driver(is_v3))),
      clear_pending_(fabric.routine<&GuestGicChip::clear_pending_routine>(
          *this, "gic_clear_pending", "a guest other than Linux")),
      write_all_(fabric.routine<&GuestGicChip::write_all_routine>(
          *this, "gic_dist_config", "drivers/irqchip/irq-gic-common.c")),
      set_type_(fabric.routine<&GuestGicChip::set_type_routine>(
          *this, "gic_configure_irq", "drivers/irqchip/irq-gic-common.c")),
      set_affinity_(fabric.routine<&GuestGicChip::set_affinity_v3>(*this, "gic_set_affinity",
                                                                   gic_driver(true))) {
  ops.bind(*this);
}

ArmVcpu& GuestGicChip::current(const Exec& x) const {
  const unsigned executor = x.fabric().state(x.world(), x.self()).executor;
  for (ArmVcpu* v : vcpus_) {
    if (v->executor() + 1U == executor) return *v;
  }
  throw std::logic_error("a register access of a context that is on no vCPU");
}

Call GuestGicChip::write_bit(Exec& x, unsigned base, unsigned hwirq) {
  return current(x).dist_write(x, base + hwirq / 32 * 4, 1U << hwirq % 32);
}

Call GuestGicChip::irq_mask(Exec& x, unsigned hwirq) {
  return write_bit(x, gicd_icenabler, hwirq);
}

Call GuestGicChip::irq_unmask(Exec& x, unsigned hwirq) {
  return write_bit(x, gicd_isenabler, hwirq);
}

Call GuestGicChip::irq_retrigger(Exec& x, unsigned hwirq) {
  return write_bit(x, gicd_ispendr, hwirq);
}

Call GuestGicChip::irq_set_affinity(Exec& x, unsigned hwirq, unsigned cpu) {
  if (!is_v3_) return current(x).dist_write_byte(x, gicd_itargetsr + hwirq, 1U << cpu);
  return x.call<GicAffinityLocals>(set_affinity_, {.hwirq = static_cast<std::uint16_t>(hwirq),
                                                   .cpu = static_cast<std::uint8_t>(cpu)});
}

// gic_peek_irq(), gic_mask_irq(), IROUTER, gic_unmask_irq(). What waits for GICD_CTLR.RWP in
// between reads a bit that KVM never sets.
void GuestGicChip::set_affinity_v3(Exec& x, Frame& self, GicAffinityLocals& f) {
  ROUTINE();
  LOCAL("read ISENABLER");
  CALL(current(x).dist_read(x, gicd_isenabler + f.hwirq / 32U * 4));
  LOCAL("ICENABLER, if it is enabled");
  f.is_enabled =
      static_cast<std::uint8_t>(static_cast<std::uint32_t>(self.result) >> f.hwirq % 32U & 1);
  if (f.is_enabled != 0) CALL(irq_mask(x, f.hwirq));
  LOCAL("IROUTER");
  CALL(current(x).dist_write(x, gicd_irouter + 8U * f.hwirq, f.cpu));
  LOCAL("ISENABLER, if it was enabled");
  if (f.is_enabled != 0) CALL(irq_unmask(x, f.hwirq));
  LOCAL("moved");
  RETURN(0);
  ROUTINE_END();
}

Call GuestGicChip::irq_eoi(Exec& x, unsigned hwirq) {
  current(x).write_eoir(x, hwirq);
  return Call::done();
}

Call GuestGicChip::init(Exec& x) {
  return x.call(init_);
}

Call GuestGicChip::clear_pending(Exec& x) {
  return x.call(clear_pending_);
}

Call GuestGicChip::set_type(Exec& x, unsigned hwirq, bool edge) {
  return x.call<GicSetupLocals>(set_type_, {.offset = static_cast<std::uint16_t>(hwirq),
                                            .per_word = static_cast<std::uint8_t>(edge ? 1 : 0)});
}

Call GuestGicChip::write_all(Exec& x, unsigned base, std::uint32_t value, unsigned per_word) {
  return x.call<GicSetupLocals>(write_all_, {.value = value,
                                             .offset = static_cast<std::uint16_t>(base),
                                             .per_word = static_cast<std::uint8_t>(per_word)});
}

void GuestGicChip::write_all_routine(Exec& x, Frame& self, GicSetupLocals& f) {
  ROUTINE();
  for (f.i = 0; f.i < (f.per_word == 16 ? config_words_ : words_).size(); ++f.i) {
    LOCAL("the next register");
    CALL(current(x).dist_write(x, f.offset + (f.per_word == 16 ? config_words_ : words_)[f.i] * 4,
                               f.value));
  }
  LOCAL("all are written");
  RETURN(0);
  ROUTINE_END();
}

void GuestGicChip::init_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCAL("switch the distributor off");
  CALL(current(x).dist_write(x, gicd_ctlr, 0));
  LOCAL("ICFGR: every SPI is level-triggered");
  CALL(write_all(x, gicd_icfgr, 0, 16));
  LOCAL("ICACTIVER: none is active");
  CALL(write_all(x, gicd_icactiver, every_bit, 32));
  LOCAL("ICENABLER: none is enabled");
  CALL(write_all(x, gicd_icenabler, every_bit, 32));
  LOCAL("switch the distributor on");
  CALL(current(x).dist_write(x, gicd_ctlr, is_v3_ ? ctlr_v3 : ctlr_v2));
  STEP("gic_cpu_init: PMR, enable", cost("irqchip"), calls(*this));
  current(x).interface().write_pmr(x, priority_mask);
  if (is_v3_) {
    current(x).interface().write_igrpen1(x, 1);
  } else {
    current(x).interface().write_ctlr(x, 1);
  }
  RETURN(0);
  ROUTINE_END();
}

void GuestGicChip::clear_pending_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCAL("ICPENDR: nothing is pending");
  CALL(write_all(x, gicd_icpendr, every_bit, 32));
  LOCAL("cleared");
  RETURN(0);
  ROUTINE_END();
}

void GuestGicChip::set_type_routine(Exec& x, Frame& self, GicSetupLocals& f) {
  ROUTINE();
  LOCAL("read ICFGR");
  CALL(current(x).dist_read(x, gicd_icfgr + f.offset / 16U * 4));
  LOCAL("change the interrupt's field");
  {
    const auto old = static_cast<std::uint32_t>(self.result);
    const std::uint32_t bit = 2U << f.offset % 16U * 2;
    f.value = f.per_word != 0 ? old | bit : old & ~bit;
    if (f.value == old) {
      RETURN(0);
    }
  }
  CALL(current(x).dist_write(x, gicd_icfgr + f.offset / 16U * 4, f.value));
  LOCAL("configured");
  RETURN(0);
  ROUTINE_END();
}

void GuestGicChip::touches(Footprint& footprint) const {
  for (const ArmVcpu* v : vcpus_)
    v->touches(footprint);
}

}  // namespace irqloom
