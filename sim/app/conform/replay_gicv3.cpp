// Models "gicv3-dist" and "gicv3": distributor and redistributors through their registers, and the
// CPU interfaces through the system registers.
#include <array>
#include <map>
#include <utility>

#include "models/irqchip/gicv3.h"
#include "sim/app/conform/replay_gic.h"

namespace irqloom::app::conform {
namespace {

const std::map<std::string, Icc, std::less<>>& icc_names() {
  static const std::map<std::string, Icc, std::less<>> names = {
      {"ICC_PMR_EL1", Icc::pmr},         {"ICC_IAR0_EL1", Icc::iar0},
      {"ICC_EOIR0_EL1", Icc::eoir0},     {"ICC_HPPIR0_EL1", Icc::hppir0},
      {"ICC_BPR0_EL1", Icc::bpr0},       {"ICC_AP0R0_EL1", Icc::ap0r0},
      {"ICC_AP1R0_EL1", Icc::ap1r0},     {"ICC_DIR_EL1", Icc::dir},
      {"ICC_RPR_EL1", Icc::rpr},         {"ICC_SGI1R_EL1", Icc::sgi1r},
      {"ICC_ASGI1R_EL1", Icc::asgi1r},   {"ICC_SGI0R_EL1", Icc::sgi0r},
      {"ICC_IAR1_EL1", Icc::iar1},       {"ICC_EOIR1_EL1", Icc::eoir1},
      {"ICC_HPPIR1_EL1", Icc::hppir1},   {"ICC_BPR1_EL1", Icc::bpr1},
      {"ICC_CTLR_EL1", Icc::ctlr},       {"ICC_SRE_EL1", Icc::sre},
      {"ICC_IGRPEN0_EL1", Icc::igrpen0}, {"ICC_IGRPEN1_EL1", Icc::igrpen1}};
  return names;
}

class GicV3Replayer final : public GicReplayer {
 public:
  explicit GicV3Replayer(const Record& config)
      : gic_("gic", rig_.fabric(), static_cast<unsigned>(config.number("cpus", 8)),
             static_cast<unsigned>(config.number("num_irq", gic::first_special)),
             static_cast<unsigned>(config.number_or("icc_priority_bits", 5, 5))),
        distributor_(&add_master("dist", gic_.distributor_socket)),
        redistributor_(&add_master("redist", gic_.redistributor_socket)) {
    if (config.number_or("ds", 1) != 1) {
      config.fail("ds", "the model has one security state", "1");
    }
    for (unsigned n = 0; n < gic_.cpus(); ++n) {
      icc_.push_back(&add_master("icc" + std::to_string(n), gic_.system_register_socket(n)));
    }
    rig_.seal();
  }

  std::string quirk(const Program& program) const override;

 protected:
  Gic& gic() override { return gic_; }
  Place place(const Record& op) override;

 private:
  GicV3 gic_;
  BusMaster* distributor_;
  BusMaster* redistributor_;
  std::vector<BusMaster*> icc_;
};

RegisterReplayer::Place GicV3Replayer::place(const Record& op) {
  const std::string& block = op.text("block");
  if (block == "dist") return {distributor_, op.number("offset")};
  if (block == "redist") {
    return {redistributor_, cpu(op) * GicV3::redistributor_bytes +
                                op.number("offset", GicV3::redistributor_bytes - 1)};
  }
  if (block != "icc") op.fail_name("block", {"dist", "redist", "icc"});
  const auto found = icc_names().find(op.text("reg"));
  if (found == icc_names().end()) {
    std::vector<std::string> names;
    for (const auto& [name, reg] : icc_names())
      names.push_back(name);
    op.fail_name("reg", names);
  }
  return {icc_[cpu(op)], std::uint64_t{8} * static_cast<std::uint16_t>(found->second)};
}

std::string GicV3Replayer::quirk(const Program& program) const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> reasons = {{
      {"irouter-reserved", "reserved bits of IROUTER read as zero here"},
      {"setspi", "message-based SPIs (TYPER.MBIS) are in neither"},
      {"binary-points-differ",
       "the running priority stays as it was taken; the recorded device masks it with the other "
       "group's binary point"},
      {"group-disabled-in-cpuif-higher-priority", "a disabled group does not compete for the CPU"},
      {"routing-irm", "any CPU may take an SPI with IRM; the recorded device goes by the affinity"},
      {"priority-bits", "the CPU interface has 5 priority bits, also of what is pending"},
      {"waker", "nothing is forwarded to a CPU whose redistributor sleeps"},
  }};
  for (const auto& [part, reason] : reasons) {
    if (program.id.ends_with(part)) return std::string(reason);
  }
  return "";
}

const Replayer::Register distributor_registered{
    {"gicv3-dist", "GICv3: distributor and redistributors", &make_replayer<GicV3Replayer>}};
const Replayer::Register registered{
    {"gicv3", "GICv3: distributor, redistributors and ICC_* system registers",
     &make_replayer<GicV3Replayer>}};

}  // namespace
}  // namespace irqloom::app::conform
