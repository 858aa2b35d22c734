// The I/O APIC and the local APIC as hardware (genirq reference 3.1 and 3.3), driven through the
// I/O APIC's register window by a TLM-2.0 initiator that knows nothing of irqloom.
#include <tlm_utils/simple_initiator_socket.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "models/irqchip/apic_bus.h"
#include "models/irqchip/ioapic.h"
#include "models/irqchip/lapic.h"
#include "models/pci/wire.h"
#include "tests/models/bench.h"

namespace irqloom::bench {
namespace {

constexpr std::uint8_t vector_a = 0x51;
constexpr std::uint8_t vector_b = 0x62;

// Bits of the low half of an entry.
constexpr std::uint32_t remote_irr = 1U << 14;
constexpr std::uint32_t level_mode = 1U << 15;
constexpr std::uint32_t masked = 1U << 16;

constexpr std::uint32_t low_of(unsigned pin) {
  return 0x10 + 2 * pin;
}
constexpr std::uint32_t high_of(unsigned pin) {
  return 0x11 + 2 * pin;
}

/// Anybody's bus master.
class Initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Initiator> socket;

  explicit Initiator(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name), socket("socket") {}

  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address, void* data,
                                  unsigned size) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(size);
    payload.set_streaming_width(size);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay;
    socket->b_transport(payload, delay);
    CHECK(delay == sc_core::SC_ZERO_TIME);
    return payload.get_response_status();
  }
};

class ChipParts {
 private:
  timed::FreshSimcontext simcontext_;

 public:
  explicit ChipParts(std::uint8_t version)
      : bus("bus", fabric),
        ioapic("ioapic", fabric, 24, version),
        lapic("lapic", fabric, 0),
        wire("wire", fabric, 16),
        initiator("initiator") {
    bus.attach(lapic);
    ioapic.messages.bind(bus.messages);
    wire.out.bind(ioapic.inputs);
    initiator.socket.bind(ioapic.socket);
  }

  Fabric fabric;
  ApicBus bus;
  Ioapic ioapic;
  Lapic lapic;
  Wire wire;
  Initiator initiator;
};

/// An I/O APIC, one local APIC, and a wire to pin 16.
class Chips : public ChipParts {
 public:
  explicit Chips(std::uint8_t version = 0x20) : ChipParts(version), go(fabric) {}

  Steps go;

  std::uint32_t read_window(std::uint64_t offset) {
    std::uint32_t word = 0;
    CHECK(initiator.access(tlm::TLM_READ_COMMAND, offset, &word, 4) == tlm::TLM_OK_RESPONSE);
    return word;
  }
  void write_window(std::uint64_t offset, std::uint32_t word) {
    CHECK(initiator.access(tlm::TLM_WRITE_COMMAND, offset, &word, 4) == tlm::TLM_OK_RESPONSE);
  }
  std::uint32_t read(std::uint32_t index) {
    write_window(ioregsel, index);
    return read_window(iowin);
  }
  void write(std::uint32_t index, std::uint32_t word) {
    write_window(ioregsel, index);
    write_window(iowin, word);
  }

  void set_line(bool up, unsigned source = 0) { wire.drive(go.exec(), source, up); }
  bool has_remote_irr(unsigned pin = 16) { return (read(low_of(pin)) & remote_irr) != 0; }
  /// What the CPU takes; 0: nothing.
  unsigned take() { return lapic.deliverable(go.exec()) ? lapic.acknowledge(go.exec()) : 0U; }
  /// The CPU ends its highest interrupt; a level one is broadcast.
  void eoi() {
    const auto ended = lapic.end_of_interrupt(go.exec());
    REQUIRE(ended);
    (void)ioapic.eoi(go.exec(), *ended, lapic.trigger(go.exec(), *ended));
  }
  LapicState& apic() { return go.world().mut(lapic.state()); }
};

TEST_CASE("3.1: version and number of entries - what is read-only", "[models][irqchip]") {
  Chips c;
  CHECK(c.read(1) == 0x00170020);
  c.write(1, 0xffffffff);
  CHECK(c.read(1) == 0x00170020);
  c.write(0, 0xffffffff);
  CHECK(c.read(0) == 0x0f000000);
  // Delivery status and remote IRR are the hardware's.
  c.write(low_of(16), 0x0001ffff);
  CHECK(c.read(low_of(16)) == (0x0001ffff & ~(1U << 12) & ~remote_irr));
  c.write(high_of(16), 0xa5ffffff);
  CHECK(c.read(high_of(16)) == 0xa5000000);
}

TEST_CASE("3.1: all entries are masked at reset", "[models][irqchip]") {
  Chips c;
  for (unsigned pin = 0; pin < 24; ++pin)
    CHECK(c.read(low_of(pin)) == masked);
}

