// The GICs by hand, where the specification says something that the recorded devices do not show:
// one active state for all CPUs, 1-of-N, latches that move, groups that do not block each other;
// and what a register bank answers to an initiator that knows nothing of it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "models/irqchip/gicv2.h"
#include "models/irqchip/gicv3.h"
#include "sim/app/conform/rig.h"

namespace irqloom {
namespace {

using app::conform::BusMaster;
using app::conform::Rig;

constexpr unsigned spi = 40;
constexpr unsigned spurious = 1023;

struct V2 {
  Rig rig;
  GicV2 gic{"gic", rig.fabric(), 2, 64};
  BusMaster distributor{"distributor"};
  BusMaster cpu0{"cpu0"};

  V2() {
    distributor.socket.bind(gic.distributor_socket(0));
    cpu0.socket.bind(gic.cpu_interface_socket(0));
    rig.seal();
    for (unsigned cpu : {0U, 1U}) {
      gicc(cpu, gicc_pmr, 0xf0);
      gicc(cpu, gicc_ctlr, 3);
    }
    gicd(gicd_ctlr, 3);
  }

  void gicd(std::uint64_t offset, std::uint64_t value, unsigned size = 4) {
    REQUIRE(gic.write_distributor(rig.exec(), 0, offset, value, size));
  }
  void gicc(unsigned cpu, std::uint64_t offset, std::uint64_t value) {
    REQUIRE(gic.write_cpu_interface(rig.exec(), cpu, offset, value));
  }
  unsigned gicc(unsigned cpu, std::uint64_t offset) {
    return gic.read_cpu_interface(rig.exec(), cpu, offset).value();
  }
  unsigned iar(unsigned cpu) { return gicc(cpu, gicc_iar); }
  void eoir(unsigned cpu, unsigned intid) { gicc(cpu, gicc_eoir, intid); }
  void line(bool level) { gic.set_pin(rig.exec(), spi, level); }
  const GicIrq& irq(unsigned intid = spi) { return rig.exec().get(gic.interrupt(0, intid)); }
  /// Enables SPI 40 for those CPUs.
  void enable(unsigned targets, bool edge = false) {
    gicd(0x800 + spi, targets, 1);
    gicd(0xc00 + 8, edge ? 2U << 2 * (spi - 32) : 0);
    gicd(0x104, 1U << (spi - 32));
  }
};

struct V3 {
  Rig rig;
  GicV3 gic{"gic", rig.fabric(), 2, 64};
  BusMaster distributor{"distributor"};
  BusMaster redistributor{"redistributor"};
  BusMaster icc0{"icc0"};

  V3() {
    distributor.socket.bind(gic.distributor_socket);
    redistributor.socket.bind(gic.redistributor_socket);
    icc0.socket.bind(gic.system_register_socket(0));
    rig.seal();
    for (unsigned cpu : {0U, 1U}) {
      wake(cpu, true);
      icc(cpu, Icc::pmr, 0xf0);
      icc(cpu, Icc::igrpen0, 1);
      icc(cpu, Icc::igrpen1, 1);
    }
    REQUIRE(gic.write_distributor(rig.exec(), 0, 3));
    REQUIRE(gic.write_distributor(rig.exec(), 0x84, 1U << (spi - 32)));   // Group 1.
    REQUIRE(gic.write_distributor(rig.exec(), 0x104, 1U << (spi - 32)));  // Enabled.
  }

