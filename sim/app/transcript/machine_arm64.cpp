// KVM's virtual GIC on arm64: model "kvm-arm64".
#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "models/events.h"
#include "models/genirq/gic_entry.h"
#include "models/irqchip/gic_irq.h"
#include "models/irqchip/gicd.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/vmm/main_thread.h"
#include "sim/app/build_arm.h"
#include "sim/app/conform/kvm_arm64_guest.h"
#include "sim/app/transcript/machine.h"
#include "sim/error.h"

namespace irqloom::app::transcript {
namespace {

// What models/platform/arm.cpp presets of a VM that runs.
constexpr std::uint32_t priorities = 0xa0a0a0a0;
constexpr std::uint32_t targets_vcpu0 = 0x01010101;
constexpr std::uint32_t priority_mask = 0xf0;
constexpr std::uint32_t ctlr_v2 = 1;
constexpr std::uint32_t ctlr_v3 = 1U << 4 | 1U << 1;  // ARE_NS and EnableGrp1.
constexpr std::uint32_t system_registers = 7;         // ICC_SRE_EL1

Json dist_access(const char* op, unsigned offset, std::uint32_t value) {
  return {{"op", op}, {"reg", gicd_name(offset)}, {"offset", offset}, {"value", value}};
}

Json cpu_write(const char* reg, std::uint32_t value) {
  return {{"op", "cpu_write"}, {"reg", reg}, {"value", value}};
}

/// gic_cpu_init(): the priority mask, and the switch.
std::vector<Json> enable_cpu_interface(bool is_v3) {
  if (!is_v3) return {cpu_write("PMR", priority_mask), cpu_write("CTLR", 1)};
  return {cpu_write("SRE", system_registers), cpu_write("PMR", priority_mask),
          cpu_write("IGRPEN1", 1)};
}

class ArmExtraction final : public Extraction {
 public:
  ArmExtraction(std::vector<AssignedDevice> devices, std::vector<ScriptSpec> scripts,
                std::vector<unsigned> spis, const arm::Spec& spec)
      : Extraction(std::move(devices), std::move(scripts), operation_names()),
        spis_(std::move(spis)),
        is_v3_(spec.gic == VgicModel::v3),
        has_bitmaps_(spec.vgic_core == VgicCore::bitmaps),
        list_registers_(spec.nr_lr),
        has_run_(spec.started) {}

 private:
  std::vector<Listener> listeners() override;
  void listen_to_ioctls(std::vector<Listener>& to);
  void listen_to_first_run(std::vector<Listener>& to);
  void listen_to_injection(std::vector<Listener>& to);
  void listen_to_guest(std::vector<Listener>& to);
  void listen_to_handler(std::vector<Listener>& to);
  void open_ioctl(Json op) { open(Item::Kind::host, std::move(op), now().depth); }
  void write_attribute();
  void end_first_run();
  void access_distributor();
  void read_iar();
  void write_eoir();
  void listen_to_exit(std::vector<Listener>& to);
  bool has_ended_one() const;
  void hear(const Event& event) override;
  Json state(const World& world) const override;
  std::string close_operation() const override { return "close_eventfd"; }
  bool injects_at_once() const;

