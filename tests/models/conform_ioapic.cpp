// The I/O APIC's destinations and delivery modes beyond what the recordings define.
#include <catch2/catch.hpp>

#include "models/irqchip/apic_bus.h"
#include "models/irqchip/ioapic.h"
#include "sim/app/conform/rig.h"

namespace irqloom {
namespace {

constexpr unsigned pin = 5;
constexpr std::uint8_t vector = 0x45;

struct Board {
  app::conform::Rig rig;
  ApicBus bus{"bus", rig.fabric()};
  Ioapic ioapic{"ioapic", rig.fabric(), 24};
  Lapic lapic0{"lapic0", rig.fabric(), 0};
  Lapic lapic1{"lapic1", rig.fabric(), 1};

  Board() {
    ioapic.messages.bind(bus.messages);
    bus.attach(lapic0);
    bus.attach(lapic1);
    rig.seal();
    rig.exec().set(lapic0.state()).ldr = 1;
    rig.exec().set(lapic1.state()).ldr = 2;
  }

  void program(std::uint32_t low, std::uint8_t dest) {
    ioapic.write(rig.exec(), ioregsel, 0x11 + 2 * pin);
    ioapic.write(rig.exec(), iowin, static_cast<std::uint32_t>(dest) << 24);
    ioapic.write(rig.exec(), ioregsel, 0x10 + 2 * pin);
    ioapic.write(rig.exec(), iowin, low);
  }
  void line(bool level) { ioapic.set_pin(rig.exec(), pin, level); }
  bool requests(const Lapic& lapic) { return lapic.deliverable(rig.exec()).has_value(); }
  bool remote_irr() { return rig.exec().get(ioapic.pin(pin)).remote_irr != 0; }
};

constexpr std::uint32_t level_triggered = 1U << 15;
constexpr std::uint32_t logical = 1U << 11;
constexpr std::uint32_t lowest_priority = 1U << 8;
constexpr std::uint32_t nmi = 4U << 8;

// Intel SDM vol. 3, 11.6.2.4.
TEST_CASE("lowest priority: the CPU that does the least important gets it", "[models][ioapic]") {
  Board b;
  b.rig.exec().set(b.lapic0.state()).tpr = 0x30;
  b.program(vector | lowest_priority | logical, 3);
  b.line(true);
  CHECK_FALSE(b.requests(b.lapic0));
  CHECK(b.requests(b.lapic1));
}

TEST_CASE("lowest priority: a disabled APIC takes no part", "[models][ioapic]") {
  Board b;
  b.rig.exec().set(b.lapic0.state()).enabled = 0;
  b.program(vector | lowest_priority | logical | level_triggered, 3);
  b.line(true);
  CHECK(b.requests(b.lapic1));
  CHECK(b.remote_irr());
}

TEST_CASE("a level that nobody takes stays due until somebody is there", "[models][ioapic]") {
  Board b;
  b.program(vector | level_triggered, 9);
  b.line(true);
  CHECK_FALSE(b.remote_irr());
  b.program(vector | level_triggered, 1);
  CHECK(b.remote_irr());
  CHECK(b.requests(b.lapic1));
  CHECK_FALSE(b.requests(b.lapic0));
}

// 82093AA data sheet, 3.2.4: treated as edge-triggered even if programmed otherwise.
TEST_CASE("an NMI is an edge, and blocks the next one", "[models][ioapic]") {
  Board b;
  b.program(nmi | level_triggered, 0);
  b.line(true);
  CHECK_FALSE(b.remote_irr());
  CHECK_FALSE(b.requests(b.lapic0));
  CHECK(b.lapic0.take_nmi(b.rig.exec()));
  CHECK_FALSE(b.lapic0.take_nmi(b.rig.exec()));
  b.line(false);
  b.line(true);
  CHECK_FALSE(b.lapic0.take_nmi(b.rig.exec()));  // Requested, and blocked by the first.
}

// No edge happens while a pin is reprogrammed; a level is seen whenever it is looked at.
TEST_CASE("what a high line means follows the trigger mode", "[models][ioapic]") {
  Board b;
  b.program(vector | level_triggered | 1U << 16, 0);
  b.line(true);
  b.program(vector, 0);
  CHECK_FALSE(b.requests(b.lapic0));
  b.program(vector | level_triggered, 0);
  CHECK(b.requests(b.lapic0));
}

}  // namespace
}  // namespace irqloom
