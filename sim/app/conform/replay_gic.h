// What the replayers of GICv2 and GICv3 share: lines and interrupt requests.
#pragma once

#include "models/irqchip/gic_base.h"
#include "sim/app/conform/register_replayer.h"

namespace irqloom::app::conform {

class GicReplayer : public RegisterReplayer {
 public:
  std::string impossible() override;

 protected:
  virtual Gic& gic() = 0;

  void drive(const Record& op, bool level) override;
  Json observe(const Record& op) override;

  /// The operation's CPU; 0 where it says none.
  unsigned cpu(const Record& op) {
    return static_cast<unsigned>(op.number_or("cpu", 0, gic().cpus() - 1));
  }
  /// A bus master bound to `socket`.
  template <class Socket>
  BusMaster& add_master(const std::string& name, Socket& socket) {
    masters_.push_back(std::make_unique<BusMaster>(name.c_str()));
    masters_.back()->socket.bind(socket);
    return *masters_.back();
  }

 private:
  std::vector<std::unique_ptr<BusMaster>> masters_;
};

}  // namespace irqloom::app::conform
