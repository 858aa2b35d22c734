// Model "kvm-x86": the in-kernel interrupt controllers of an x86 VM, driven by its VMM and by
// guests that carry out one command at a time.
#include <map>
#include <memory>
#include <stdexcept>

#include "sim/app/conform/kvm_x86_guest.h"
#include "sim/app/conform/kvm_x86_vm.h"
#include "sim/app/conform/replayer.h"

namespace irqloom::app::conform {
namespace {

constexpr std::uint64_t max_signal = 0xffff;  // Of one write; Eventfd::write().

class KvmX86Replayer final : public Replayer {
 public:
  explicit KvmX86Replayer(const Record& /*config*/) {}

  void begin(const Program& program) override;
  void end() override;
  std::optional<Difference> perform(const Record& op) override;
  std::string impossible() override { return vm_->rig().impossible_flag(); }

 private:
  using Operation = std::optional<Difference> (KvmX86Replayer::*)(const Record& op);
  static const std::map<std::string, Operation, std::less<>>& operations();

  std::optional<Difference> irqfd_assign(const Record& op);
  std::optional<Difference> irqfd_deassign(const Record& op);
  std::optional<Difference> irqfd_signal(const Record& op);
  std::optional<Difference> close_fd(const Record& op);
  std::optional<Difference> eventfd_read(const Record& op);
  std::optional<Difference> irq_line(const Record& op);
  std::optional<Difference> set_routing(const Record& op);
  std::optional<Difference> create_irqchip(const Record& op);
  std::optional<Difference> ioapic_save(const Record& op);
  std::optional<Difference> ioapic_restore(const Record& op);
  std::optional<Difference> observe(const Record& op);
  std::optional<Difference> note(const Record& /*op*/) { return std::nullopt; }

  FdKind kind_of(const Record& op, const char* key) const;
  std::uint32_t gsi(const Record& op) const {
    return static_cast<std::uint32_t>(op.number("gsi", no_gsi));
  }
  RoutingEntry entry(const Record& record) const;
  std::optional<Difference> compare_vcpus(const Record& op);
  Json pins(const Record& op);
  Json pin(unsigned n);
  Json pic();
  Json resamplefds(const Record& op);