TEST_CASE("3.1.1: an edge pin sends once per transition, and a masked edge is not latched",
          "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | masked);
  c.set_line(true);
  c.write(low_of(16), vector_a);
  CHECK(c.take() == 0);
  c.set_line(false);
  c.set_line(true);
  CHECK(c.take() == vector_a);
  c.eoi();
  CHECK(c.take() == 0);  // Still high: no transition.
  CHECK_FALSE(c.has_remote_irr());
}

TEST_CASE("3.1.2: a level pin sends while active and sets remote IRR on acceptance",
          "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true);
  CHECK(c.has_remote_irr());
  CHECK(c.take() == vector_a);
  c.set_line(false);
  c.set_line(true);
  CHECK(c.take() == 0);  // Remote IRR is set.
}

TEST_CASE("3.1.2: a message that nobody accepts leaves remote IRR clear", "[models][irqchip]") {
  Chips c;
  c.apic().enabled = 0;
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true);
  CHECK_FALSE(c.has_remote_irr());
}

TEST_CASE("3.1.3: an EOI clears remote IRR of every entry with the vector and re-sends",
          "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode);
  c.write(low_of(17), vector_a | level_mode);
  c.write(low_of(18), vector_b | level_mode);
  c.ioapic.set_pin(c.go.exec(), 17, true);
  c.ioapic.set_pin(c.go.exec(), 18, true);
  c.set_line(true);
  REQUIRE(c.has_remote_irr(17));
  REQUIRE(c.has_remote_irr(18));
  REQUIRE(c.take() == vector_b);
  c.eoi();
  CHECK(c.has_remote_irr(18));  // Still active: sent again.
  c.ioapic.set_pin(c.go.exec(), 18, false);
  REQUIRE(c.take() == vector_b);
  c.eoi();
  CHECK_FALSE(c.has_remote_irr(18));
  c.ioapic.set_pin(c.go.exec(), 17, false);
  REQUIRE(c.take() == vector_a);
  c.eoi();
  CHECK_FALSE(c.has_remote_irr(17));
  CHECK(c.has_remote_irr(16));
  CHECK(c.take() == vector_a);
}

TEST_CASE("3.1.3: the EOI register exists since version 0x20", "[models][irqchip]") {
  const std::uint8_t version = GENERATE(as<std::uint8_t>{}, 0x11, 0x20);
  Chips c(version);
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true);
  c.set_line(false);
  REQUIRE(c.has_remote_irr());
  c.write_window(ioapic_eoi, vector_b);
  CHECK(c.has_remote_irr());
  c.write_window(ioapic_eoi, vector_a);
  CHECK(c.has_remote_irr() == (version < 0x20));
}

TEST_CASE("3.1.4: a mask stops new messages only", "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true);
  c.write(low_of(16), vector_a | level_mode | masked);
  CHECK(c.has_remote_irr());
  CHECK(c.take() == vector_a);  // Not recalled.
  c.eoi();
  CHECK_FALSE(c.has_remote_irr());  // The EOI has its effect.
  CHECK(c.take() == 0);
  // 3.1.5: active, remote IRR clear: the unmask sends at once.
  c.write(low_of(16), vector_a | level_mode);
  CHECK(c.take() == vector_a);
}

TEST_CASE("3.1.5: an unmask with remote IRR set does nothing before the EOI", "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true);
  REQUIRE(c.take() == vector_a);
  c.write(low_of(16), vector_a | level_mode | masked);
  c.write(low_of(16), vector_a | level_mode);
  CHECK(c.apic().irr[vector_a / 32] == 0);
  c.eoi();
  CHECK(c.take() == vector_a);
}

TEST_CASE("3.1.6, 3.1.7: a vector changed in service kills the pin - the switch to edge revives it",
          "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true);
  REQUIRE(c.take() == vector_a);
  c.write(low_of(16), vector_b | level_mode);
  c.eoi();
  CHECK(c.has_remote_irr());
  CHECK(c.take() == 0);
  c.write(low_of(16), vector_b | masked);
  CHECK_FALSE(c.has_remote_irr());
  c.write(low_of(16), vector_b | level_mode);
  CHECK(c.take() == vector_b);
}

TEST_CASE("3.1.8: a level that drops before it is sent leaves no trace, afterwards it is taken",
          "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode | masked);
  c.set_line(true);
  c.set_line(false);
  c.write(low_of(16), vector_a | level_mode);
  CHECK(c.take() == 0);
  c.set_line(true);
  c.set_line(false);
  CHECK(c.take() == vector_a);
}

TEST_CASE("3.1.9: a shared pin is the OR of its devices", "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true, 0);
  c.set_line(true, 1);
  REQUIRE(c.take() == vector_a);
  c.set_line(false, 0);
  c.eoi();
  CHECK(c.take() == vector_a);
  c.set_line(false, 1);
  c.eoi();
  CHECK(c.take() == 0);
}

