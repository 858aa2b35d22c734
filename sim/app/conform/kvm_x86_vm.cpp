#include "sim/app/conform/kvm_x86_vm.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "sim/app/conform/recorded_kernel.h"

namespace irqloom::app::conform {
namespace {

constexpr std::uint64_t max_gsis = 4096;

Kvm::Config kvm_config(const VmPlan& plan) {
  Kvm::Config config;
  config.gsis = plan.gsis;
  config.resample_policy = plan.resample_policy;
  config.whole_for = plan.vcpus;
  return config;
}

IrqchipMode irqchip_mode(const Record& config) {
  const std::string& name = config.text("irqchip");
  if (name == "full") return IrqchipMode::kernel;
  if (name == "split") return IrqchipMode::split;
  if (name != "none") config.fail_name("irqchip", {"full", "none", "split"});
  return IrqchipMode::none;
}

bool has_default_routing(const Record& config) {
  const std::string& name = config.text("routing");
  if (name != "default" && name != "empty") config.fail_name("routing", {"default", "empty"});
  return name == "default";
}

/// Collects what the operations name.
class Planner {
 public:
  explicit Planner(VmPlan& plan) : plan_(plan) {}

  void read(const Record& op) {
    const std::string& name = op.text("op");
    for (const char* key : {"fd", "resample"})
      if (op.has(key) && op.value(key).is_string()) add_fd(op.text(key));
    if (name == "observe" && op.has("resample")) {
      for (const auto& [fd, count] : op.value("resample").items())
        add_fd(fd);
    }
    if (op.has("gsi")) add_gsi(op.number("gsi"));
    if (name == "set_routing") {
      for (const Record& entry : op.objects("entries"))
        add_gsi(entry.number("gsi"));
    }
    if (name == "irqfd_assign" && op.has("fd")) add_irqfd(op);
    if (name == "close_fd") names_.close(op.text("fd"));
  }

 private:
  void add_fd(const std::string& name) {
    if (fds_.insert(names_.of(name)).second) plan_.eventfds.push_back(names_.of(name));
  }

  void add_gsi(std::uint64_t gsi) {
    if (gsi < max_gsis) plan_.gsis = std::max(plan_.gsis, static_cast<unsigned>(gsi) + 1);
  }

  void add_irqfd(const Record& op) {
    const IrqfdKey key = irqfd_key(op, names_);
    if (irqfds_.insert(key).second) plan_.irqfds.push_back(key);
  }

  VmPlan& plan_;
  FdNames names_;
  std::set<std::string> fds_;
  std::set<IrqfdKey> irqfds_;
};

}  // namespace

std::uint64_t assign_flags(const Record& op) {
  return op.number_or("flags", op.has("resample") ? IrqfdArgs::resample : 0);
}

IrqfdKey irqfd_key(const Record& op, const FdNames& names) {
  const bool resamples = (assign_flags(op) & IrqfdArgs::resample) != 0 && op.has("resample");
  return {names.of(op.text("fd")), static_cast<std::uint32_t>(op.number("gsi", no_gsi)),
          resamples ? names.of(op.text("resample")) : std::string()};
}

VmPlan plan_vm(const Record& program) {
  const Record config = program.object("config");
  VmPlan plan;
  plan.irqchip = irqchip_mode(config);
  plan.has_routes = has_default_routing(config);
  plan.resample_policy = recorded_policies(config, UnknownKernel::refused).at("kvm.resample");
  // A VM without vCPUs has nothing that could notice one.
  plan.vcpus = std::max(1U, static_cast<unsigned>(config.number("vcpus", max_rtc_vcpus)));
  Planner planner(plan);
  for (const Record& op : program.objects("ops")) {
    if (op.text("op") != "note") planner.read(op);
  }
  return plan;
}

KvmX86Vm::KvmX86Vm(const VmPlan& plan)
    : bus_("bus", rig_.fabric()),
      kvm_("kvm", rig_.fabric(), kvm_config(plan), bus_),
      ioctls_("ioctls", rig_.fabric(), kvm_, plan.irqchip),
      fds_(rig_.fabric(), kvm_, plan.eventfds, plan.irqfds),
      host_("vmm", rig_.fabric(), "vmm") {
  for (unsigned v = 0; v < plan.vcpus; ++v) {
    const std::string n = std::to_string(v);
    lapics_.push_back(std::make_unique<Lapic>(("lapic" + n).c_str(), rig_.fabric(), v));
    bus_.attach(*lapics_[v]);
    pages_.push_back(
        std::make_unique<ApicPage>(("apic_page" + n).c_str(), rig_.fabric(), kvm_, *lapics_[v]));
    guests_.push_back(std::make_unique<Actor>(("vcpu" + n).c_str(), rig_.fabric(), "guest"));
  }
  if (!plan.has_routes) {
    rig_.fabric().at_reset([this](World& w) {
      Exec x(rig_.fabric(), w);
      (void)kvm_.whole()->set_routing(x, {});
    });
  }
  rig_.seal();
  rig_.reset();
}

void KvmX86Vm::run_work() {
  settle(rig_, {kvm_.ioapic().delayed_work().worker()});
}

bool KvmX86Vm::is_throttled() {
  return kvm_.ioapic().delayed_work().is_pending(exec());
}

}  // namespace irqloom::app::conform
