// Model "gicv2": distributor and CPU interfaces through their registers.
#include <array>
#include <utility>

#include "models/irqchip/gicv2.h"
#include "sim/app/conform/replay_gic.h"

namespace irqloom::app::conform {
namespace {

class GicV2Replayer final : public GicReplayer {
 public:
  explicit GicV2Replayer(const Record& config)
      : gic_("gic", rig_.fabric(), static_cast<unsigned>(config.number("cpus", 8)),
             static_cast<unsigned>(config.number("num_irq", gic::first_special))) {
    for (unsigned n = 0; n < gic_.cpus(); ++n) {
      const std::string number = std::to_string(n);
      distributor_.push_back(&add_master("dist" + number, gic_.distributor_socket(n)));
      cpu_.push_back(&add_master("cpu" + number, gic_.cpu_interface_socket(n)));
    }
    rig_.seal();
  }

  std::string quirk(const Program& program) const override;

 protected:
  Gic& gic() override { return gic_; }
  Place place(const Record& op) override {
    const std::string& block = op.text("block");
    if (block == "dist") return {distributor_[cpu(op)], op.number("offset")};
    if (block == "cpu") return {cpu_[cpu(op)], op.number("offset")};
    op.fail_name("block", {"dist", "cpu"});
  }

 private:
  GicV2 gic_;
  std::vector<BusMaster*> distributor_;
  std::vector<BusMaster*> cpu_;
};

std::string GicV2Replayer::quirk(const Program& program) const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> reasons = {{
      {"itargetsr-extra-bits", "bits of CPUs that are not there read as zero here"},
      {"target-change-level-while-active",
       "an SPI has one active state for all CPUs; in the recorded device one per CPU"},
      {"target-change-edge-pending",
       "pending moves with the targets; the recorded device leaves the latch with the old CPU"},
      {"target-change-edge-active-pending",
       "pending moves with the targets; the recorded device leaves the latch with the old CPU"},
      {"target-zero-edge", "an edge is latched without a target; the recorded device loses it"},
      {"ppi-ispendr", "ISPENDR makes a PPI pending; the recorded device ignores it"},
      {"preempt-unmasked-priority", "group priorities decide pre-emption, also between groups"},
      {"hppir-sgi-source", "HPPIR shows the source CPU of an SGI"},
      {"spendsgir-word-zero-bytes", "a zero byte of SPENDSGIR leaves its SGI alone"},
      {"target-both-level", "1-of-N: the first CPU that acknowledges has it"},
      {"target-both-edge", "1-of-N: the first CPU that acknowledges has it"},
      {"groups-disabled-group-blocks", "a disabled group does not compete for the CPU"},
      {"aliased-registers", "AIAR, AEOIR and AHPPIR are there"},
  }};
  for (const auto& [part, reason] : reasons) {
    if (program.id.ends_with(part)) return std::string(reason);
  }
  return "";
}

const Replayer::Register registered{
    {"gicv2", "GICv2: distributor and CPU interfaces", &make_replayer<GicV2Replayer>}};

}  // namespace
}  // namespace irqloom::app::conform
