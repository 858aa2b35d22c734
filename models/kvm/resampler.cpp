#include "models/kvm/resampler.h"

#include <algorithm>

#include "models/events.h"
#include "models/kvm/resample/policy.h"
#include "models/kvm/vm.h"

namespace irqloom {

Resampler::Resampler(const sc_core::sc_module_name& module_name, Fabric& fabric, KvmVm& kvm,
                     unsigned gsi)
    : Module(module_name, fabric),
      kvm_(kvm),
      gsi_(gsi),
      state_(fabric.reserve<ResamplerState>(std::string(name()))),
      lock_(fabric.lock(std::string(name()) + ".lock", "resampler->lock", LockKind::spin)),
      notify_(fabric.routine<&Resampler::notify_routine>(
          *this, "irqfd_resampler_notify",
          "virt/kvm/eventfd.c, a function of its own since Linux 6.3")),
      forward_(fabric.routine<&Resampler::forward_routine>(
          *this, "irqfd_resampler_forward_mask", "proposal: forward mask events, 2022-07-15")),
      policy_(kvm.resample_entry().make(fabric, *this)) {
  kvm.attach(*this);
  fabric.at_reset([this](World& w) { w.mut(state_) = reset_; });
}

Resampler::~Resampler() = default;

Call Resampler::lower(Exec& x) {
  return kvm_.set_irq(x, source_irqfd_resample, gsi_, false);
}

bool Resampler::is_pin_masked(Exec& x) const {
  return kvm_.is_masked(x, gsi_);
}

void Resampler::preset(std::uint8_t members, bool hears_mask) {
  reset_.listed = 1;
  reset_.registered = 1;
  for (unsigned i = 0; i < 8; ++i) {
    if ((members >> i & 1) != 0) reset_.entries[i] = 1;
  }
  reset_.hears_mask = hears_mask ? 1 : 0;
}

bool Resampler::is_empty(Exec& x) const {
  return std::ranges::all_of(x.get(state_).entries, [](std::uint8_t n) { return n == 0; });
}

Call Resampler::notify_all(Exec& x) {
  x.emit(event::irqfd_resample, {gsi_});
  return x.call<NotifyLocals>(notify_);
}

Call Resampler::forward_mask(Exec& x, bool masked) {
  return x.call<NotifyLocals>(forward_, {.masked = static_cast<std::uint8_t>(masked ? 1 : 0)});
}

// An RCU list: it is looked at entry by entry.
void Resampler::notify_routine(Exec& x, Frame& self, NotifyLocals& f) {
  ROUTINE();
  for (f.i = 0; f.i < resamplefds.size(); ++f.i) {
    f.n = 0;
    do {
      STEP("signal a member's resamplefd", cost("eventfd"), reads(state_), calls(resamplefds));
      if (f.n < x.get(state_).entries[f.i]) CALL(resamplefds[f.i]->signal(x));
    } while (++f.n < x.get(state_).entries[f.i]);
  }
  LOCAL("all are signalled");
  RETURN(0);
  ROUTINE_END();
}

void Resampler::forward_routine(Exec& x, Frame& self, NotifyLocals& f) {
  ROUTINE();
  for (f.i = 0; f.i < mask_listeners.size(); ++f.i) {
    STEP("tell a listener", cost("eventfd"), calls(mask_listeners));
    CALL(mask_listeners[f.i]->mask_changed(x, f.masked != 0));
  }
  LOCAL("all are told");
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