  void wake(unsigned cpu, bool awake) {
    REQUIRE(gic.write_redistributor(rig.exec(), cpu, 0x14, awake ? 0 : 2));
  }
  void icc(unsigned cpu, Icc reg, std::uint64_t value) {
    REQUIRE(gic.write_icc(rig.exec(), cpu, reg, value));
  }
  std::uint64_t icc(unsigned cpu, Icc reg) { return gic.read_icc(rig.exec(), cpu, reg).value(); }
  void route(std::uint64_t value) {
    REQUIRE(gic.write_distributor(rig.exec(), 0x6000 + 8 * spi, value, 8));
  }
  void line(bool level) { gic.set_pin(rig.exec(), spi, level); }
};

// IHI 0048B.b, 1.4.3: the 1-N model; 3.2.3: the CPU that does not get it reads 1023.
TEST_CASE("GICv2: of several targets one gets the interrupt", "[models][gic]") {
  V2 v;
  v.enable(3);
  v.line(true);
  CHECK(v.gic.irq(v.rig.exec(), 0));
  CHECK(v.gic.irq(v.rig.exec(), 1));
  CHECK(v.iar(1) == spi);
  CHECK_FALSE(v.gic.irq(v.rig.exec(), 0));
  CHECK(v.iar(0) == spurious);
  v.eoir(1, spi);
  CHECK(v.iar(0) == spi);  // The line is still high: the only re-sampling is after deactivation.
}

TEST_CASE("GICv2: a latched interrupt follows its targets", "[models][gic]") {
  V2 v;
  v.enable(0, true);
  v.line(true);
  v.line(false);
  CHECK(v.irq().latch == 1);
  CHECK(v.iar(0) == spurious);
  v.gicd(0x800 + spi, 2, 1);
  CHECK(v.iar(0) == spurious);
  CHECK(v.iar(1) == spi);
  v.gicd(0x800 + spi, 1, 1);
  CHECK(v.irq().active == 1);
  v.line(true);
  CHECK(v.iar(0) == spurious);  // Active and pending, for whichever CPU.
}

TEST_CASE("GICv2: a disabled group does not compete", "[models][gic]") {
  V2 v;
  v.enable(1);
  v.gicd(0x84, 1U << (spi - 32));  // Group 1, priority 0: the highest.
  v.gicd(0x400 + spi + 1, 0x40, 1);
  v.gicd(0x800 + spi + 1, 1, 1);
  v.gicd(0x104, 1U << (spi + 1 - 32));
  v.line(true);
  v.gic.set_pin(v.rig.exec(), spi + 1, true);
  v.gicc(0, gicc_ctlr, 1);  // Group 0 alone.
  CHECK(v.gic.irq(v.rig.exec(), 0));
  CHECK(v.iar(0) == spi + 1);
}

// IHI 0048B.b, 4.4.9 to 4.4.11.
TEST_CASE("GICv2: the aliased registers are for group 1", "[models][gic]") {
  V2 v;
  v.enable(1);
  v.gicd(0x84, 1U << (spi - 32));
  v.line(true);
  CHECK(v.iar(0) == 1022);
  CHECK(v.gicc(0, gicc_ahppir) == spi);
  CHECK(v.gicc(0, gicc_aiar) == spi);
  CHECK(v.gicc(0, gicc_aiar) == spurious);
  v.gicc(0, gicc_aeoir, spi);
  CHECK(v.irq().active == 0);
  CHECK(v.gicc(0, gicc_rpr) == 0xff);
}

TEST_CASE("GICv2: a PPI can be made pending by software", "[models][gic]") {
  V2 v;
  v.gicd(0x100, 1U << 20);
  v.gicd(0x200, 1U << 20);
  CHECK(v.iar(1) == spurious);
  CHECK(v.iar(0) == 20);
}

TEST_CASE("GICv2: a zero byte of SPENDSGIR sets nothing", "[models][gic]") {
  V2 v;
  v.gicd(0xf20, 0x00000200);
  CHECK(v.irq(0).latch == 0);
  CHECK(v.gicc(0, gicc_hppir) == (1U | 1U << 10));
  CHECK(v.iar(0) == (1U | 1U << 10));  // From CPU 1.
  CHECK(v.iar(0) == spurious);
}

TEST_CASE("GICv2: an EOI without a running priority changes nothing", "[models][gic]") {
  V2 v;
  v.enable(1);
  v.line(true);
  CHECK(v.iar(0) == spi);
  v.eoir(1, spi);
  CHECK(v.irq().active == 1);
  v.eoir(0, spurious);
  CHECK(v.irq().active == 1);
  v.eoir(0, spi);
  CHECK(v.irq().active == 0);
}

TEST_CASE("GICv3: nothing is forwarded to a sleeping CPU", "[models][gic]") {
  V3 v;
  v.line(true);
  CHECK(v.gic.irq(v.rig.exec(), 0));
  v.wake(0, false);
  CHECK_FALSE(v.gic.irq(v.rig.exec(), 0));
  CHECK(v.icc(0, Icc::iar1) == spurious);
  v.wake(0, true);
  CHECK(v.icc(0, Icc::iar1) == spi);
}

TEST_CASE("GICv3: an SPI routed to any PE goes to the first that takes it", "[models][gic]") {
  V3 v;
  v.route(std::uint64_t{1} << 31);
  v.line(true);
  CHECK(v.gic.irq(v.rig.exec(), 0));
  CHECK(v.gic.irq(v.rig.exec(), 1));
  CHECK(v.icc(1, Icc::iar1) == spi);
  CHECK(v.icc(0, Icc::iar1) == spurious);
}

// IHI 0069H, ICC_BPR1_EL1.
TEST_CASE("GICv3: with CBPR, BPR1 follows BPR0", "[models][gic]") {
  V3 v;
  v.icc(0, Icc::bpr0, 4);
  v.icc(0, Icc::ctlr, 1);
  CHECK(v.icc(0, Icc::bpr1) == 5);
  v.icc(0, Icc::bpr1, 7);
  CHECK(v.icc(0, Icc::bpr1) == 5);
  v.icc(0, Icc::ctlr, 0);
  CHECK(v.icc(0, Icc::bpr1) == 3);
}

tlm::tlm_response_status access(BusMaster& master, std::uint64_t address, unsigned size,
                                unsigned char* enables = nullptr, unsigned streaming = 0) {
  unsigned char data[16] = {};
  tlm::tlm_generic_payload payload;
  payload.set_read();
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(size);
  payload.set_streaming_width(streaming == 0 ? size : streaming);
  payload.set_byte_enable_ptr(enables);
  sc_core::sc_time delay;
  master.socket->b_transport(payload, delay);
  return payload.get_response_status();
}

TEST_CASE("a stranger's access gets the response that it deserves", "[models][gic]") {
  V2 v;
  unsigned char enables[4] = {};
  CHECK(access(v.distributor, 0x004, 4) == tlm::TLM_OK_RESPONSE);
  CHECK(access(v.distributor, 0x004, 1) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(access(v.distributor, 0x400, 1) == tlm::TLM_OK_RESPONSE);
  CHECK(access(v.distributor, 0x401, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(access(v.distributor, 0x100, 8) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(access(v.distributor, 0x100, 3) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(access(v.distributor, 0x1000, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(access(v.cpu0, 0x1000, 4) == tlm::TLM_OK_RESPONSE);
  CHECK(access(v.cpu0, 0x2000, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(access(v.cpu0, 0, 4, enables) == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  CHECK(access(v.cpu0, 0, 4, nullptr, 2) == tlm::TLM_BURST_ERROR_RESPONSE);
}

TEST_CASE("GICv3: redistributors and system registers end where they end", "[models][gic]") {
  V3 v;
  CHECK(access(v.redistributor, 0x20008, 8) == tlm::TLM_OK_RESPONSE);
  CHECK(v.redistributor.read(0x20008, 8) == (std::uint64_t{1} << 32 | 1U << 8 | 1U << 4));
  CHECK(access(v.redistributor, 0x40000, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  const auto address = [](Icc reg) { return std::uint64_t{8} * static_cast<unsigned>(reg); };
  CHECK(v.icc0.read(address(Icc::pmr), 8) == 0xf0);
  CHECK(access(v.icc0, address(Icc::pmr), 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(access(v.icc0, address(Icc::eoir1), 8) == tlm::TLM_ADDRESS_ERROR_RESPONSE);  // Write-only.
  CHECK(access(v.icc0, 8, 8) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

/// A small generator: the tests are the same everywhere.
struct Dice {
  std::uint64_t state;
  std::uint64_t roll(std::uint64_t sides) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % sides;
  }
};

/// A register bank and addresses to try, most of which are there.
struct Bank {
  BusMaster* master;
  std::uint64_t (*address)(Dice& dice);
};

std::uint64_t address_of_frame(Dice& dice) {
  return dice.roll(8) == 0 ? dice.roll(0x50000) : dice.roll(0x480) * 4;
}

std::uint64_t address_of_redistributor(Dice& dice) {
  return dice.roll(2) * 0x20000 + dice.roll(2) * 0x10000 + dice.roll(0x400) * 4;
}

std::uint64_t address_of_system_register(Dice& dice) {
  const auto crm = static_cast<unsigned>(8 + dice.roll(5));
  const auto op2 = static_cast<unsigned>(dice.roll(8));
  const unsigned reg =
      dice.roll(8) == 0 ? static_cast<unsigned>(Icc::pmr) : system_register(3, 0, 12, crm, op2);
  return std::uint64_t{8} * reg;
}

// Any sequence of accesses, sensible or not. What was read and requested.
template <class V>
std::vector<std::uint64_t> storm(V& v, const std::vector<Bank>& banks, std::uint64_t seed) {
  Dice dice{seed};
  std::vector<std::uint64_t> seen;
  for (int n = 0; n < 20000; ++n) {
    const Bank& bank = banks[dice.roll(banks.size())];
    const std::uint64_t address = bank.address(dice);
    const unsigned size = dice.roll(4) == 0 ? 1U << dice.roll(4) : address % 8 == 0 ? 8U : 4U;
    if (dice.roll(2) == 0) {
      seen.push_back(bank.master->read(address, size).value_or(~std::uint64_t{0}));
    } else {
      bank.master->write(address, size, dice.roll(1U << 31) * dice.roll(4));
    }
    if (dice.roll(4) == 0) {
      v.gic.set_pin(v.rig.exec(), 32 + static_cast<unsigned>(dice.roll(32)), dice.roll(2) != 0);
    }
    seen.push_back(v.gic.irq(v.rig.exec(), 0) ? 1 : 0);
    seen.push_back(v.gic.fiq(v.rig.exec(), 0) ? 1 : 0);
  }
  return seen;
}

template <class V>
void check_storm(V& v, const std::vector<Bank>& banks) {
  const World before = v.rig.exec().world();
  const std::vector<std::uint64_t> first = storm(v, banks, 1);
  CHECK(std::count(first.begin(), first.end(), 1) > 100);  // It was not all refused.
  CHECK(v.rig.impossible_flag().empty());
  v.rig.exec().world().load(before.bytes());
  CHECK(storm(v, banks, 1) == first);
}

TEST_CASE("GICv2: no access does harm, and no state is hidden", "[models][gic]") {
  V2 v;
  check_storm(v, {{&v.distributor, address_of_frame}, {&v.cpu0, address_of_frame}});
}

TEST_CASE("GICv3: no access does harm, and no state is hidden", "[models][gic]") {
  V3 v;
  check_storm(v, {{&v.distributor, address_of_frame},
                  {&v.redistributor, address_of_redistributor},
                  {&v.icc0, address_of_system_register}});
}

}  // namespace
}  // namespace irqloom
