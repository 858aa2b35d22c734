#include "sim/app/conform/kvm_x86_vm.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "sim/app/kernel.h"

namespace irqloom::app::conform {
namespace {

constexpr std::uint32_t user_space_counts = 0xffffffff;  // A reader sees the real count.
constexpr unsigned max_waiters = 32;                     // Of an Eventfd.
constexpr int max_members = 16;                          // Of a Resampler.
constexpr std::uint64_t max_gsis = 4096;

Kvm::Config kvm_config(const VmPlan& plan) {
  Kvm::Config config;
  config.gsis = plan.gsis;
  config.resample_policy = plan.resample_policy;
  config.whole_for = plan.vcpus;
  return config;
}

std::string resample_policy(const Record& config) {
  std::vector<std::string> versions;
  for (const Kernel& k : kernels()) {
    const std::string_view version = k.name.substr(k.name.find('-') + 1);
    const auto policy = k.policies.find("kvm.resample");
    if (policy == k.policies.end()) continue;
    if (version == config.text("kernel")) return std::string(policy->second);
    versions.emplace_back(version);
  }
  config.fail_name("kernel", versions);
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

std::string FdNames::of(const std::string& name) const {
  const auto found = closed_.find(name);
  return found == closed_.end() ? name : name + '#' + std::to_string(found->second);
}

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
  plan.resample_policy = resample_policy(config);
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
      eventfd_locks_(std::make_shared<EventfdLocks>()),
      host_("vmm", rig_.fabric(), "vmm") {
  for (unsigned v = 0; v < plan.vcpus; ++v) {
    const std::string n = std::to_string(v);
    lapics_.push_back(std::make_unique<Lapic>(("lapic" + n).c_str(), rig_.fabric(), v));
    bus_.attach(*lapics_[v]);
    pages_.push_back(
        std::make_unique<ApicPage>(("apic_page" + n).c_str(), rig_.fabric(), kvm_, *lapics_[v]));
    guests_.push_back(std::make_unique<Actor>(("vcpu" + n).c_str(), rig_.fabric(), "guest"));
  }
  build_irqfds(plan);
  if (!plan.has_routes) {
    rig_.fabric().at_reset([this](World& w) {
      Exec x(rig_.fabric(), w);
      (void)kvm_.whole()->set_routing(x, {});
    });
  }
  rig_.seal();
  rig_.reset();
}

void KvmX86Vm::build_irqfds(const VmPlan& plan) {
  for (const std::string& key : plan.eventfds) {
    const std::string name = "eventfd" + std::to_string(eventfds_.size());
    eventfds_[key] =
        std::make_unique<Eventfd>(name.c_str(), rig_.fabric(), eventfd_locks_, user_space_counts);
  }
  for (const IrqfdKey& key : plan.irqfds) {
    Eventfd& trigger = *eventfds_.at(key.fd);
    const auto waiter = static_cast<unsigned>(trigger.waiters.size());
    if (waiter == max_waiters) throw std::invalid_argument(key.fd + " is assigned too often");
    Resampler* group = nullptr;
    int member = 0;
    if (!key.resamplefd.empty()) {
      group = &resampler(key.gsi);
      member = group->resamplefds.size();
      if (member == max_members) throw std::invalid_argument("too many irqfds on one GSI");
      taps_.push_back(std::make_unique<SignalTap>(*eventfds_.at(key.resamplefd)));
      group->resamplefds.bind(*taps_.back());
    }
    const std::string name = "irqfd" + std::to_string(irqfds_.size());
    auto irqfd = std::make_unique<Irqfd>(name.c_str(), rig_.fabric(), kvm_, trigger, waiter,
                                         key.gsi, group, static_cast<unsigned>(member));
    trigger.waiters.bind(irqfd->waiter);
    irqfds_[key] = std::move(irqfd);
  }
}

Resampler& KvmX86Vm::resampler(std::uint32_t gsi) {
  std::unique_ptr<Resampler>& found = resamplers_[gsi];
  if (!found) {
    const std::string name = "resampler" + std::to_string(gsi);
    found = std::make_unique<Resampler>(name.c_str(), rig_.fabric(), kvm_, gsi);
  }
  return *found;
}

Irqfd* KvmX86Vm::assigned(const std::string& fd, std::optional<std::uint32_t> gsi) {
  for (const auto& [key, irqfd] : irqfds_) {
    const bool is_meant = key.fd == fd && (!gsi || key.gsi == *gsi);
    if (is_meant && irqfd->is_active(exec())) return irqfd.get();
  }
  return nullptr;
}

void KvmX86Vm::run_work() {
  settle(rig_, {kvm_.ioapic().delayed_work().worker()});
}

bool KvmX86Vm::is_throttled() {
  return kvm_.ioapic().delayed_work().is_pending(exec());
}

}  // namespace irqloom::app::conform
