#include "models/genirq/desc.h"

#include <stdexcept>

#include "models/genirq/thread.h"
#include "models/property/marks.h"

namespace irqloom {

IrqDesc::IrqDesc(const sc_core::sc_module_name& module_name, Fabric& fabric, DescConfig config)
    : Module(module_name, fabric),
      config_(std::move(config)),
      state_(fabric.reserve<DescState>(std::string(name()))),
      lock_(fabric.lock(std::string(name()) + ".lock",
                        config_.layer + " desc->lock " + std::to_string(config_.irq),
                        LockKind::spin)),
      label_(fabric.name(name())),
      handled_label_(fabric.name("handled")),
      unhandled_label_(fabric.name("unhandled")) {
  flow.bind(*this);
  line.bind(*this);
  const std::string chip_c = "kernel/irq/chip.c, Linux 6.1.192";
  switch (config_.flow) {
    case Flow::fasteoi:
      flow_routine_ =
          fabric.routine<&IrqDesc::handle_fasteoi_irq>(*this, "handle_fasteoi_irq", chip_c);
      break;
    case Flow::level:
      flow_routine_ = fabric.routine<&IrqDesc::handle_level_irq>(*this, "handle_level_irq", chip_c);
      break;
    case Flow::edge:
      flow_routine_ = fabric.routine<&IrqDesc::handle_edge_irq>(*this, "handle_edge_irq", chip_c);
      break;
  }
  event_ = fabric.routine<&IrqDesc::handle_irq_event>(*this, "handle_irq_event",
                                                      "kernel/irq/handle.c, Linux 6.1.192");
  const std::string manage_c = "kernel/irq/manage.c, Linux 6.1.192";
  disable_ = fabric.routine<&IrqDesc::disable_routine>(*this, "disable_irq_nosync", manage_c);
  enable_ = fabric.routine<&IrqDesc::enable_routine>(*this, "enable_irq", manage_c);
  finalize_ = fabric.routine<&IrqDesc::finalize_oneshot>(*this, "irq_finalize_oneshot", manage_c);
  if (config_.moves_in_irq) {
    move_ = fabric.routine<&IrqDesc::irq_move_irq>(*this, "irq_move_irq",
                                                   "kernel/irq/migration.c, Linux 6.1.192");
  }
  const std::string pm_c = "kernel/irq/pm.c, Linux 6.1.192";
  suspend_ = fabric.routine<&IrqDesc::suspend_routine>(*this, "suspend_device_irq", pm_c);
  resume_ = fabric.routine<&IrqDesc::resume_routine>(*this, "resume_irq", pm_c);
  fabric.at_reset([this](World& w) { w.mut(state_) = reset_; });
}

IrqDesc::~IrqDesc() = default;

void IrqDesc::add_action(ActionConfig action) {
  const std::size_t index = action_configs_.size();
  if (index == 8) throw std::logic_error("more than 8 actions on one line");
  if (action.linked) reset_.linked |= static_cast<std::uint8_t>(1U << index);
  action.label = fabric_.name(action.name);
  action_configs_.push_back(action);
  threads_.push_back(action.threaded ? std::make_unique<IrqThread>(*this, index) : nullptr);
}

void IrqDesc::start_at_reset(bool masked) {
  reset_.depth = 0;
  reset_.disabled = 0;
  reset_.started = 1;
  reset_.masked = masked ? 1 : 0;
}

ContextId IrqDesc::thread(std::size_t action) const {
  return threads_.at(action)->context();
}

// Marked whatever the flow makes of it: an interrupt that is refused for ever is a storm too.
Call IrqDesc::handle_irq(Exec& x) {
  x.mark(is_guest() ? mark::guest_entry : mark::host_entry);
  return x.call(flow_routine_);
}

Call IrqDesc::disable_irq_nosync(Exec& x) {
  return x.call(disable_);
}

Call IrqDesc::enable_irq(Exec& x) {
  return x.call(enable_);
}

Call IrqDesc::suspend_device_irq(Exec& x) {
  return x.call(suspend_);
}

Call IrqDesc::resume_device_irq(Exec& x) {
  return x.call(resume_);
}

void IrqDesc::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  footprint.writes.push_back(range(lock_.slot));
}

IRQLOOM_MODEL(
    "genirq/desc",
    "an interrupt line of the generic IRQ layer: flow handlers, shared and threaded actions",
    "kernel/irq/{chip,handle,manage,resend,spurious,pm}.c, Linux 6.1");

}  // namespace irqloom
