// Model "ioapic": an I/O APIC and the local APICs that its messages reach.
#include <array>
#include <utility>

#include "models/irqchip/apic_bus.h"
#include "models/irqchip/ioapic.h"
#include "sim/app/conform/register_replayer.h"

namespace irqloom::app::conform {
namespace {

constexpr std::uint64_t lapic_eoi = 0xb0;
constexpr std::uint8_t nmi_vector = 2;

class IoapicReplayer final : public RegisterReplayer {
 public:
  explicit IoapicReplayer(const Record& config);

  std::optional<Difference> perform(const Record& op) override;
  std::string impossible() override;
  std::string quirk(const Program& program) const override;

 protected:
  Place place(const Record& op) override;
  void drive(const Record& op, bool level) override;
  Json observe(const Record& op) override;
  std::optional<Difference> perform_other(const Record& op) override;

 private:
  Lapic& lapic(const Record& op) { return *lapics_[op.number("cpu", lapics_.size() - 1)]; }
  void end_of_interrupt(const Record& op);
  Json acknowledge(const Record& op);
  Json pins_with(bool (*wanted)(const IoapicPin&));
  Json vectors(std::uint32_t (LapicState::*bitmap)[8]);

  BusMaster master_{"master"};
  ApicBus bus_{"bus", rig_.fabric()};
  Ioapic ioapic_;
  std::vector<std::unique_ptr<Lapic>> lapics_;
};

/// The part of a local APIC that is set up before a program.
struct LapicPreset {
  std::uint8_t ldr = 0;
  std::uint8_t tpr = 0;
};

IoapicReplayer::IoapicReplayer(const Record& config)
    : ioapic_("ioapic", rig_.fabric(), static_cast<unsigned>(config.number("pins", 240)),
              static_cast<std::uint8_t>(config.number_or("version", 0x20, 0xff))) {
  master_.socket.bind(ioapic_.socket);
  ioapic_.messages.bind(bus_.messages);
  const Record lapic = config.object("lapic");
  const std::vector<std::uint64_t> ldr = lapic.numbers("ldr");
  const std::uint64_t cpus = config.number("cpus", 8);
  if (cpus == 0 || ldr.size() != cpus) lapic.fail("ldr", "every CPU has one", "a number per CPU");
  for (std::size_t i = 0; i < cpus; ++i) {
    const std::string name = "lapic" + std::to_string(i);
    lapics_.push_back(
        std::make_unique<Lapic>(name.c_str(), rig_.fabric(), static_cast<unsigned>(i)));
    bus_.attach(*lapics_.back());
    const LapicPreset preset{static_cast<std::uint8_t>(ldr[i]),
                             static_cast<std::uint8_t>(lapic.number_or("tpr", 0, 0xff))};
    rig_.fabric().at_reset([slot = lapics_.back()->state(), preset](World& w) {
      w.mut(slot).ldr = preset.ldr;
      w.mut(slot).tpr = preset.tpr;
    });
  }
  rig_.seal();
}

RegisterReplayer::Place IoapicReplayer::place(const Record& op) {
  if (op.text("block") != "ioapic") op.fail_name("block", {"ioapic", "lapic"});
  return {&master_, op.number("offset")};
}

// Of the local APICs only the EOI register takes part, as the CPU's own access.
std::optional<Difference> IoapicReplayer::perform(const Record& op) {
  if (op.text("op") != "write" || op.text("block") != "lapic") return RegisterReplayer::perform(op);
  if (op.number("offset") != lapic_eoi) op.fail("offset", "only EOI is recorded", "176");
  end_of_interrupt(op);
  return std::nullopt;
}

void IoapicReplayer::end_of_interrupt(const Record& op) {
  Exec& x = rig_.exec();
  const std::optional<std::uint8_t> vector = lapic(op).end_of_interrupt(x);
  if (vector) (void)ioapic_.eoi(x, *vector, lapic(op).trigger(x, *vector));
}

void IoapicReplayer::drive(const Record& op, bool level) {
  ioapic_.set_pin(rig_.exec(), static_cast<unsigned>(op.number("pin", ioapic_.pins() - 1)), level);
}

std::optional<Difference> IoapicReplayer::perform_other(const Record& op) {
  if (op.text("op") != "ack") {
    op.fail_name("op", {"write", "read", "line", "observe", "ack", "note"});
  }
  return compare(op, acknowledge(op));
}

Json IoapicReplayer::acknowledge(const Record& op) {
  Exec& x = rig_.exec();
  if (lapic(op).take_nmi(x)) return nmi_vector;
  if (!lapic(op).deliverable(x)) return nullptr;
  return lapic(op).acknowledge(x);
}

Json IoapicReplayer::pins_with(bool (*wanted)(const IoapicPin&)) {
  Json pins = Json::array();
  for (unsigned n = 0; n < ioapic_.pins(); ++n) {
    if (wanted(rig_.exec().get(ioapic_.pin(n)))) pins.push_back(n);
  }
  return pins;
}

Json IoapicReplayer::vectors(std::uint32_t (LapicState::*bitmap)[8]) {
  Json cpus = Json::array();
  for (const auto& lapic : lapics_) {
    const LapicState& state = rig_.exec().get(lapic->state());
    Json& cpu = cpus.emplace_back(Json::array());
    for (unsigned v = 0; v < 256; ++v) {
      if (((state.*bitmap)[v / 32] >> v % 32 & 1) != 0) cpu.push_back(v);
    }
  }
  return cpus;
}

Json IoapicReplayer::observe(const Record& op) {
  const std::string& what = op.text("what");
  if (what == "irr") {
    return pins_with([](const IoapicPin& p) { return p.trigger_mode != 0 && p.level != 0; });
  }
  if (what == "remote_irr") return pins_with([](const IoapicPin& p) { return p.remote_irr != 0; });
  if (what == "lapic_irr") return vectors(&LapicState::irr);
  if (what == "lapic_isr") return vectors(&LapicState::isr);
  op.fail_name("what", {"irr", "remote_irr", "lapic_irr", "lapic_isr"});
}

std::string IoapicReplayer::impossible() {
  const Json edge_pins =
      pins_with([](const IoapicPin& p) { return p.trigger_mode == 0 && p.remote_irr != 0; });
  if (!edge_pins.empty()) return "remote IRR of an edge-triggered pin: " + edge_pins.dump();
  return RegisterReplayer::impossible();
}

std::string IoapicReplayer::quirk(const Program& program) const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> reasons = {{
      {"rte-reserved-bits", "reserved bits read as zero here; the recorded device stores them"},
      {"trigger-change-line-high",
       "an input is a level here, seen whenever a pin becomes level-triggered; the recorded device "
       "forgets it"},
      {"level-to-edge-line-high",
       "no edge came, so nothing is sent here; the recorded device sends what it had latched"},
      {"dest-nobody", "remote IRR says that an APIC took the message; nobody did"},
      {"lowest-priority",
       "the APIC with the lowest processor priority is chosen here; the recorded device takes the "
       "first"},
      {"mode-nmi-level", "an NMI is edge-triggered, however it is programmed: no remote IRR"},
      {"mode-extint", "ExtINT needs an 8259, which is not here"},
      {"polarity-low", "both store the polarity and take a line as asserted or not"},
      {"pin0-is-pin2", "the board's wiring of input 0 is inside of the recorded device"},
      {"edge-repeated-high", "a line that is set again to what it is has no edge"},
      {"narrow-access", "the registers are words: narrower accesses are refused here"},
  }};
  for (const auto& [part, reason] : reasons) {
    if (program.id.find(part) != std::string::npos) return std::string(reason);
  }
  return "";
}

const Replayer::Register registered{{"ioapic",
                                     "I/O APIC (82093AA) and the local APICs that it reaches",
                                     &make_replayer<IoapicReplayer>}};

}  // namespace
}  // namespace irqloom::app::conform
