// The eventfds and irqfds that a recorded program names, and what is elaborated for them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/eventfd/eventfd.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"

namespace irqloom::app::conform {

/// The eventfd that a recording means by a name: another one each time that the name comes up again
/// after its last reference was closed.
class FdNames {
 public:
  /// A key that is unique to the eventfd.
  std::string of(const std::string& name) const;
  void close(const std::string& name) { ++closed_[name]; }

 private:
  std::map<std::string, unsigned> closed_;
};

/// An assignment that a program attempts.
struct IrqfdKey {
  std::string fd;  ///< FdNames::of()
  std::uint32_t gsi = 0;
  std::string resamplefd;  ///< Empty: without RESAMPLE.

  auto operator<=>(const IrqfdKey&) const = default;
};

/// Hands a signal on: a port takes an interface once, but irqfds may share a resamplefd.
class SignalTap : public SignalIf {
 public:
  explicit SignalTap(Eventfd& eventfd) : eventfd_(eventfd) {}
  Call signal(Exec& x) override { return eventfd_.signal(x); }
  void touches(Footprint& footprint) const override { eventfd_.touches(footprint); }

 private:
  Eventfd& eventfd_;
};

/// All of them, of one VM.
class VmEventfds {
 public:
  /// std::invalid_argument for more irqfds on one GSI or one eventfd than there is room for.
  VmEventfds(Fabric& fabric, KvmVm& kvm, const std::vector<std::string>& eventfds,
             const std::vector<IrqfdKey>& irqfds);

  Eventfd& eventfd(const std::string& key) { return *eventfds_.at(key); }
  Irqfd& irqfd(const IrqfdKey& key) { return *irqfds_.at(key); }
  /// Who is assigned to the eventfd, on that GSI or on any; nullptr.
  Irqfd* assigned(Exec& x, const std::string& fd, std::optional<std::uint32_t> gsi);

 private:
  void build(Fabric& fabric, KvmVm& kvm, const IrqfdKey& key);

  std::shared_ptr<EventfdLocks> locks_;
  std::map<std::string, std::unique_ptr<Eventfd>> eventfds_;
  std::map<std::uint32_t, std::unique_ptr<Resampler>> resamplers_;
  std::vector<std::unique_ptr<SignalTap>> taps_;
  std::map<IrqfdKey, std::unique_ptr<Irqfd>> irqfds_;
};

}  // namespace irqloom::app::conform
