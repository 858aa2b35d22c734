// Model "kvm-arm64": the in-kernel virtual GIC of an arm64 VM, driven by its VMM and by a guest
// that carries out one command at a time.
#include <cerrno>
#include <map>
#include <memory>
#include <stdexcept>

#include "models/irqchip/gicd.h"
#include "sim/app/conform/kvm_arm64_guest.h"
#include "sim/app/conform/kvm_arm64_vm.h"
#include "sim/app/conform/replayer.h"

namespace irqloom::app::conform {
namespace {

constexpr std::uint64_t known_irqfd_flags = 3;  // DEASSIGN and RESAMPLE.
constexpr std::uint64_t max_signal = 0xffff;    // Of one write; Eventfd::write().

class KvmArm64Replayer final : public Replayer {
 public:
  explicit KvmArm64Replayer(const Record& /*config*/) {}

  void begin(const Program& program) override;
  void end() override;
  std::optional<Difference> perform(const Record& op) override;
  std::string impossible() override;
  std::string quirk(const Program& program) const override;

 private:
  using Operation = std::optional<Difference> (KvmArm64Replayer::*)(const Record& op);
  static const std::map<std::string, Operation, std::less<>>& operations();

  std::optional<Difference> new_vm(const Record& op);
  std::optional<Difference> create_vgic(const Record& op);
  std::optional<Difference> set_addr(const Record& op);
  std::optional<Difference> set_nr_irqs(const Record& op);
  std::optional<Difference> vgic_init(const Record& op);
  std::optional<Difference> create_vcpu(const Record& op);
  std::optional<Difference> vcpu_init(const Record& op);
  std::optional<Difference> check_extension(const Record& op);
  std::optional<Difference> irqfd_assign(const Record& op);
  std::optional<Difference> irqfd_deassign(const Record& op);
  std::optional<Difference> irqfd_signal(const Record& op);
  std::optional<Difference> eventfd_new(const Record& op);
  std::optional<Difference> close_eventfd(const Record& op);
  std::optional<Difference> poll(const Record& op);
  std::optional<Difference> irq_line(const Record& op);
  std::optional<Difference> set_routing(const Record& op);
  std::optional<Difference> signal_msi(const Record& op);
  std::optional<Difference> attr_write(const Record& op);
  std::optional<Difference> attr_read(const Record& op);
  std::optional<Difference> observe(const Record& op);
  std::optional<Difference> nothing(const Record& /*op*/) { return std::nullopt; }

  std::optional<Difference> host(const Record& op, Actor::Op call);
  std::uint32_t gsi(const Record& op) const {
    return static_cast<std::uint32_t>(op.number("gsi", 0xffffffff));
  }
  Eventfd& eventfd(const Record& op) { return vm_->fds().eventfd(names_.of(op.text("fd"))); }
  std::optional<Difference> compare_spis(const Record& op);
  Json observe_spi(const Record& expected);

