#include "sim/app/conform/kvm_arm64_vm.h"

#include <set>

#include "models/irqchip/gic_irq.h"
#include "sim/app/conform/recorded_kernel.h"

namespace irqloom::app::conform {
namespace {

constexpr std::uint64_t max_gsi = 4095;
constexpr unsigned default_intids = 256;
constexpr std::size_t max_spis = 255;

KvmArm64::Start start_of(const Record& config) {
  const std::string& name = config.text("start");
  if (name == "empty") return KvmArm64::Start::empty;
  if (name == "created") return KvmArm64::Start::created;
  if (name != "initialised") config.fail_name("start", {"empty", "created", "initialised"});
  return KvmArm64::Start::initialised;
}

VgicModel model_of(const Record& config) {
  const std::uint64_t version = config.number("gic", 3);
  if (version < 2) config.fail("gic", "there is no virtual GIC of that version", "2 or 3");
  return version == 2 ? VgicModel::v2 : VgicModel::v3;
}

void apply_kernel(const Record& config, KvmArm64::Config& kvm) {
  const Policies policies = recorded_policies(config, UnknownKernel::linux_6_1);
  kvm.vgic.readiness = policies.at("kvm.vgic-readiness");
  kvm.vgic.core =
      policies.at("kvm.vgic-core") == "bitmaps" ? VgicCore::bitmaps : VgicCore::ap_lists;
  kvm.vgic.ready_before_device = policies.at("kvm.vgic-mapping") == "device-last";
  kvm.vgic.default_config =
      policies.at("kvm.vgic-default") == "level" ? vgic_config_level : vgic_config_edge;
  kvm.vgic.takes_one_beyond = policies.at("kvm.spi-range") == "off-by-one";
  kvm.injects_in_atomic = policies.at("kvm.spi-inject") == "in-atomic";
}

/// Collects what the operations name.
class Planner {
 public:
  void read(const Record& op) {
    for (const char* key : {"fd", "resample"}) {
      if (op.has(key) && op.value(key).is_string()) eventfds_.insert(names_.of(op.text(key)));
    }
    if (op.has("resample") && op.value("resample").is_object()) {
      for (const auto& [fd, count] : op.value("resample").items())
        eventfds_.insert(names_.of(fd));
    }
    if (op.has("gsi")) add_gsi(op.number("gsi"));
    if (op.text("op") == "set_routing") add_routes(op);
    if (op.has("spi")) {
      for (const Record& spi : op.objects("spi"))
        add_intid(spi.number("intid"));
    }
    if (op.has("irq") && op.text("op") == "irq_line") add_intid(op.number("irq"));
    if (op.text("op") == "irqfd_assign") {
      irqfds_.insert({names_.of(op.text("fd")),
                      static_cast<std::uint32_t>(op.number("gsi", 0xffffffff)),
                      op.has("resample") ? names_.of(op.text("resample")) : std::string()});
    }
    if (op.text("op") == "close_eventfd") names_.close(op.text("fd"));
  }

  // The INTIDs that a VM has unless it chooses otherwise, after those that the program speaks of.
  ArmVmPlan plan() {
    ArmVmPlan result;
    for (unsigned n = gic::first_spi; n < default_intids && intids_.size() < max_spis; ++n)
      intids_.insert(n);
    result.kvm.vgic.spis.assign(intids_.begin(), intids_.end());
    result.kvm.further_gsis.assign(gsis_.begin(), gsis_.end());
    result.eventfds.assign(eventfds_.begin(), eventfds_.end());
    result.irqfds.assign(irqfds_.begin(), irqfds_.end());
    return result;
  }

 private:
  void add_gsi(std::uint64_t gsi) {
    if (gsi <= max_gsi) gsis_.insert(static_cast<unsigned>(gsi));
  }
  void add_intid(std::uint64_t intid) {
    if (intid < gic::first_spi || intid >= gic::first_special || intids_.size() == max_spis) return;
    intids_.insert(static_cast<unsigned>(intid));
  }
  void add_routes(const Record& op) {
    for (const Record& entry : op.objects("entries")) {
      add_gsi(entry.number("gsi"));
      if (entry.has("pin")) add_intid(entry.number("pin", 0xffffffff) + gic::first_spi);
    }
  }

  FdNames names_;
  std::set<std::string> eventfds_;
  std::set<IrqfdKey> irqfds_;
  std::set<unsigned> gsis_;
  std::set<unsigned> intids_;
};

}  // namespace

ArmVmPlan plan_arm_vm(const Record& program) {
  const Record config = program.object("config");
  Planner planner;
  for (const Record& op : program.objects("ops"))
    planner.read(op);
  ArmVmPlan plan = planner.plan();
  plan.kvm.start = start_of(config);
  plan.kvm.vgic.model = model_of(config);
  apply_kernel(config, plan.kvm);
  return plan;
}

KvmArm64Vm::KvmArm64Vm(const ArmVmPlan& plan)
    : kvm_("kvm", rig_.fabric(), plan.kvm),
      executor_(rig_.fabric().executor("vcpu0")),
      vcpu_("vcpu0", rig_.fabric(), {}, kvm_, executor_),
      fds_(rig_.fabric(), kvm_, plan.eventfds, plan.irqfds),
      host_("vmm", rig_.fabric(), "vmm"),
      guest_("guest", rig_.fabric(), "guest") {
  rig_.seal();
  rig_.reset();
}

std::int32_t KvmArm64Vm::host(Actor::Op op) {
  const std::int32_t result = host_.perform(rig_, std::move(op));
  settle(rig_);
  return result;
}

}  // namespace irqloom::app::conform
