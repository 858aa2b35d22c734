#include "tests/models/arm_host.h"

namespace irqloom::bench {

namespace {

std::unique_ptr<Gic> make_gic(Fabric& fabric, bool v3) {
  const std::vector<unsigned> wired = {host_spi};
  if (v3) return std::make_unique<GicV3>("gic", fabric, 1, 64, 5, wired);
  return std::make_unique<GicV2>("gic", fabric, 1, 64, wired);
}

std::unique_ptr<GicChip> make_chip(Fabric& fabric, Gic& gic, bool eoi_mode_1) {
  if (!eoi_mode_1) return std::make_unique<GicChip>("chip", fabric, gic);
  gic.preset_eoi_mode_1();
  auto chip = std::make_unique<GicEoimode1Chip>("chip", fabric, gic);
  chip->add_forwardable(host_spi);
  return chip;
}

}  // namespace

ArmHostParts::ArmHostParts(const ArmHostConfig& config)
    : cpu(fabric.executor("cpu0")),
      gic(make_gic(fabric, config.gicv3)),
      chip(make_chip(fabric, *gic, config.eoi_mode_1)),
      gic_cpu(*gic, 0, config.eoi_mode_1),
      entry("entry", fabric,
            GicEntry::Config{
                .layer = "host kernel", .context = "cpu0/hardirq", .is_v3 = config.gicv3},
            gic_cpu, cpu),
      device("dev0", fabric, {.raises = false, .edge = config.edge}),
      wire("wire", fabric, host_spi),
      desc("line", fabric,
           {.irq = host_spi, .hwirq = host_spi, .edge = config.edge, .layer = "host kernel"}),
      free_irq(fabric, desc),
      vfio("vfio", fabric, !config.edge),
      trigger("trigger", fabric, locks, 8),
      resamplefd("resamplefd", fabric, locks),
      task("task", fabric),
      other("other", fabric) {
  gic->preset_running();
  chip->attach(cpu);
  device.wire.bind(wire.in);
  wire.out.bind(gic->inputs);
  desc.add_action({.name = "vfio-irq"});
  desc.chip.bind(chip->ops);
  desc.actions.bind(vfio.action);
  entry.add_intid(host_spi);
  entry.flows.bind(desc.flow);
  vfio.host_line.bind(desc.line);
  vfio.trigger.bind(trigger.in);
  vfio.virqfd().attach(resamplefd, 0);
  vfio.virqfd().preset_enabled();
  vfio.virqfd().can_go();
  resamplefd.waiters.bind(vfio.unmask_virqfd);
  resamplefd.preset(1, 0);
  const Slot<GicIrq> slot = gic->interrupt(0, host_spi);
  fabric.at_reset([slot, config](World& w) {
    w.mut(slot).edge = config.edge ? 1 : 0;
    w.mut(slot).enable = config.armed ? 1 : 0;
  });
  if (!config.armed) return;
  desc.start_at_reset();
  vfio.start_at_reset();
}

}  // namespace irqloom::bench
