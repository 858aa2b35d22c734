// The system registers of a GICv3 CPU interface, by their encoding.
#pragma once

#include <cstdint>

namespace irqloom {

/// op0, op1, CRn, CRm and op2 as in bits 20:5 of MRS and MSR (ARM DDI 0487, C5.1.2).
constexpr std::uint16_t system_register(unsigned op0, unsigned op1, unsigned crn, unsigned crm,
                                        unsigned op2) {
  return static_cast<std::uint16_t>(op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2);
}

/// ICC_<NAME>_EL1; ARM IHI 0069H, table 12-12. Those of the security state that is not there are
/// left out.
enum class Icc : std::uint16_t {
  pmr = system_register(3, 0, 4, 6, 0),
  iar0 = system_register(3, 0, 12, 8, 0),
  eoir0 = system_register(3, 0, 12, 8, 1),
  hppir0 = system_register(3, 0, 12, 8, 2),
  bpr0 = system_register(3, 0, 12, 8, 3),
  ap0r0 = system_register(3, 0, 12, 8, 4),
  ap1r0 = system_register(3, 0, 12, 9, 0),
  dir = system_register(3, 0, 12, 11, 1),
  rpr = system_register(3, 0, 12, 11, 3),
  sgi1r = system_register(3, 0, 12, 11, 5),
  asgi1r = system_register(3, 0, 12, 11, 6),
  sgi0r = system_register(3, 0, 12, 11, 7),
  iar1 = system_register(3, 0, 12, 12, 0),
  eoir1 = system_register(3, 0, 12, 12, 1),
  hppir1 = system_register(3, 0, 12, 12, 2),
  bpr1 = system_register(3, 0, 12, 12, 3),
  ctlr = system_register(3, 0, 12, 12, 4),
  sre = system_register(3, 0, 12, 12, 5),
  igrpen0 = system_register(3, 0, 12, 12, 6),
  igrpen1 = system_register(3, 0, 12, 12, 7)
};

}  // namespace irqloom