TEST_CASE("the I/O APIC's window answers what is no word with an address error",
          "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a);
  std::uint64_t data = 0xffffffffffffffff;
  for (const unsigned size : {1U, 2U, 3U, 8U}) {
    CHECK(c.initiator.access(tlm::TLM_WRITE_COMMAND, iowin, &data, size) ==
          tlm::TLM_ADDRESS_ERROR_RESPONSE);
    CHECK(c.initiator.access(tlm::TLM_READ_COMMAND, iowin, &data, size) ==
          tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  CHECK(c.initiator.access(tlm::TLM_READ_COMMAND, 0x1000, &data, 4) ==
        tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(data == 0xffffffffffffffff);
  CHECK(c.read(low_of(16)) == vector_a);
}

TEST_CASE("an access without a scheduler is an error of the caller", "[models][irqchip]") {
  Chips c;
  c.fabric.attach(nullptr);
  std::uint32_t word = 0;
  CHECK_THROWS_AS(c.initiator.access(tlm::TLM_READ_COMMAND, iowin, &word, 4), std::logic_error);
}

TEST_CASE("3.3.1: a vector is requested once and in service once", "[models][irqchip]") {
  Chips c;
  c.lapic.accept(c.go.exec(), vector_a, Trigger::edge);
  c.lapic.accept(c.go.exec(), vector_a, Trigger::edge);
  CHECK(c.take() == vector_a);
  CHECK(c.take() == 0);
  // 3.3.6: requested again while in service, delivered after the EOI.
  c.lapic.accept(c.go.exec(), vector_a, Trigger::edge);
  c.lapic.accept(c.go.exec(), vector_a, Trigger::edge);
  CHECK(c.take() == 0);
  c.eoi();
  CHECK(c.take() == vector_a);
  c.eoi();
  CHECK(c.take() == 0);
}

TEST_CASE("3.3.2: acceptance sets the trigger mode", "[models][irqchip]") {
  Chips c;
  c.lapic.accept(c.go.exec(), vector_a, Trigger::level);
  CHECK(c.lapic.trigger(c.go.exec(), vector_a) == Trigger::level);
  c.lapic.accept(c.go.exec(), vector_a, Trigger::edge);
  CHECK(c.lapic.trigger(c.go.exec(), vector_a) == Trigger::edge);
}

TEST_CASE("3.3.3: only a higher class than the processor priority is delivered",
          "[models][irqchip]") {
  struct Case {
    std::uint8_t tpr, in_service, request;
    bool delivered;
  };
  const Case c = GENERATE(values<Case>({
      {0x50, 0, 0x51, false},     // 15a-e of the observed facts.
      {0x4f, 0, 0x51, true},      //
      {0, 0x51, 0x5f, false},     // The class of what is in service.
      {0, 0x5f, 0x61, true},      //
      {0x60, 0x51, 0x6f, false},  // The higher of both.
      {0x40, 0x61, 0x6f, false},  //
      {0x60, 0x51, 0x71, true},   //
  }));
  Chips chips;
  Exec& x = chips.go.exec();
  if (c.in_service != 0) {
    chips.lapic.accept(x, c.in_service, Trigger::edge);
    REQUIRE(chips.take() == c.in_service);
  }
  chips.apic().tpr = c.tpr;
  chips.lapic.accept(x, c.request, Trigger::edge);
  CHECK(chips.lapic.deliverable(x).has_value() == c.delivered);
}

TEST_CASE("3.3.4, 3.3.5: the highest request is taken, and an EOI ends the highest in service",
          "[models][irqchip]") {
  Chips c;
  Exec& x = c.go.exec();
  c.lapic.accept(x, vector_a, Trigger::edge);
  REQUIRE(c.take() == vector_a);
  c.lapic.accept(x, 0x31, Trigger::edge);
  c.lapic.accept(x, vector_b, Trigger::edge);
  CHECK(c.take() == vector_b);
  CHECK(c.take() == 0);
  CHECK(c.lapic.end_of_interrupt(x) == std::optional<std::uint8_t>(vector_b));
  CHECK(c.take() == 0);
  CHECK(c.lapic.end_of_interrupt(x) == std::optional<std::uint8_t>(vector_a));
  CHECK(c.take() == 0x31);
  CHECK(c.lapic.end_of_interrupt(x) == std::optional<std::uint8_t>(0x31));
  CHECK_FALSE(c.lapic.end_of_interrupt(x).has_value());  // Nothing in service: ignored.
}

TEST_CASE("3.3.5: the EOI of an edge interrupt is not broadcast", "[models][irqchip]") {
  Chips c;
  c.write(low_of(16), vector_a | level_mode);
  c.set_line(true);
  REQUIRE(c.take() == vector_a);
  c.set_line(false);
  c.lapic.accept(c.go.exec(), vector_a, Trigger::edge);  // An IPI with the vector: TMR is edge now.
  c.eoi();
  CHECK(c.has_remote_irr());
}

}  // namespace
}  // namespace irqloom::bench
