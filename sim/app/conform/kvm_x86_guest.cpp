#include "sim/app/conform/kvm_x86_guest.h"

#include <algorithm>
#include <stdexcept>

namespace irqloom::app::conform {
namespace {

constexpr std::uint64_t ioregsel = 0x00;
constexpr std::uint64_t iowin = 0x10;
constexpr std::uint32_t first_entry = 0x10;
constexpr std::uint64_t max_u32 = 0xffffffff;
// A storm that has not ended by then never does.
constexpr std::uint64_t max_passes = 10'000'000;

std::optional<Difference> compare(const Record& op, const char* key, const Json& got) {
  if (op.value(key) == got) return std::nullopt;
  return Difference{op.value(key), got};
}

std::uint32_t word(const Record& op, const char* key) {
  return static_cast<std::uint32_t>(op.number(key, max_u32));
}

/// The number of an entry's register.
std::uint32_t entry_index(const Record& op) {
  const std::string& half = op.text("half");
  if (half != "lo" && half != "hi") op.fail_name("half", {"lo", "hi"});
  return first_entry + 2 * static_cast<std::uint32_t>(op.number("pin", irqchip_pins - 1)) +
         (half == "hi" ? 1 : 0);
}

void require_register(const Record& op) {
  if (!ApicPage::has(op.number("offset"))) {
    op.fail("offset", "this register is not modelled", "that of a local APIC's register");
  }
}

}  // namespace

const std::vector<KvmX86Guest::Entry>& KvmX86Guest::commands() {
  static const std::vector<Entry> table = {{"run", &KvmX86Guest::run},
                                           {"sti", &KvmX86Guest::sti},
                                           {"cli", &KvmX86Guest::cli},
                                           {"hlt", &KvmX86Guest::hlt},
                                           {"iret", &KvmX86Guest::iret},
                                           {"lapic_eoi", &KvmX86Guest::lapic_eoi},
                                           {"tpr", &KvmX86Guest::tpr},
                                           {"self_ipi", &KvmX86Guest::self_ipi},
                                           {"lapic_write", &KvmX86Guest::lapic_write},
                                           {"lapic_read", &KvmX86Guest::lapic_read},
                                           {"rte_write", &KvmX86Guest::rte_write},
                                           {"rte_read", &KvmX86Guest::rte_read},
                                           {"ioapic_write", &KvmX86Guest::ioapic_write},
                                           {"ioapic_read", &KvmX86Guest::ioapic_read},
                                           {"outb", &KvmX86Guest::outb},
                                           {"storm", &KvmX86Guest::storm},
                                           {"starve", &KvmX86Guest::starve}};
  return table;
}

bool KvmX86Guest::knows(const std::string& op) {
  return std::any_of(commands().begin(), commands().end(),
                     [&](const Entry& e) { return e.name == op; });
}

std::vector<std::string> KvmX86Guest::names() {
  std::vector<std::string> result;
  for (const Entry& e : commands())
    result.emplace_back(e.name);
  return result;
}

// The order within vcpu_enter_guest(): requests are served before an interrupt is injected.
std::optional<Difference> KvmX86Guest::perform(const Record& op) {
  const std::string& name = op.text("op");
  const auto entry = std::find_if(commands().begin(), commands().end(),
                                  [&](const Entry& e) { return e.name == name; });
  enter();
  std::optional<Difference> difference = (this->*entry->command)(op);
  enter();
  if (can_take()) {
    take();
    count_entry();
  }
  return difference;
}

// --- interrupts ---------------------------------------------------------------------------------

void KvmX86Guest::take() {
  last_ = static_cast<std::uint8_t>(act([this](Exec& x) { return page().take_interrupt(x); }));
  interrupted_.push_back(interrupts_on_);
  interrupts_on_ = false;
}

void KvmX86Guest::count_entry() {
  ++entries_;
  entered_.push_back(last_);
}

std::optional<Difference> KvmX86Guest::run(const Record& /*op*/) {
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::sti(const Record& /*op*/) {
  interrupts_on_ = true;
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::cli(const Record& /*op*/) {
  interrupts_on_ = false;
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::hlt(const Record& /*op*/) {
  interrupts_on_ = true;
  if (!can_take()) vm_->run_all_work();
  if (!can_take()) return Difference{"an interrupt wakes the vCPU", "none does"};
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::iret(const Record& /*op*/) {
  if (interrupted_.empty()) return Difference{"a handler runs", "the main loop does"};
  interrupts_on_ = interrupted_.back();
  interrupted_.pop_back();
  return std::nullopt;
}

// --- registers ----------------------------------------------------------------------------------

void KvmX86Guest::write_apic(std::uint64_t offset, std::uint32_t value) {
  act([=, this](Exec& x) { return page().write(x, offset, value); });
}

void KvmX86Guest::write_ioapic(std::uint64_t offset, std::uint32_t value) {
  act([=, this](Exec& x) { return vm_->irqchip().write_mmio(x, offset, value); });
}

std::optional<Difference> KvmX86Guest::lapic_eoi(const Record& /*op*/) {
  write_apic(apic::eoi, 0);
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::tpr(const Record& op) {
  write_apic(apic::tpr, word(op, "value"));
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::self_ipi(const Record& op) {
  write_apic(apic::icr, apic::self | static_cast<std::uint32_t>(op.number("vector", 0xff)));
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::lapic_write(const Record& op) {
  require_register(op);
  write_apic(op.number("offset"), word(op, "value"));
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::lapic_read(const Record& op) {
  require_register(op);
  return compare(op, "value", page().read(vm_->exec(), op.number("offset")));
}

std::optional<Difference> KvmX86Guest::rte_write(const Record& op) {
  write_ioapic(ioregsel, entry_index(op));
  write_ioapic(iowin, word(op, "value"));
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::rte_read(const Record& op) {
  write_ioapic(ioregsel, entry_index(op));
  return compare(op, "value", vm_->irqchip().read_mmio(vm_->exec(), iowin));
}

std::optional<Difference> KvmX86Guest::ioapic_write(const Record& op) {
  write_ioapic(op.number("offset", 0xff), word(op, "value"));
  return std::nullopt;
}

std::optional<Difference> KvmX86Guest::ioapic_read(const Record& op) {
  write_ioapic(ioregsel, word(op, "index"));
  return compare(op, "value", vm_->irqchip().read_mmio(vm_->exec(), iowin));
}

std::optional<Difference> KvmX86Guest::outb(const Record& op) {
  const std::uint64_t port = op.number("port", 0xffff);
  if (!KvmPic::has_port(port))
    op.fail("port", "no 8259 is there", "32, 33, 160, 161, 1232 or 1233");
  const auto value = static_cast<std::uint8_t>(op.number("value", 0xff));
  act([=, this](Exec& x) {
    return vm_->irqchip().pic().write_port(x, static_cast<std::uint16_t>(port), value);
  });
  return std::nullopt;
}

// --- storms -------------------------------------------------------------------------------------

/// Enters the handler, waiting for delayed work if there is some. False: nothing comes.
bool KvmX86Guest::take_pass() {
  enter();
  if (!can_take()) vm_->run_all_work();
  if (!can_take()) return false;
  take();
  return true;
}

/// EOI and IRET at once. Whether the EOI delayed the re-injection.
bool KvmX86Guest::end_pass() {
  const bool was_throttled = vm_->is_throttled();
  write_apic(apic::eoi, 0);
  interrupts_on_ = interrupted_.back();
  interrupted_.pop_back();
  return vm_->is_throttled() && !was_throttled;
}

std::optional<Difference> KvmX86Guest::storm(const Record& op) {
  const std::uint64_t passes = op.number("passes", max_passes);
  std::uint64_t throttled = 0;
  interrupts_on_ = true;
  for (std::uint64_t n = 1; n <= passes; ++n) {
    if (!take_pass()) return Difference{passes, n - 1};
    if (n < passes && end_pass()) ++throttled;
  }
  if (passes != 0) count_entry();
  return compare(op, "throttled", throttled);
}

// The interrupted code gets an instruction only when no interrupt is there at the IRET.
std::optional<Difference> KvmX86Guest::starve(const Record& op) {
  const std::uint64_t passes = op.number("passes", max_passes);
  std::optional<std::uint64_t> saw;
  std::uint64_t seen = 0;
  interrupts_on_ = true;
  for (;;) {
    enter();
    if (!can_take()) {
      saw = saw.value_or(seen);
      if (seen >= passes) break;
    }
    if (seen == max_passes || !take_pass()) break;
    ++seen;
    (void)end_pass();
  }
  interrupts_on_ = false;
  return compare(op, "saw", saw ? Json(*saw) : Json(nullptr));
}

// --- observation --------------------------------------------------------------------------------

Json KvmX86Guest::observe() {
  const LapicState& s = vm_->exec().get(page().lapic().state());
  const auto vectors = [](const std::uint32_t(&bitmap)[8]) {
    Json list = Json::array();
    for (unsigned v = 0; v < 256; ++v) {
      if ((bitmap[v / 32] >> v % 32 & 1) != 0) list.push_back(v);
    }
    return list;
  };
  Json result = {{"irr", vectors(s.irr)},        {"isr", vectors(s.isr)}, {"tmr", vectors(s.tmr)},
                 {"if", interrupts_on_ ? 1 : 0}, {"entries", entries_},   {"entered", entered_}};
  entered_.clear();
  return result;
}

}  // namespace irqloom::app::conform
