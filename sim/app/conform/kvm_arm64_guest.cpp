#include "sim/app/conform/kvm_arm64_guest.h"

#include <algorithm>

namespace irqloom::app::conform {
namespace {

std::optional<Difference> differ(const char* key, const Json& expected, const Json& got,
                                 Json& shown) {
  shown[key] = got;
  if (expected == got) return std::nullopt;
  return Difference{{{key, expected}}, {{key, got}}};
}

}  // namespace

std::vector<std::string> KvmArm64Guest::names() {
  return {"dist_write", "dist_read", "cpu_write", "cpu_read", "run",
          "unmask",     "mask",      "eret",      "spin",     "wfi"};
}

bool KvmArm64Guest::knows(const std::string& op) {
  const std::vector<std::string> known = names();
  return std::find(known.begin(), known.end(), op) != known.end();
}

bool KvmArm64Guest::takes_interrupt() {
  if (masked_ || !vm_.vcpu().irq(vm_.exec())) return false;
  ++entries_;
  ++depth_;
  masked_ = true;
  return true;
}

std::optional<Difference> KvmArm64Guest::perform(const Record& op, Json& shown) {
  ArmVcpu& vcpu = vm_.vcpu();
  const std::int32_t ret = vm_.guest([&](Exec& x) { return vcpu.first_run(x); });
  if (ret < 0 || op.has("ret"))
    return differ("ret", op.has("ret") ? op.value("ret") : Json(0), ret, shown);
  vm_.guest([&](Exec& x) { return vcpu.enter(x); });
  const bool is_run = op.text("op") == "run";
  if (!is_run && !masked_ && vcpu.irq(vm_.exec())) {
    return Difference{"no interrupt before the command", "an interrupt"};
  }
  asleep_ = false;
  std::optional<Difference> difference = command(op, shown);
  const bool taken = !asleep_ && takes_interrupt();
  vm_.guest([&](Exec& x) { return vcpu.exit(x); });
  settle(vm_.rig());
  if (asleep_) return difference;
  const std::optional<Difference> at_irq =
      differ("irq", op.number("irq", 1), taken ? 1U : 0U, shown);
  return difference ? difference : at_irq;
}

std::optional<Difference> KvmArm64Guest::command(const Record& op, Json& shown) {
  const std::string& name = op.text("op");
  ArmVcpu& vcpu = vm_.vcpu();
  if (name == "dist_write") {
    const auto offset = static_cast<unsigned>(op.number("offset", 0xfffc));
    const auto value = static_cast<std::uint32_t>(op.number("value", 0xffffffff));
    vm_.guest([&](Exec& x) { return vcpu.dist_write(x, offset, value); });
  } else if (name == "dist_read") {
    const auto offset = static_cast<unsigned>(op.number("offset", 0xfffc));
    const auto value =
        static_cast<std::uint32_t>(vm_.guest([&](Exec& x) { return vcpu.dist_read(x, offset); }));
    return differ("value", op.value("value"), value, shown);
  } else if (name == "cpu_write") {
    return cpu_write(op);
  } else if (name == "cpu_read") {
    if (op.text("reg") != "IAR") op.fail_name("reg", {"IAR"});
    return differ("value", op.value("value"), vcpu.read_iar(vm_.exec()), shown);
  } else if (name == "unmask") {
    masked_ = false;
  } else if (name == "mask") {
    masked_ = true;
  } else if (name == "eret") {
    if (depth_ == 0) throw Impossible("the guest is in no handler");
    --depth_;
    masked_ = false;
  } else if (name == "wfi") {
    return wfi(op, shown);
  } else if (name == "spin") {
    spin();
  }
  return std::nullopt;
}

std::optional<Difference> KvmArm64Guest::cpu_write(const Record& op) {
  const std::string& reg = op.text("reg");
  const auto value = static_cast<std::uint32_t>(op.number("value", 0xffffffff));
  ArmVcpu& vcpu = vm_.vcpu();
  VirtualCpuInterface& interface = vcpu.interface();
  if (reg == "EOIR") {
    vcpu.write_eoir(vm_.exec(), value);
  } else if (reg == "DIR") {
    vcpu.write_dir(vm_.exec(), value);
  } else if (reg == "CTLR") {
    interface.write_ctlr(vm_.exec(), value);
  } else if (reg == "PMR") {
    interface.write_pmr(vm_.exec(), value);
  } else if (reg == "IGRPEN1") {
    interface.write_igrpen1(vm_.exec(), value);
  } else if (reg != "SRE") {  // Which has no effect: there are only the system registers.
    op.fail_name("reg", {"CTLR", "PMR", "EOIR", "DIR", "SRE", "IGRPEN1"});
  }
  if (interface.maintenance(vm_.exec())) leave_and_return();
  if (op.has("spin")) spin();
  return std::nullopt;
}

void KvmArm64Guest::leave_and_return() {
  ArmVcpu& vcpu = vm_.vcpu();
  vm_.guest([&](Exec& x) { return vcpu.exit(x); });
  vm_.guest([&](Exec& x) { return vcpu.enter(x); });
}

// What another thread does meanwhile may kick the vCPU out, which goes back at once.
void KvmArm64Guest::spin() {
  ArmVcpu& vcpu = vm_.vcpu();
  for (const Actor::Op& op : meanwhile_)
    vm_.other_thread(op);
  meanwhile_.clear();
  if (vm_.exec().get(vcpu.state()).mode == exiting_guest_mode) leave_and_return();
}

// A trap: the vCPU sleeps until an interrupt is on its list that PMR and enables let through.
std::optional<Difference> KvmArm64Guest::wfi(const Record& op, Json& shown) {
  ArmVcpu& vcpu = vm_.vcpu();
  vm_.guest([&](Exec& x) { return vcpu.exit(x); });
  for (const Actor::Op& other : meanwhile_)
    vm_.other_thread(other);
  meanwhile_.clear();
  settle(vm_.rig());
  asleep_ = !vm_.vgic().kvm_vgic_vcpu_pending_irq(vm_.exec(), vcpu.id());
  vm_.guest([&](Exec& x) { return vcpu.enter(x); });
  return differ("woke", op.value("woke"), asleep_ ? 0U : 1U, shown);
}

}  // namespace irqloom::app::conform
