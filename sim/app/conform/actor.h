// Who plays a recording's VMM and guests: contexts that carry out one operation at a time, and the
// scheduler of a world in which nothing else happens by itself but queued work.
#pragma once

#include <functional>
#include <vector>

#include "models/module.h"
#include "sim/app/conform/rig.h"

namespace irqloom::app::conform {

struct ActorState {
  std::int32_t result = 0;  ///< Of the last operation.
  std::uint8_t busy = 0;    ///< An operation is asked for or under way.
  std::uint8_t reserved[3] = {};
};

class Actor : public Module {
 public:
  using Op = std::function<Call(Exec&)>;

  /// The context is named as the module.
  Actor(const sc_core::sc_module_name& name, Fabric& fabric, const std::string& layer);

  /// Carries out the operation, and what it has to wait for. Its result. std::runtime_error when it
  /// waits for ever.
  std::int32_t perform(Rig& rig, Op op);
  ContextId context() const { return context_; }

 private:
  void main(Exec& x, Frame& self);

  Slot<ActorState> state_;
  Op op_;
  ContextId context_;
};

/// Steps everything that can, but for the contexts of `resting`, until nothing can.
/// std::runtime_error when that does not end.
void settle(Rig& rig, const std::vector<ContextId>& resting = {});

}  // namespace irqloom::app::conform

IRQLOOM_FIELDS(irqloom::app::conform::ActorState, IRQLOOM_NUMBER(result), IRQLOOM_FLAG(busy),
               IRQLOOM_NUMBER(reserved));