  std::unique_ptr<KvmArm64Vm> vm_;
  std::unique_ptr<KvmArm64Guest> guest_;
  FdNames names_;
};

void KvmArm64Replayer::begin(const Program& program) {
  const ArmVmPlan plan = plan_arm_vm(program.root());
  try {
    vm_ = std::make_unique<KvmArm64Vm>(plan);
  } catch (const std::invalid_argument& wrong) {
    program.root().fail("ops", wrong.what());
  }
  guest_ = std::make_unique<KvmArm64Guest>(*vm_);
  names_ = FdNames();
}

void KvmArm64Replayer::end() {
  guest_.reset();
  vm_.reset();
}

const std::map<std::string, KvmArm64Replayer::Operation, std::less<>>&
KvmArm64Replayer::operations() {
  using R = KvmArm64Replayer;
  static const std::map<std::string, Operation, std::less<>> table = {
      {"new_vm", &R::new_vm},
      {"create_vgic", &R::create_vgic},
      {"set_addr", &R::set_addr},
      {"set_nr_irqs", &R::set_nr_irqs},
      {"vgic_init", &R::vgic_init},
      {"create_vcpu", &R::create_vcpu},
      {"vcpu_init", &R::vcpu_init},
      {"close_vgic_fd", &R::nothing},
      {"check_extension", &R::check_extension},
      {"irqfd_assign", &R::irqfd_assign},
      {"irqfd_deassign", &R::irqfd_deassign},
      {"irqfd_signal", &R::irqfd_signal},
      {"eventfd_new", &R::eventfd_new},
      {"close_eventfd", &R::close_eventfd},
      {"poll", &R::poll},
      {"irq_line", &R::irq_line},
      {"set_routing", &R::set_routing},
      {"signal_msi", &R::signal_msi},
      {"attr_write", &R::attr_write},
      {"attr_read", &R::attr_read},
      {"observe", &R::observe},
      {"note", &R::nothing}};
  return table;
}

std::optional<Difference> KvmArm64Replayer::perform(const Record& op) {
  const std::string& name = op.text("op");
  shown_ = Json::object();
  if (const auto known = operations().find(name); known != operations().end()) {
    return (this->*known->second)(op);
  }
  if (KvmArm64Guest::knows(name)) return guest_->perform(op, shown_);
  std::vector<std::string> names = KvmArm64Guest::names();
  for (const auto& [known_name, operation] : operations())
    names.push_back(known_name);
  op.fail_name("op", names);
}

// --- the VMM ------------------------------------------------------------------------------------

std::optional<Difference> KvmArm64Replayer::host(const Record& op, Actor::Op call) {
  return compare(op, "ret", vm_->host(std::move(call)));
}

std::optional<Difference> KvmArm64Replayer::new_vm(const Record& /*op*/) {
  vm_->rig().reset();
  guest_ = std::make_unique<KvmArm64Guest>(*vm_);
  names_ = FdNames();
  return std::nullopt;
}

std::optional<Difference> KvmArm64Replayer::create_vgic(const Record& op) {
  return host(op, [&](Exec& x) { return vm_->kvm().create_vgic(x); });
}

std::optional<Difference> KvmArm64Replayer::set_addr(const Record& op) {
  return host(op, [&](Exec& x) { return vm_->kvm().set_addresses(x); });
}

std::optional<Difference> KvmArm64Replayer::set_nr_irqs(const Record& op) {
  const auto value = static_cast<unsigned>(op.number("value", 0xffffffff));
  return host(op, [&](Exec& x) { return vm_->kvm().set_nr_irqs(x, value); });
}

std::optional<Difference> KvmArm64Replayer::vgic_init(const Record& op) {
  return host(op, [&](Exec& x) { return vm_->kvm().ctrl_init(x); });
}

std::optional<Difference> KvmArm64Replayer::create_vcpu(const Record& op) {
  const auto id = static_cast<unsigned>(op.number("id", 0xff));
  return host(op, [&](Exec& x) { return vm_->kvm().create_vcpu(x, id); });
}

std::optional<Difference> KvmArm64Replayer::vcpu_init(const Record& op) {
  guest_->restart();
  return host(op, [&](Exec& x) { return vm_->kvm().vcpu_init(x, 0); });
}

std::optional<Difference> KvmArm64Replayer::check_extension(const Record& op) {
  const std::string& name = op.text("cap");
  const std::optional<int> value = KvmArm64::check_extension(name);
  if (!value) op.fail("cap", "unknown capability");
  return compare(op, "value", *value);
}

std::optional<Difference> KvmArm64Replayer::irqfd_assign(const Record& op) {
  const std::string& fd = op.text("fd");
  const bool has_bad_flags = (op.number_or("flags", 0) & ~known_irqfd_flags) != 0;
  const IrqfdKey key{names_.of(fd), gsi(op),
                     op.has("resample") ? names_.of(op.text("resample")) : std::string()};
  return host(op, [&](Exec& x) {
    if (vm_->kvm().is_dead(x)) return Call::done(-EIO);
    if (has_bad_flags) return Call::done(-EINVAL);
    if (!vm_->kvm().intc_initialized(x)) return Call::done(-EAGAIN);
    if (fd == "bad") return Call::done(-EBADF);
    if (fd == "not_an_eventfd") return Call::done(-EINVAL);
    return vm_->fds().irqfd(key).assign(x);
  });
}

std::optional<Difference> KvmArm64Replayer::irqfd_deassign(const Record& op) {
  return host(op, [&](Exec& x) {
    if (vm_->kvm().is_dead(x)) return Call::done(-EIO);
    Irqfd* irqfd = vm_->fds().assigned(x, names_.of(op.text("fd")), gsi(op));
    return irqfd == nullptr ? Call::done() : irqfd->deassign(x);
  });
}

std::optional<Difference> KvmArm64Replayer::irqfd_signal(const Record& op) {
  const auto n = static_cast<std::uint16_t>(op.number("n", max_signal));
  Eventfd& fd = eventfd(op);
  const Actor::Op write = [&fd, n](Exec& x) { return fd.write(x, n); };
  if (op.number_or("async", 0, 1) != 0) {
    guest_->meanwhile(write);
  } else {
    vm_->host(write);
  }
  return compare(op, "ret", 0);
}

std::optional<Difference> KvmArm64Replayer::eventfd_new(const Record& op) {
  vm_->exec().set(eventfd(op).state()).count =
      static_cast<std::uint32_t>(op.number("count", 0xffffffff));
  return std::nullopt;
}

// The irqfd hears of the hangup and shuts itself down.
std::optional<Difference> KvmArm64Replayer::close_eventfd(const Record& op) {
  Eventfd& closed = eventfd(op);
  vm_->host([&](Exec& x) { return closed.close(x); });
  names_.close(op.text("fd"));
  return std::nullopt;
}

std::optional<Difference> KvmArm64Replayer::poll(const Record& op) {
  return compare(op, "readable", eventfd(op).count(vm_->exec()) != 0 ? 1 : 0);
}

std::optional<Difference> KvmArm64Replayer::irq_line(const Record& op) {
  static const std::map<std::string, ArmIrqType, std::less<>> types = {
      {"cpu", ArmIrqType::cpu},
      {"spi", ArmIrqType::spi},
      {"ppi", ArmIrqType::ppi},
      {"type3", ArmIrqType::unknown}};
  const auto type = types.find(op.text("type"));
  if (type == types.end()) op.fail_name("type", {"cpu", "spi", "ppi", "type3"});
  const auto vcpu = static_cast<unsigned>(op.number_or("vcpu", 0, 0xff));
  const auto irq = static_cast<unsigned>(op.number("irq", 0xffff));
  const bool level = op.number("level", 1) != 0;
  return host(op, [&](Exec& x) { return vm_->kvm().irq_line(x, type->second, vcpu, irq, level); });
}

std::optional<Difference> KvmArm64Replayer::set_routing(const Record& op) {
  std::vector<KvmArm64::Route> routes;
  for (const Record& entry : op.objects("entries")) {
    routes.push_back({static_cast<unsigned>(entry.number("gsi", 0xffffffff)), entry.has("msi"),
                      static_cast<unsigned>(entry.number_or("pin", 0, 0xffffffff))});
  }
  return host(op, [&](Exec& x) { return Call::done(vm_->kvm().set_gsi_routing(x, routes)); });
}

std::optional<Difference> KvmArm64Replayer::signal_msi(const Record& op) {
  return compare(op, "ret", vm_->kvm().signal_msi(vm_->exec()));
}

std::optional<Difference> KvmArm64Replayer::attr_write(const Record& op) {
  const auto offset = static_cast<unsigned>(op.number("offset", 0xfffc));
  const auto value = static_cast<std::uint32_t>(op.number("value", 0xffffffff));
  return host(op, [&](Exec& x) { return vm_->kvm().dist_attr_write(x, offset, value); });
}

std::optional<Difference> KvmArm64Replayer::attr_read(const Record& op) {
  if (auto difference = host(op, [&](Exec& x) { return vm_->kvm().dist_attr_read(x); })) {
    return difference;
  }
  if (op.has("ret") && op.value("ret") != 0) return std::nullopt;
  const auto offset = static_cast<unsigned>(op.number("offset", 0xfffc));
  return compare(op, "value", vm_->vgic().mmio_read(vm_->exec(), offset, true));
}

// --- observation --------------------------------------------------------------------------------

// All of it is read, also where the first part differs already.
std::optional<Difference> KvmArm64Replayer::observe(const Record& op) {
  Exec& x = vm_->exec();
  Json counts = Json::object();
  if (op.has("resample")) {
    for (const auto& [name, count] : op.value("resample").items())
      counts[name] = vm_->fds().eventfd(names_.of(name)).read(x);
  }
  const auto at_init = compare(op, "initialised", vm_->vgic().vgic_initialized(x) ? 1 : 0);
  const auto at_spis = compare_spis(op);
  const auto at_fds = compare(op, "resample", counts);
  const auto at_entries = compare(op, "entries", guest_->entries());
  const auto at_depth = compare(op, "depth", guest_->depth());
  for (const auto& difference : {at_init, at_spis, at_fds, at_entries, at_depth}) {
    if (difference) return difference;
  }
  return std::nullopt;
}

std::optional<Difference> KvmArm64Replayer::compare_spis(const Record& op) {
  std::optional<Difference> first;
  if (!op.has("spi")) return first;
  Json all = Json::array();
  for (const Record& spi : op.objects("spi")) {
    all.push_back(observe_spi(spi));
    if (first || spi.json() == all.back()) continue;
    first = Difference{{{"spi", spi.json()}}, {{"spi", all.back()}}};
  }
  shown_["spi"] = all;
  return first;
}

// Only what was read when the program was recorded is shown.
Json KvmArm64Replayer::observe_spi(const Record& expected) {
  Exec& x = vm_->exec();
  const auto intid = static_cast<unsigned>(expected.number("intid", 1019));
  Json got = {{"intid", intid}};
  if (!vm_->vgic().vgic_valid_spi(x, intid)) {
    got["exists"] = 0;
    return got;
  }
  const VgicIrq& irq = x.get(vm_->vgic().irq(intid));
  const std::uint32_t pending =
      vm_->vgic().mmio_read(x, gicd_ispendr + intid / 32 * 4, true) >> intid % 32 & 1;
  const Json all = {{"line", irq.line_level},
                    {"latch", irq.pending_latch},
                    {"active", irq.active},
                    {"enabled", irq.enabled},
                    {"edge", irq.config == vgic_config_edge ? 1 : 0},
                    {"queued", irq.vcpu != 0 ? 1 : 0},
                    {"uspend", pending}};
  for (const auto& [key, value] : all.items()) {
    if (expected.json().contains(key)) got[key] = value;
  }
  return got;
}

// An interrupt is on a list exactly when it says so, and in a list register only while the guest
// runs.
std::string KvmArm64Replayer::impossible() {
  Exec& x = vm_->exec();
  const VgicApList& list = x.get(vm_->vgic().ap_list(0));
  unsigned queued = 0;
  for (unsigned n = 0; n < vm_->vgic().irqs(); ++n) {
    if (x.get(vm_->vgic().irq_at(n)).vcpu != 0) ++queued;
  }
  if (queued != list.size) return "an interrupt is on no list, or on two";
  if (x.get(vm_->vcpu().interface().state()).used_lrs != 0) return "list registers after the exit";
  return vm_->rig().impossible_flag();
}

std::string KvmArm64Replayer::quirk(const Program& program) const {
  if (program.id.find("-rand-") != std::string::npos) {
    return "of equal priorities the lowest list register goes first, here as in the recording's "
           "hardware; the architecture leaves it open";
  }
  return "an EOIR drops the highest running priority whatever INTID it names, here as in the "
         "recording's hardware; the architecture calls it UNPREDICTABLE";
}

const Replayer::Register registered{{"kvm-arm64",
                                     "KVM's virtual GIC on arm64, irqfds and resamplefds",
                                     &make_replayer<KvmArm64Replayer>}};

}  // namespace
}  // namespace irqloom::app::conform
