#include "models/kvm/ioapic.h"

#include "models/events.h"
#include "models/irqchip/rte.h"
#include "models/kvm/kvm.h"
#include "models/kvm/resample/policy.h"
#include "models/kvm/whole_irqchip.h"

namespace irqloom {

namespace {

const char* const ioapic_c = "arch/x86/kvm/ioapic.c, Linux 6.1.192";

}  // namespace

KvmIoapic::KvmIoapic(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
                     Kvm& kvm, ApicBus& bus)
    : Module(module_name, fabric),
      config_(config),
      kvm_(kvm),
      bus_(bus),
      pins_(fabric.reserve_array<KvmPin>(std::string(name()) + ".pin", config.pins)),
      lock_(fabric.lock(std::string(name()) + ".lock", "ioapic->lock", LockKind::spin)),
      accept_labels_{fabric.name("Fixed|edge"), fabric.name("Fixed|level")},
      coalesced_labels_{fabric.name(""), fabric.name(" (coalesced)")},
      set_irq_(fabric.routine<&KvmIoapic::set_irq_routine>(*this, "kvm_ioapic_set_irq", ioapic_c)),
      write_(fabric.routine<&KvmIoapic::write_routine>(*this, "ioapic_write_indirect", ioapic_c)),
      eoi_(fabric.routine<&KvmIoapic::eoi_routine>(*this, "kvm_ioapic_update_eoi", ioapic_c)),
      restore_(fabric.routine<&KvmIoapic::restore_routine>(*this, "kvm_set_ioapic", ioapic_c)),
      eoi_inject_(std::make_unique<WorkItem>(fabric, std::string(name()) + ".eoi_inject", "kvm",
                                             fabric.routine<&KvmIoapic::eoi_inject_work>(
                                                 *this, "kvm_ioapic_eoi_inject_work", ioapic_c),
                                             "kvm.eoi_delay")) {
  for (int logical = 0; logical < 2; ++logical) {
    for (int level = 0; level < 2; ++level) {
      for (int masked = 0; masked < 2; ++masked) {
        mode_labels_[logical][level][masked] =
            fabric.name(std::string("Fixed|") + (logical != 0 ? "logical" : "physical") +
                        (level != 0 ? "|level" : "|edge") + (masked != 0 ? "|masked" : ""));
      }
    }
  }
  fabric.at_reset([this](World& w) {
    for (unsigned n = 0; n < pins_.size; ++n)
      w.mut(pins_[n]) = KvmPin{};
    for (const Preset& p : presets_)
      w.mut(pins_[p.pin]) = p.entry;
  });
}

const ResampleTraits& KvmIoapic::traits() const {
  return kvm_.resample_entry().traits;
}

std::int64_t KvmIoapic::mode_label(const KvmPin& p) const {
  return mode_labels_[p.dest_mode][p.trigger_mode][p.mask];
}

Call KvmIoapic::set_irq(Exec& x, unsigned source, unsigned n, bool level, bool line_status) {
  return x.call<PinLocals>(set_irq_,
                           {.pin = static_cast<std::uint8_t>(n),
                            .source = static_cast<std::uint8_t>(source),
                            .level = static_cast<std::uint8_t>(level ? 1 : 0),
                            .line_status = static_cast<std::uint8_t>(line_status ? 1 : 0)});
}

Call KvmIoapic::write_indirect(Exec& x, unsigned n, bool high_half, std::uint32_t value) {
  return x.call<PinLocals>(write_, {.pin = static_cast<std::uint8_t>(n),
                                    .high = static_cast<std::uint8_t>(high_half ? 1 : 0),
                                    .value = value});
}

Call KvmIoapic::update_eoi(Exec& x, std::uint8_t vector, Trigger trigger, unsigned vcpu) {
  return x.call<PinLocals>(eoi_, {.source = static_cast<std::uint8_t>(vcpu),
                                  .vector = vector,
                                  .trigger = static_cast<std::uint8_t>(trigger)});
}

void KvmIoapic::set_irq_routine(Exec& x, Frame& self, PinLocals& f) {
  ROUTINE();
  LOCK(lock_, "take ioapic->lock, ioapic_set_irq, drop it", cost("kvm.ioapic"), writes(pins_),
       calls(bus_));
  f.value = static_cast<std::uint32_t>(drive(x, f.source, f.pin, f.level != 0, f.line_status != 0));
  if (f.level != 0) f.apics = to_notify(x, f.pin, static_cast<std::int32_t>(f.value));
  if (f.apics != 0) {
    CALL(bus_.notify(x, f.apics));
    STEP("drop ioapic->lock");
  }
  x.unlock(lock_);
  RETURN(static_cast<std::int32_t>(f.value));
  ROUTINE_END();
}

std::int32_t KvmIoapic::drive(Exec& x, unsigned source, unsigned n, bool level, bool line_status) {
  KvmPin& p = x.set(pins_[n]);
  const auto bit = static_cast<std::uint8_t>(1U << source);
  p.irq_states = static_cast<std::uint8_t>(level ? p.irq_states | bit : p.irq_states & ~bit);
  return ioapic_set_irq(x, n, p.irq_states != 0, line_status);
}

std::int32_t KvmIoapic::ioapic_set_irq(Exec& x, unsigned n, bool level, bool line_status) {
  KvmPin& p = x.set(pins_[n]);
  const bool edge = p.trigger_mode == 0;
  std::int32_t result = 1;
  if (level && is_rtc_coalesced(x, n, line_status)) {
    result = 0;
  } else if (!level) {
    // Nothing is recalled from the local APICs, and remote IRR stays.
    p.irr = 0;
  } else {
    const bool was_set = p.irr != 0;
    p.irr = 1;
    if (edge) p.irr_delivered = 0;
    result = edge && was_set ? 0 : service(x, n, event::inject_set_irq, line_status);
  }
  x.emit(event::kvm_ioapic_set_irq,
         {n, p.dest, p.vector, mode_label(p), coalesced_labels_[result == 0 ? 1 : 0]});
  return result;
}

bool KvmIoapic::is_rtc_coalesced(Exec& x, unsigned n, bool line_status) const {
  return line_status && n == RtcEoi::pin && kvm_.whole() != nullptr &&
         kvm_.whole()->rtc().is_pending(x);
}

std::int32_t KvmIoapic::service(Exec& x, unsigned n, std::int64_t origin, bool line_status) {
  KvmPin& p = x.set(pins_[n]);
  const auto trigger = static_cast<Trigger>(p.trigger_mode);
  if (p.mask != 0 || (trigger == Trigger::level && p.remote_irr != 0)) return -1;
  if (trigger == Trigger::edge) p.irr_delivered = 1;
  // A message to an APIC id that does not exist reaches nobody, and remote IRR stays clear.
  const unsigned reached = bus_.send(x, message_of(p));
  if (line_status && n == RtcEoi::pin && kvm_.whole() != nullptr) {
    kvm_.whole()->rtc().sent(x, message_of(p));
  }
  if (reached == 0) return 0;
  x.emit(event::kvm_apic_accept_irq, {p.dest, p.vector, accept_labels_[p.trigger_mode]});
  x.emit(event::ioapic_inject, {n, origin});
  if (trigger == Trigger::level) p.remote_irr = 1;
  return static_cast<std::int32_t>(reached);
}

std::uint8_t KvmIoapic::to_notify(Exec& x, unsigned n, std::int32_t answer) const {
  return answer > 0 ? bus_.to_notify(x, message_of(x.get(pins_[n]))) : 0;
}

bool KvmIoapic::wants_service(Exec& x, unsigned n) const {
  const KvmPin& p = x.get(pins_[n]);
  return p.trigger_mode != 0 && p.irr != 0;
}

void KvmIoapic::replace_half(Exec& x, PinLocals& f) {
  KvmPin& p = x.set(pins_[f.pin]);
  const std::uint8_t masked_before = p.mask;
  const ApicMessage before = message_of(p);
  if (f.high != 0) {
    p.dest = static_cast<std::uint8_t>(f.value >> rte::dest_shift);
  } else {
    rte::set_low(p, f.value);
  }
  // The guests' trick for an EOI without an EOI register: switch to edge and back.
  if (p.trigger_mode == 0) p.remote_irr = 0;
  f.changed = p.mask == masked_before ? 0 : 1;
  // The vCPUs of the old and of the new entry; other modes than fixed concern all.
  if (kvm_.whole() == nullptr) return;
  EoiExits& exits = kvm_.whole()->eoi_exits();
  if (p.delivery_mode != 0) {
    exits.request(x);
  } else {
    exits.request(x, before);
    exits.request(x, message_of(p));
  }
}

void KvmIoapic::write_routine(Exec& x, Frame& self, PinLocals& f) {
  ROUTINE();
  LOCK(lock_, "take ioapic->lock, replace the entry", cost("kvm.ioapic"), writes(pins_),
       calls(bus_), calls(kvm_));
  replace_half(x, f);
  if (f.changed != 0 && traits().watches_mask) {
    f.source = kvm_.irq_srcu().read_lock(x);
    CALL(kvm_.fire_mask_notifiers(x, f.pin, x.get(pins_[f.pin]).mask != 0));
    STEP("the mask notifiers have run", cost("kvm.ioapic"), writes(pins_), calls(bus_),
         calls(kvm_.irq_srcu()));
    kvm_.irq_srcu().read_unlock(x, f.source);
  }
  if (x.get(pins_[f.pin]).ack_pending != 0 && x.get(pins_[f.pin]).mask == 0) {
    if (traits().drops_lock_to_ack) x.unlock(lock_);
    CALL(kvm_.notify_acked_irq(x, f.pin));
    if (traits().drops_lock_to_ack) {
      LOCK(lock_, "retake ioapic->lock after the postponed ack", cost("kvm.ioapic"), writes(pins_),
           calls(bus_));
    } else {
      STEP("the postponed ack is done", cost("kvm.ioapic"), writes(pins_), calls(bus_));
    }
    x.set(pins_[f.pin]).ack_pending = 0;
  }
  if (wants_service(x, f.pin)) {
    if (traits().resamples_at_unmask && x.get(pins_[f.pin]).mask == 0 &&
        x.get(pins_[f.pin]).remote_irr == 0 && kvm_.has_resampler(x, f.pin)) {
      f.source = kvm_.irq_srcu().read_lock(x);
      CALL(kvm_.notify_irqfd_resampler(x, f.pin));
      STEP("clear irr instead of injecting", cost("kvm.ioapic"), writes(pins_),
           calls(kvm_.irq_srcu()));
      kvm_.irq_srcu().read_unlock(x, f.source);
      x.set(pins_[f.pin]).irr = 0;
    } else {
      f.apics = to_notify(x, f.pin, service(x, f.pin, event::inject_write_indirect));
    }
  }
  if (f.apics != 0) {
    CALL(bus_.notify(x, f.apics));
    STEP("drop ioapic->lock");
  }
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

// Every pin whose entry has the vector, masked or not, in service or not.
void KvmIoapic::eoi_routine(Exec& x, Frame& self, PinLocals& f) {
  ROUTINE();
  LOCK(lock_, "take ioapic->lock", cost("kvm.ioapic"), writes(pins_), calls(kvm_));
  if (kvm_.whole() != nullptr) kvm_.whole()->rtc().ended(x, f.source, f.vector);
  for (f.pin = 0; f.pin < pins_.size; ++f.pin) {
    if (x.get(pins_[f.pin]).vector != f.vector) continue;
    if (x.get(pins_[f.pin]).mask != 0 && traits().skips_ack_when_masked) {
      x.set(pins_[f.pin]).ack_pending = 1;
    } else {
      x.unlock(lock_);
      CALL(kvm_.notify_acked_irq(x, f.pin));
      // The next pin with the vector is asked for its notifiers before the lock is dropped again.
      LOCK(lock_, "retake ioapic->lock, remote IRR := 0", cost("kvm.ioapic"), writes(pins_),
           calls(bus_), calls(kvm_), calls(*eoi_inject_));
    }
    if (f.trigger != 0) f.apics = to_notify(x, f.pin, end_level(x, f.pin));
    if (f.apics != 0) {
      CALL(bus_.notify(x, f.apics));
      STEP("the next pin", cost("kvm.ioapic"), writes(pins_), calls(kvm_));
      f.apics = 0;
    }
  }
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

std::int32_t KvmIoapic::end_level(Exec& x, unsigned n) {
  KvmPin& p = x.set(pins_[n]);
  p.remote_irr = 0;
  if (p.mask != 0 || p.irr == 0) {
    p.irq_eoi = 0;
    return 0;
  }
  if (++p.irq_eoi == config_.throttle_limit) {
    // Lets a guest that cannot quiet the line make progress.
    p.irq_eoi = 0;
    eoi_inject_->schedule(x);
    x.emit(event::kvm_ioapic_delayed_eoi_inj, {p.dest, p.vector, mode_label(p)});
    return 0;
  }
  return service(x, n, event::inject_eoi);
}

void KvmIoapic::eoi_inject_work(Exec& x, Frame& self, PinLocals& f) {
  ROUTINE();
  LOCK(lock_, "re-inject every level pin that waits", cost("kvm.ioapic"), writes(pins_),
       calls(bus_));
  for (unsigned n = 0; n < pins_.size; ++n) {
    const KvmPin& p = x.get(pins_[n]);
    if (p.trigger_mode != 0 && p.irr != 0 && p.remote_irr == 0) {
      f.apics |= to_notify(x, n, service(x, n, event::inject_delayed));
    }
  }
  if (f.apics != 0) {
    CALL(bus_.notify(x, f.apics));
    STEP("drop ioapic->lock");
  }
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

void KvmIoapic::touches(Footprint& footprint) const {
  footprint.writes.push_back(as_range(pins_));
  bus_.touches(footprint);
}

}  // namespace irqloom
