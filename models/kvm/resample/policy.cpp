#include "models/kvm/resample/policy.h"

#include <algorithm>
#include <stdexcept>

#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"

namespace irqloom {

namespace {

std::vector<ResamplePolicy::Entry>& registry() {
  static std::vector<ResamplePolicy::Entry> entries;
  return entries;
}

}  // namespace

ResamplePolicy::Register::Register(const Entry& entry) {
  registry().push_back(entry);
}

std::vector<ResamplePolicy::Entry> ResamplePolicy::all() {
  std::vector<Entry> sorted = registry();
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return sorted;
}

const ResamplePolicy::Entry& ResamplePolicy::find(std::string_view name) {
  for (const Entry& e : registry()) {
    if (e.name == name) return e;
  }
  throw std::invalid_argument("unknown resample policy " + std::string(name));
}

ResamplePolicy::ResamplePolicy(Fabric& fabric, Resampler& resampler)
    : resampler_(resampler),
      ack_(fabric.routine<&ResamplePolicy::irqfd_resampler_ack>(
          *this, "irqfd_resampler_ack", "virt/kvm/eventfd.c, Linux 6.1.192")),
      register_(fabric.routine<&ResamplePolicy::register_routine>(
          *this, "kvm_register_irq_ack_notifier", "virt/kvm/eventfd.c, Linux 6.1.192")),
      unregister_(fabric.routine<&ResamplePolicy::unregister_routine>(
          *this, "kvm_unregister_irq_ack_notifier", "virt/kvm/eventfd.c, Linux 6.1.192")) {}

Call ResamplePolicy::ack(Exec& x) {
  return x.call<PolicyLocals>(ack_);
}

Call ResamplePolicy::mask_changed(Exec& /*x*/, bool /*masked*/) {
  return Call::done();
}

Call ResamplePolicy::register_notifiers(Exec& x) {
  return x.call<PolicyLocals>(register_);
}

Call ResamplePolicy::unregister_notifiers(Exec& x) {
  return x.call(unregister_);
}

// De-assert first, notify after: what the notification sets off cannot be erased by this ack.
void ResamplePolicy::irqfd_resampler_ack(Exec& x, Frame& self, PolicyLocals& /*f*/) {
  ROUTINE();
  CALL(resampler_.lower(x));
  LOCAL("notify every resamplefd");
  CALL(resampler_.notify_all(x));
  LOCAL("notified");
  RETURN(0);
  ROUTINE_END();
}

void ResamplePolicy::register_routine(Exec& x, Frame& self, PolicyLocals& /*f*/) {
  ROUTINE();
  STEP("add to irq_ack_notifier_list", cost("kvm.assign"), writes(resampler_.state()));
  x.pass_lock(resampler_.kvm().irq_lock());
  x.set(resampler_.state()).registered = 1;
  resampler_.kvm().ack_notifiers_changed(x);
  RETURN(0);
  ROUTINE_END();
}

// Proposals that watch the mask have a second notifier, which goes first.
void ResamplePolicy::unregister_routine(Exec& x, Frame& self) {
  ROUTINE();
  if (resampler_.kvm().resample_entry().traits.watches_mask) {
    STEP("remove from mask_notifier_list", cost("kvm.assign"), writes(resampler_.state()));
    x.pass_lock(resampler_.kvm().irq_lock());
    x.set(resampler_.state()).hears_mask = 0;
    CALL(resampler_.kvm().irq_srcu().synchronize(x));
  }
  STEP("remove from irq_ack_notifier_list", cost("kvm.assign"), writes(resampler_.state()));
  x.pass_lock(resampler_.kvm().irq_lock());
  x.set(resampler_.state()).registered = 0;
  CALL(resampler_.kvm().irq_srcu().synchronize(x));
  LOCAL("nobody calls it any more");
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
