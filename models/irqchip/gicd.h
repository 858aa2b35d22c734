// Offsets of a distributor's registers: the same in GICv2, in GICv3 and in KVM's virtual ones.
//
// ARM IHI 0048B.b, table 4-1; ARM IHI 0069H, table 12-25.
#pragma once

#include <string>

namespace irqloom {

inline constexpr unsigned gicd_ctlr = 0x000;
inline constexpr unsigned gicd_typer = 0x004;
inline constexpr unsigned gicd_iidr = 0x008;
inline constexpr unsigned gicd_igroupr = 0x080;
inline constexpr unsigned gicd_isenabler = 0x100;
inline constexpr unsigned gicd_icenabler = 0x180;
inline constexpr unsigned gicd_ispendr = 0x200;
inline constexpr unsigned gicd_icpendr = 0x280;
inline constexpr unsigned gicd_isactiver = 0x300;
inline constexpr unsigned gicd_icactiver = 0x380;
inline constexpr unsigned gicd_ipriorityr = 0x400;
inline constexpr unsigned gicd_itargetsr = 0x800;
inline constexpr unsigned gicd_icfgr = 0xc00;
inline constexpr unsigned gicd_sgir = 0xf00;       ///< GICv2.
inline constexpr unsigned gicd_cpendsgir = 0xf10;  ///< GICv2.
inline constexpr unsigned gicd_spendsgir = 0xf20;  ///< GICv2.
inline constexpr unsigned gicd_irouter = 0x6000;   ///< GICv3; 64 bits per interrupt.

/// "ISENABLER1" of 0x104; "?" for a register that has no name here.
std::string gicd_name(unsigned offset);

}  // namespace irqloom