  std::vector<unsigned> spis_;
  bool is_v3_;
  bool has_bitmaps_;
  unsigned list_registers_;
  std::map<ContextId, unsigned> intids_;  ///< What a handler's last IAR gave.
  bool has_run_;                          ///< The first KVM_RUN is over.
  std::optional<std::size_t> ended_;      ///< An EOIR for which the exit is still to come.
};

std::vector<Listener> ArmExtraction::listeners() {
  std::vector<Listener> list;
  listen_to_ioctls(list);
  listen_to_first_run(list);
  listen_to_injection(list);
  listen_to_guest(list);
  listen_to_handler(list);
  listen_to_exit(list);
  return list;
}

// --- the VMM ------------------------------------------------------------------------------------

void ArmExtraction::listen_to_ioctls(std::vector<Listener>& to) {
  to.push_back({"kvm_arm_gic_realize", "KVM_CREATE_DEVICE", [this] {
                  open_ioctl({{"op", "create_vgic"}});
                }});
  to.push_back({"kvm_arm_gic_realize", "KVM_DEV_ARM_VGIC_GRP_ADDR", [this] {
                  open_ioctl({{"op", "set_addr"}});
                }});
  to.push_back({"qemu_init_vcpu", "KVM_CREATE_VCPU", [this] {
                  open_ioctl({{"op", "create_vcpu"}, {"id", locals<MainThreadLocals>().vcpu}});
                }});
  to.push_back({"qemu_init_vcpu", "KVM_ARM_VCPU_INIT", [this] {
                  open_ioctl({{"op", "vcpu_init"}});
                }});
  to.push_back({is_v3_ ? "vgic_v3_attr_regs_access" : "vgic_v2_attr_regs_access",
                "KVM_SET_DEVICE_ATTR, KVM_GET_DEVICE_ATTR", [this] { write_attribute(); }});
  to.push_back({"vfio_intp_interrupt", "the main loop reads the eventfd",
                [this] {
                  note("host",
                       "the VMM's main loop reads the trigger itself, for which no operation "
                       "stands: its count stays");
                },
                true});
}

void ArmExtraction::write_attribute() {
  const auto& f = locals<IoctlLocals>();
  if (f.kind != attr_write) {
    note("irqloom", "a write of KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, which no operation stands for");
    return;
  }
  Json op = dist_access("attr_write", f.offset, f.value);
  op["group"] = "dist";
  open(Item::Kind::host, std::move(op), now().depth - 1);
}

/// The guest's first entry; interrupts are on from then on.
void ArmExtraction::listen_to_first_run(std::vector<Listener>& to) {
  const auto first = [this](auto act) {
    return [this, act] {
      if (!has_run_) act();
    };
  };
  to.push_back({"kvm_vcpu_ioctl", "the vCPU thread calls KVM_RUN", first([this] {
                  open(Item::Kind::guest, {{"op", "run"}}, now().depth);
                })});
  const auto acts = first([this] { acts_now(); });
  to.push_back({"kvm_vgic_map_resources", "config_lock: map the controller", acts});
  if (has_bitmaps_) to.push_back({"kvm_vgic_init", "kvm->lock: map the controller", acts});
  to.push_back(
      {"kvm_vcpu_ioctl", "the checks of KVM_RUN are done", first([this] { end_first_run(); })});
}

void ArmExtraction::end_first_run() {
  has_run_ = fabric().top_frame(*now().before, now().context)->result >= 0;
  if (has_run_) add(Item::Kind::guest, {{"op", "unmask"}});
}

/// Where an injection is felt: the last of these.
void ArmExtraction::listen_to_injection(std::vector<Listener>& to) {
  const auto acts = [this] { acts_now(); };
  to.push_back({"kvm_vgic_inject_irq", "vgic_lazy_init: is it ready?", acts});
  to.push_back({"kvm_vgic_inject_irq", "irq_lock: set line_level or pending_latch", acts});
  if (has_bitmaps_) {
    to.push_back({"kvm_vgic_inject_irq", "vgic_initialized: is it ready?", acts});
    to.push_back({"kvm_vgic_inject_irq", "dist->lock: irq_level and irq_pending", acts});
  }
  to.push_back({"vgic_update_irq_pending", "record the early interrupt", acts, true});
  to.push_back({"vgic_init", "config_lock: vgic_init", acts});
}

// --- the guest ----------------------------------------------------------------------------------

void ArmExtraction::listen_to_guest(std::vector<Listener>& to) {
  to.push_back(
      {"io_mem_abort", "exit: access of the distributor", [this] { access_distributor(); }});
  to.push_back(
      {"dispatch_mmio_write", "irq_lock: write the interrupt's field", [this] { acts_now(); }});
  if (has_bitmaps_)
    to.push_back({"vgic_handle_mmio", "dist->lock: write the register", [this] { acts_now(); }});
  to.push_back({"gic_dist_init", "gic_cpu_init: PMR, enable", [this] {
                  for (Json& op : enable_cpu_interface(is_v3_))
                    add(Item::Kind::guest, std::move(op));
                }});
}

void ArmExtraction::access_distributor() {
  const auto& f = locals<VcpuLocals>();
  open(Item::Kind::guest,
       f.is_write != 0 ? dist_access("dist_write", f.offset, f.value)
                       : dist_access("dist_read", f.offset, 0),
       now().depth - 1);
}

void ArmExtraction::listen_to_handler(std::vector<Listener>& to) {
  const auto guest = [this](auto act) {
    return [this, act] {
      if (is_in_guest() && is_in_handler()) act();
    };
  };
  to.push_back({"gic_handle_irq", "take the interrupt, read IAR", guest([this] {
                  add(Item::Kind::take, {});
                  read_iar();
                })});
  to.push_back({"gic_handle_irq", "read IAR again", guest([this] { read_iar(); })});
  to.push_back({"gic_handle_irq", "return from the interrupt", guest([this] {
                  add(Item::Kind::leave, {{"op", "eret"}});
                })});
  const auto end = guest([this] { write_eoir(); });
  to.push_back({"handle_fasteoi_irq", "irq_eoi", end});
  to.push_back({"handle_fasteoi_irq", "irq_eoi of an interrupt that is not handled", end});
}

void ArmExtraction::read_iar() {
  const Frame* bottom = fabric().top_frame(*now().after, now().context);
  while (const Frame* below = caller_of(*bottom))
    bottom = below;
  const auto& f = *reinterpret_cast<const GicEntryLocals*>(bottom + 1);
  intids_[now().context] = f.intid;
  add(Item::Kind::guest, {{"op", "cpu_read"}, {"reg", "IAR"}, {"value", f.intid}});
}

void ArmExtraction::write_eoir() {
  open(Item::Kind::guest, cpu_write("EOIR", intids_[now().context]), now().depth);
  if (has_ended_one()) ended_ = newest();
}

/// Whether a list register asks for the maintenance interrupt.
bool ArmExtraction::has_ended_one() const {
  for (unsigned n = 0; n < list_registers_; ++n) {
    const auto& lr = slot<ListRegister>(*now().after, fmt::format("vcpu0.interface.lr{}", n));
    if (lr.irq != 0 && lr.state == 0 && lr.eoi != 0) return true;
  }
  return false;
}

/// A recorder's EOIR is over when its exit has told whoever waits for it.
void ArmExtraction::listen_to_exit(std::vector<Listener>& to) {
  const auto goes_on = [this] {
    if (ended_) carry_on(*ended_, now().depth);
    ended_.reset();
  };
  to.push_back({"kvm_vcpu_ioctl", "exit: an interrupt of the host", goes_on});
  to.push_back({"io_mem_abort", "exit: access of the distributor", goes_on});
}

// --- events -------------------------------------------------------------------------------------

/// An irqfd that was woken injects in the signaller's context: its injection begins in this step.
bool ArmExtraction::injects_at_once() const {
  for (const Event& e : now().events) {
    if (e.type == &event::vgic_update_irq_pending) return true;
  }
  return false;
}

void ArmExtraction::hear(const Event& e) {
  if (e.type == &event::kvm_irq_line) {
    open(Item::Kind::host,
         {{"op", "irq_line"}, {"type", "spi"}, {"irq", e.args[3]}, {"level", e.args[4]}},
         now().depth);
  }
  if (e.type == &event::irqfd_wakeup && injects_at_once()) {
    if (const AssignedDevice* device = signalled_device()) begin_injection(*device);
  }
}

// An interrupt in a list register is in the guest's hands: only what KVM keeps is shown.
Json ArmExtraction::state(const World& world) const {
  const auto& dist = slot<VgicDist>(world, "kvm.vgic.dist");
  Json result = {{"initialised", dist.initialized != 0 ? 1 : 0}};
  if (dist.initialized == 0) return result;
  Json list = Json::array();
  for (const unsigned intid : spis_) {
    if (intid >= dist.nr_spis + gic::first_spi) continue;
    const auto& irq = slot<VgicIrq>(world, "kvm.vgic.spi" + std::to_string(intid));
    list.push_back({{"intid", intid},
                    {"line", irq.line_level},
                    {"enabled", irq.enabled},
                    {"edge", irq.config == vgic_config_edge ? 1 : 0}});
  }
  result["spi"] = list;
  return result;
}

// --- the machine --------------------------------------------------------------------------------

std::vector<AssignedDevice> devices_of(const arm::Spec& spec) {
  std::vector<AssignedDevice> devices;
  for (const arm::DeviceSpec& d : spec.devices)
    devices.push_back({d.name, d.gsi, d.resample, fd_names(devices.size())});
  return devices;
}

/// INTIDs, sorted: as the machine numbers them.
std::vector<unsigned> spis_of(const arm::Spec& spec) {
  std::set<unsigned> spis;
  for (const arm::DeviceSpec& d : spec.devices)
    spis.insert(gic::first_spi + d.gsi);
  for (const arm::EmulatedSpec& e : spec.emulated)
    spis.insert(gic::first_spi + e.gsi);
  for (const arm::GuestLine& l : spec.lines)
    spis.insert(gic::first_spi + l.gsi);
  return {spis.begin(), spis.end()};
}

/// The distributor as a guest that runs has set it up.
std::vector<Json> distributor_of(const arm::Spec& spec, bool is_v3) {
  // By falling offset: ISENABLER has the lowest one, and comes last.
  std::map<unsigned, std::uint32_t, std::greater<>> registers;
  for (const arm::GuestLine& l : spec.lines) {
    const unsigned intid = gic::first_spi + l.gsi;
    if (!is_v3) registers[gicd_itargetsr + intid / 4 * 4] = targets_vcpu0;
    registers[gicd_ipriorityr + intid / 4 * 4] = priorities;
    registers[gicd_icfgr + intid / 16 * 4] |= l.edge ? 2U << intid % 16 * 2 : 0;
    if (l.enabled_at_reset) registers[gicd_isenabler + intid / 32 * 4] |= 1U << intid % 32;
  }
  std::vector<Json> ops;
  for (const auto& [offset, value] : registers)
    ops.push_back(dist_access("dist_write", offset, value));
  return ops;
}

std::vector<Json> set_up_of(const arm::Spec& spec, bool is_v3) {
  std::vector<Json> ops;
  for (const AssignedDevice& d : devices_of(spec)) {
    ops.push_back({{"op", "note"}, {"by", "irqloom"}, {"text", d.fds.trigger + " is " + d.name}});
  }
  if (!spec.started) return ops;
  const std::vector<AssignedDevice> devices = devices_of(spec);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!spec.devices[i].armed_at_reset) continue;
    ops.push_back({{"op", "irqfd_assign"},
                   {"fd", devices[i].fds.trigger},
                   {"gsi", devices[i].gsi},
                   {"resample", devices[i].resamples ? Json(devices[i].fds.resamplefd) : Json()}});
  }
  ops.push_back(dist_access("dist_write", gicd_ctlr, is_v3 ? ctlr_v3 : ctlr_v2));
  for (Json& op : enable_cpu_interface(is_v3))
    ops.push_back(std::move(op));
  for (Json& op : distributor_of(spec, is_v3))
    ops.push_back(std::move(op));
  ops.push_back({{"op", "unmask"}});
  return ops;
}

