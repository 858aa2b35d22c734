// What the operations of scripts do on an arm64 machine.
#include <functional>
#include <stdexcept>
#include <utility>

#include "models/platform/arm.h"

namespace irqloom::arm {

namespace {

using Kind = ScriptOp::Kind;

constexpr std::uint16_t deep_stack = 384;

// What the tables of operations let through and nobody here does.
std::invalid_argument not_of_arm() {
  return std::invalid_argument("scripts of an arm64 machine have no such operation");
}

Script::Op immediate(std::function<void(Exec&)> act) {
  return [act = std::move(act)](Exec& x) {
    act(x);
    return Call::done();
  };
}

}  // namespace

Script::Op Machine::device_operation(const ScriptOp& op) {
  Assignment& a = assignment(op.device);
  VfioPlatform* vfio = a.vfio.get();
  Irqfd* irqfd = a.irqfd.get();
  Eventfd* trigger = a.trigger.get();
  Device* device = a.device.get();
  UserHandler* handler = a.handler.get();
  if (op.kind == Kind::deassign || op.kind == Kind::close_trigger) irqfd->can_go();
  if (op.kind == Kind::detach_unmask || op.kind == Kind::close_resamplefd) {
    vfio->virqfd().can_go();
  }
  switch (op.kind) {
    case Kind::assign:
      return [irqfd](Exec& x) { return irqfd->assign(x); };
    case Kind::deassign:
      return [irqfd](Exec& x) { return irqfd->deassign(x); };
    case Kind::close_trigger:
      return [trigger](Exec& x) { return trigger->close(x); };
    case Kind::close_resamplefd:
      return [resamplefd = a.resamplefd.get()](Exec& x) { return resamplefd->close(x); };
    case Kind::signal:
      return [trigger](Exec& x) { return trigger->signal(x); };
    case Kind::set_trigger:
      return [vfio](Exec& x) { return vfio->set_trigger(x); };
    case Kind::attach_unmask:
      return [vfio](Exec& x) { return vfio->virqfd().enable(x); };
    case Kind::detach_unmask:
      return [vfio](Exec& x) { return vfio->virqfd().disable(x); };
    case Kind::mask:
      return [vfio](Exec& x) { return vfio->mask(x); };
    case Kind::unmask:
      return [vfio](Exec& x) { return vfio->unmask(x); };
    case Kind::handle_eventfd:
      return immediate([handler](Exec& x) { handler->install(x); });
    case Kind::raise:
      return immediate([device](Exec& x) { device->raise_now(x); });
    case Kind::reset_device:
      return immediate([device](Exec& x) { device->reset(x); });
    default:
      throw not_of_arm();
  }
}

Script::Op Machine::vmm_operation(const ScriptOp& op) {
  KvmArm64* kvm = kvm_.get();
  MainThread* main = main_thread_.get();
  GicReset* reset = gic_reset_.get();
  ProcessExit* process = process_exit_.get();
  const unsigned value = op.value;
  const unsigned intid = op.intid;
  switch (op.kind) {
    case Kind::create_vgic:
      return [main](Exec& x) { return main->create_vgic(x); };
    case Kind::create_vcpu:
      return [main, value](Exec& x) { return main->create_vcpu(x, value); };
    case Kind::nr_irqs:
      return [kvm, value](Exec& x) { return kvm->set_nr_irqs(x, value); };
    case Kind::ctrl_init:
      return [kvm](Exec& x) { return kvm->ctrl_init(x); };
    case Kind::irq_line:
      return [kvm, intid, value](Exec& x) {
        return kvm->irq_line(x, ArmIrqType::spi, 0, intid, value != 0);
      };
    case Kind::register_reset:
      return [reset](Exec& x) { return reset->reset(x); };
    case Kind::main_loop:
      return [main](Exec& x) { return main->run_main_loop(x); };
    case Kind::await_main_loop:
      return [main](Exec& x) { return main->await_main_loop(x); };
    case Kind::vm_start:
      return [main](Exec& x) { return main->vm_start(x); };
    case Kind::vm_stop:
      return [main](Exec& x) { return main->vm_stop(x); };
    case Kind::kick_vcpu:
      return [vcpu = vcpus_.at(value).get()](Exec& x) { return vcpu->kick(x); };
    case Kind::kill:
      return immediate([process](Exec& x) { process->kill(x); });
    case Kind::await_reset:
      return [main](Exec& x) { return main->await_reset(x); };
    case Kind::reset_done:
      return [main](Exec& x) { return main->reset_done(x); };
    case Kind::system_reset:
      return [main](Exec& x) { return main->system_reset(x); };
    default:
      throw not_of_arm();
  }
}

Script::Op Machine::line_operation(const Spec& spec, const ScriptOp& op) {
  IrqDesc* desc = &guest_desc(op.gsi);
  GuestGicChip* chip = guest_chip_.get();
  const unsigned intid = gic::first_spi + op.gsi;
  bool edge = false;
  for (const GuestLine& l : spec.lines) {
    if (l.gsi == op.gsi) edge = l.edge;
  }
  switch (op.kind) {
    case Kind::enable:
      return [desc](Exec& x) { return desc->enable_irq(x); };
    case Kind::disable:
      return [desc](Exec& x) { return desc->disable_irq_nosync(x); };
    case Kind::set_affinity:
      affinities_.push_back(std::make_unique<IrqAffinity>(fabric_, *desc));
      return [affinity = affinities_.back().get(), cpu = op.value](Exec& x) {
        return affinity->irq_set_affinity(x, cpu);
      };
    case Kind::set_type:
      return [chip, intid, edge](Exec& x) { return chip->set_type(x, intid, edge); };
    default:
      throw not_of_arm();
  }
}

Script::Op Machine::guest_operation(const ScriptOp& op) {
  GuestGicChip* chip = guest_chip_.get();
  switch (op.kind) {
    case Kind::gic_init:
      return [chip](Exec& x) { return chip->init(x); };
    case Kind::clear_pending:
      return [chip](Exec& x) { return chip->clear_pending(x); };
    default:
      throw not_of_arm();
  }
}

Script::Op Machine::operation(const Spec& spec, const ScriptOp& op) {
  switch (subject_of(op.kind)) {
    case OpSubject::device:
      return device_operation(op);
    case OpSubject::line:
      return line_operation(spec, op);
    case OpSubject::vmm:
      return vmm_operation(op);
    case OpSubject::guest:
      return guest_operation(op);
    case OpSubject::none:
      return immediate([](Exec& /*x*/) {});
  }
  throw not_of_arm();
}

std::vector<const Touches*> Machine::touched() const {
  std::vector<const Touches*> list = {kvm_.get(), main_thread_.get(), guest_chip_.get()};
  if (process_exit_) list.push_back(process_exit_.get());
  for (const auto& [name, a] : assignments_) {
    list.push_back(a.irqfd.get());
    list.push_back(a.trigger.get());
    list.push_back(a.vfio.get());
    list.push_back(a.host_desc.get());
    list.push_back(a.device.get());
    if (a.handler) list.push_back(a.handler.get());
  }
  for (const auto& [name, e] : emulated_)
    list.push_back(e.get());
  for (const auto& [gsi, d] : guest_descs_)
    list.push_back(d.get());
  return list;
}

// An optional script is somebody outside: he outlives the VMM.
void Machine::build_script(const Spec& spec, const ScriptSpec& s) {
  std::vector<Script::Operation> ops;
  for (const ScriptOp& op : s.ops)
    ops.push_back({operation(spec, op), op.name, op.if_failed, op.if_done});
  const auto build = [&] {
    scripts_.push_back(std::make_unique<Script>(
        s.name.c_str(), fabric_,
        Script::Config{.layer = s.in_guest ? "guest" : "vmm",
                       .executor = s.in_guest ? guest_cpus_.at(s.vcpu) : no_executor,
                       .optional = s.optional,
                       .repeats = s.repeats,
                       .period_key = s.period_key,
                       .stack_bytes = deep_stack},
        std::move(ops), touched()));
  };
  if (s.optional) {
    build();
    return;
  }
  of_process(build);
  if (process_exit_ && !s.in_guest) process_exit_->add_thread(scripts_.back()->context());
}

}  // namespace irqloom::arm