  std::unique_ptr<KvmX86Vm> vm_;
  std::vector<KvmX86Guest> guests_;
  FdNames names_;
  IoapicSnapshot saved_;
};

/// The members of `got` that `expected` has: a recording may leave out what it did not look at.
Json among(const Json& expected, const Json& got) {
  Json result = Json::object();
  for (const auto& [key, value] : expected.items())
    result[key] = got.value(key, Json());
  return result;
}

void KvmX86Replayer::begin(const Program& program) {
  const VmPlan plan = plan_vm(program.root());
  try {
    vm_ = std::make_unique<KvmX86Vm>(plan);
  } catch (const std::invalid_argument& wrong) {
    program.root().fail("ops", wrong.what());
  }
  guests_.clear();
  for (unsigned v = 0; v < vm_->vcpus(); ++v)
    guests_.emplace_back(*vm_, v);
  names_ = FdNames();
  saved_ = IoapicSnapshot();
}

void KvmX86Replayer::end() {
  guests_.clear();
  vm_.reset();
}

const std::map<std::string, KvmX86Replayer::Operation, std::less<>>& KvmX86Replayer::operations() {
  static const std::map<std::string, Operation, std::less<>> table = {
      {"irqfd_assign", &KvmX86Replayer::irqfd_assign},
      {"irqfd_deassign", &KvmX86Replayer::irqfd_deassign},
      {"irqfd_signal", &KvmX86Replayer::irqfd_signal},
      {"close_fd", &KvmX86Replayer::close_fd},
      {"eventfd_read", &KvmX86Replayer::eventfd_read},
      {"irq_line", &KvmX86Replayer::irq_line},
      {"set_routing", &KvmX86Replayer::set_routing},
      {"create_irqchip", &KvmX86Replayer::create_irqchip},
      {"ioapic_save", &KvmX86Replayer::ioapic_save},
      {"ioapic_restore", &KvmX86Replayer::ioapic_restore},
      {"observe", &KvmX86Replayer::observe},
      {"note", &KvmX86Replayer::note}};
  return table;
}

std::optional<Difference> KvmX86Replayer::perform(const Record& op) {
  const std::string& name = op.text("op");
  shown_ = Json::object();
  std::optional<Difference> difference;
  if (const auto known = operations().find(name); known != operations().end()) {
    difference = (this->*known->second)(op);
  } else if (KvmX86Guest::knows(name)) {
    difference = guests_[op.number("vcpu", guests_.size() - 1)].perform(op);
  } else {
    std::vector<std::string> names = KvmX86Guest::names();
    for (const auto& [known_name, operation] : operations())
      names.push_back(known_name);
    op.fail_name("op", names);
  }
  // The work that an operation queued runs before the next one, on the recordings' one CPU.
  vm_->run_work();
  return difference;
}

// --- the VMM ------------------------------------------------------------------------------------

FdKind KvmX86Replayer::kind_of(const Record& op, const char* key) const {
  if (!op.has(key)) return FdKind::not_open;
  return op.text(key) == "pipe" ? FdKind::other_file : FdKind::eventfd;
}

std::optional<Difference> KvmX86Replayer::irqfd_assign(const Record& op) {
  const IrqfdArgs args{assign_flags(op), kind_of(op, "fd"), kind_of(op, "resample")};
  const std::int32_t ret = vm_->host([&](Exec& x) {
    const std::int32_t error = vm_->ioctls().check_irqfd(x, args);
    return error != 0 ? Call::done(error) : vm_->irqfd(irqfd_key(op, names_)).assign(x);
  });
  return compare(op, "ret", ret);
}

std::optional<Difference> KvmX86Replayer::irqfd_deassign(const Record& op) {
  const IrqfdArgs args{op.number_or("flags", IrqfdArgs::deassign), kind_of(op, "fd"),
                       FdKind::eventfd};
  const std::int32_t ret = vm_->host([&](Exec& x) {
    const std::int32_t error = vm_->ioctls().check_irqfd(x, args);
    if (error != 0) return Call::done(error);
    Irqfd* irqfd = vm_->assigned(names_.of(op.text("fd")), gsi(op));
    return irqfd == nullptr ? Call::done() : irqfd->deassign(x);
  });
  return compare(op, "ret", ret);
}

std::optional<Difference> KvmX86Replayer::irqfd_signal(const Record& op) {
  const auto n = static_cast<std::uint16_t>(op.number("n", max_signal));
  vm_->host([&](Exec& x) { return vm_->eventfd(names_.of(op.text("fd"))).write(x, n); });
  return std::nullopt;
}

// The irqfd hears of the hangup and shuts itself down.
std::optional<Difference> KvmX86Replayer::close_fd(const Record& op) {
  vm_->host([&](Exec& x) { return vm_->eventfd(names_.of(op.text("fd"))).close(x); });
  names_.close(op.text("fd"));
  return std::nullopt;
}

std::optional<Difference> KvmX86Replayer::eventfd_read(const Record& op) {
  return compare(op, "value", vm_->eventfd(names_.of(op.text("fd"))).read(vm_->exec()));
}

std::optional<Difference> KvmX86Replayer::irq_line(const Record& op) {
  const std::int32_t ret = vm_->ioctls().check_irq_line(vm_->exec());
  if (auto difference = compare(op, "ret", ret); difference || ret != 0) return difference;
  const bool level = op.number("level", 1) != 0;
  const std::int32_t status = vm_->host([&](Exec& x) {
    return vm_->irqchip().set_irq(x, source_userspace, gsi(op), level, op.has("status"));
  });
  return compare(op, "status", status);
}

RoutingEntry KvmX86Replayer::entry(const Record& record) const {
  RoutingEntry e{.gsi = record.number("gsi"), .flags = record.number_or("flags", 0)};
  if (record.value("type").is_number()) {
    e.type = static_cast<RoutingEntry::Type>(record.number("type", 0xffffffff));
  } else if (record.text("type") == "msi") {
    e.type = RoutingEntry::Type::msi;
    e.address = record.number("address");
    e.data = static_cast<std::uint32_t>(record.number("data", 0xffffffff));
  } else if (record.text("type") == "irqchip") {
    static constexpr std::array<std::string_view, 3> chips = {"pic_master", "pic_slave", "ioapic"};
    const auto* chip = std::find(chips.begin(), chips.end(), record.text("chip"));
    if (chip == chips.end()) record.fail_name("chip", {chips.begin(), chips.end()});
    e.chip = static_cast<std::uint32_t>(chip - chips.begin());
    e.pin = record.number("pin");
  } else {
    record.fail_name("type", {"irqchip", "msi"});
  }
  return e;
}

std::optional<Difference> KvmX86Replayer::set_routing(const Record& op) {
  std::vector<RoutingEntry> entries;
  for (const Record& record : op.objects("entries"))
    entries.push_back(entry(record));
  const std::uint64_t flags = op.number_or("flags", 0);
  const std::int32_t ret = vm_->host(
      [&](Exec& x) { return Call::done(vm_->ioctls().set_gsi_routing(x, flags, entries)); });
  return compare(op, "ret", ret);
}

std::optional<Difference> KvmX86Replayer::create_irqchip(const Record& op) {
  const std::int32_t ret =
      vm_->host([&](Exec& x) { return Call::done(vm_->ioctls().create_irqchip(x)); });
  return compare(op, "ret", ret);
}

std::optional<Difference> KvmX86Replayer::ioapic_save(const Record& op) {
  saved_ = vm_->kvm().ioapic().save(vm_->exec());
  return compare(op, "ret", 0);
}

std::optional<Difference> KvmX86Replayer::ioapic_restore(const Record& op) {
  if (saved_.entries.empty()) op.fail("op", "nothing was saved before");
  IoapicSnapshot snapshot = saved_;
  if (op.has("clear_mask_of_pin")) {
    snapshot.entries[op.number("clear_mask_of_pin", snapshot.entries.size() - 1)].mask = 0;
  }
  vm_->host([&](Exec& x) { return vm_->kvm().ioapic().restore(x, snapshot); });
  vm_->host([&](Exec& x) { return vm_->irqchip().pic().update_irq(x); });
  return compare(op, "ret", 0);
}

// --- observation --------------------------------------------------------------------------------

// All of it is read, also where the first part differs already.
std::optional<Difference> KvmX86Replayer::observe(const Record& op) {
  vm_->run_all_work();
  std::optional<Difference> at_pins = compare(op, "pins", pins(op));
  std::optional<Difference> at_vcpus = compare_vcpus(op);
  const std::optional<Difference> at_fds = compare(op, "resample", resamplefds(op));
  if (at_pins) return at_pins;
  if (at_vcpus) return at_vcpus;
  return at_fds ? at_fds : compare(op, "pic", pic());
}

std::optional<Difference> KvmX86Replayer::compare_vcpus(const Record& op) {
  std::optional<Difference> first;
  if (!op.has("vcpus")) return first;
  const std::vector<Record> vcpus = op.objects("vcpus");
  Json all = Json::array();
  for (std::size_t v = 0; v < vcpus.size() && v < guests_.size(); ++v) {
    all.push_back(among(vcpus[v].json(), guests_[v].observe()));
    if (first || vcpus[v].json() == all.back()) continue;
    const std::string key = "vcpu" + std::to_string(v);
    first = Difference{{{key, vcpus[v].json()}}, {{key, all.back()}}};
  }
  shown_["vcpus"] = all;
  return first;
}

Json KvmX86Replayer::pins(const Record& op) {
  Json list = Json::array();
  if (!op.has("pins")) return list;
  for (const Record& p : op.objects("pins")) {
    const std::uint64_t n = p.number("pin", vm_->kvm().ioapic().pins() - 1);
    list.push_back(among(p.json(), pin(static_cast<unsigned>(n))));
  }
  return list;
}

Json KvmX86Replayer::pin(unsigned n) {
  const KvmPin& p = vm_->exec().get(vm_->kvm().ioapic().pin(n));
  const std::uint32_t irr = vm_->kvm().ioapic().save(vm_->exec()).irr >> n & 1;
  return {{"pin", n},       {"vector", p.vector}, {"level", p.trigger_mode},
          {"mask", p.mask}, {"dest", p.dest},     {"remote_irr", p.remote_irr},
          {"irr", irr}};
}

Json KvmX86Replayer::pic() {
  Json chips = Json::array();
  for (unsigned n = 0; n < 2; ++n) {
    const PicState& s = vm_->exec().get(vm_->irqchip().pic().chip(n));
    chips.push_back({{"irr", s.irr}, {"isr", s.isr}, {"imr", s.imr}, {"elcr", s.elcr}});
  }
  return chips;
}

Json KvmX86Replayer::resamplefds(const Record& op) {
  Json counts = Json::object();
  if (!op.has("resample")) return counts;
  for (const auto& [name, count] : op.value("resample").items()) {
    counts[name] = vm_->eventfd(names_.of(name)).read(vm_->exec());
  }
  return counts;
}

const Replayer::Register registered{{"kvm-x86",
                                     "KVM's in-kernel irqchip on x86, irqfds and resamplefds",
                                     &make_replayer<KvmX86Replayer>}};

}  // namespace
}  // namespace irqloom::app::conform