Json observation_of(const arm::Spec& spec) {
  Json observe = {{"op", "observe"}, {"initialised", 0}, {"spi", Json::array()}};
  for (const unsigned intid : spis_of(spec)) {
    observe["spi"].push_back(
        {{"intid", intid}, {"line", 0}, {"latch", 0}, {"active", 0}, {"enabled", 0}, {"edge", 0}});
  }
  observe["resample"] = Json::object();
  for (const AssignedDevice& d : devices_of(spec)) {
    if (d.resamples) observe["resample"][d.fds.resamplefd] = 0;
  }
  observe["entries"] = 0;
  observe["depth"] = 0;
  return observe;
}

}  // namespace

Machine describe_arm64(const Scenario& scenario) {
  const scenario::Cursor root = scenario.document.root();
  const arm::Spec spec = read_arm(root, Mode::explore);
  if (spec.vcpus != 1) {
    root["platform"]["vcpus"].fail("a transcript of an arm64 VM has one vCPU",
                                   "1, where a transcript is wanted");
  }
  const bool is_v3 = spec.gic == VgicModel::v3;
  Machine m;
  m.model = "kvm-arm64";
  add_kernel(scenario,
             {"kvm.spi-inject", "kvm.spi-range", "kvm.vgic-core", "kvm.vgic-default",
              "kvm.vgic-mapping", "kvm.vgic-readiness"},
             m.config);
  m.config["gic"] = is_v3 ? 3 : 2;
  m.config["start"] = spec.started ? "initialised" : "empty";
  m.config["nr_irqs"] = 256;
  m.config["vcpus"] = spec.started ? 1 : 0;
  m.config["routing"] = spec.started ? "default" : "none";
  m.set_up = set_up_of(spec, is_v3);
  m.observation = observation_of(spec);
  m.is_guests = &conform::KvmArm64Guest::knows;
  m.run = "run";
  m.opens = {"unmask", "eret"};
  m.says_irq = true;
  m.extraction =
      std::make_unique<ArmExtraction>(devices_of(spec), spec.scripts, spis_of(spec), spec);
  return m;
}

}  // namespace irqloom::app::transcript
