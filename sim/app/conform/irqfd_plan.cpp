#include "sim/app/conform/irqfd_plan.h"

#include <stdexcept>

namespace irqloom::app::conform {
namespace {

constexpr std::uint32_t user_space_counts = 0xffffffff;  // A reader sees the real count.
constexpr unsigned max_waiters = 32;                     // Of an Eventfd.
constexpr int max_members = 16;                          // Of a Resampler.

}  // namespace

std::string FdNames::of(const std::string& name) const {
  const auto found = closed_.find(name);
  return found == closed_.end() ? name : name + '#' + std::to_string(found->second);
}

VmEventfds::VmEventfds(Fabric& fabric, KvmVm& kvm, const std::vector<std::string>& eventfds,
                       const std::vector<IrqfdKey>& irqfds)
    : locks_(std::make_shared<EventfdLocks>()) {
  for (const std::string& key : eventfds) {
    const std::string name = "eventfd" + std::to_string(eventfds_.size());
    eventfds_[key] = std::make_unique<Eventfd>(name.c_str(), fabric, locks_, user_space_counts);
  }
  for (const IrqfdKey& key : irqfds)
    build(fabric, kvm, key);
}

void VmEventfds::build(Fabric& fabric, KvmVm& kvm, const IrqfdKey& key) {
  Eventfd& trigger = *eventfds_.at(key.fd);
  const auto waiter = static_cast<unsigned>(trigger.waiters.size());
  if (waiter == max_waiters) throw std::invalid_argument(key.fd + " is assigned too often");
  Resampler* group = nullptr;
  int member = 0;
  if (!key.resamplefd.empty()) {
    std::unique_ptr<Resampler>& found = resamplers_[key.gsi];
    const std::string name = "resampler" + std::to_string(key.gsi);
    if (!found) found = std::make_unique<Resampler>(name.c_str(), fabric, kvm, key.gsi);
    group = found.get();
    member = group->resamplefds.size();
    if (member == max_members) throw std::invalid_argument("too many irqfds on one GSI");
    taps_.push_back(std::make_unique<SignalTap>(*eventfds_.at(key.resamplefd)));
    group->resamplefds.bind(*taps_.back());
  }
  const std::string name = "irqfd" + std::to_string(irqfds_.size());
  auto irqfd = std::make_unique<Irqfd>(name.c_str(), fabric, kvm, trigger, waiter, key.gsi, group,
                                       static_cast<unsigned>(member));
  trigger.waiters.bind(irqfd->waiter);
  irqfd->can_go();
  irqfds_[key] = std::move(irqfd);
}

Irqfd* VmEventfds::assigned(Exec& x, const std::string& fd, std::optional<std::uint32_t> gsi) {
  for (const auto& [key, irqfd] : irqfds_) {
    const bool is_meant = key.fd == fd && (!gsi || key.gsi == *gsi);
    if (is_meant && irqfd->is_active(x)) return irqfd.get();
  }
  return nullptr;
}

}  // namespace irqloom::app::conform
