// The registers that hold one field per interrupt: where they are, and what an access of them does.
// Their layout is the same in the distributors of GICv2 and GICv3 and in a redistributor's SGI
// frame.
//
// ARM IHI 0048B.b, table 4-1; ARM IHI 0069H, tables 12-25 and 12-27.
#pragma once

#include <cstdint>
#include <optional>

#include "models/irqchip/gic_irq.h"

namespace irqloom::gic {

enum class Field : std::uint8_t {
  group,             ///< IGROUPR
  set_enable,        ///< ISENABLER
  clear_enable,      ///< ICENABLER
  set_pending,       ///< ISPENDR
  clear_pending,     ///< ICPENDR
  set_active,        ///< ISACTIVER
  clear_active,      ///< ICACTIVER
  priority,          ///< IPRIORITYR
  targets,           ///< ITARGETSR, GICv2
  config,            ///< ICFGR
  clear_sgi_source,  ///< CPENDSGIR, GICv2
  set_sgi_source     ///< SPENDSGIR, GICv2
};

/// The fields that one access covers.
struct FieldAccess {
  Field field = Field::group;
  unsigned first = 0;  ///< INTID.
  unsigned count = 0;
  unsigned bits = 1;  ///< Per interrupt.
};

/// Nothing where no such register is, or none of that size: fields of a byte take accesses of 1, 2
/// and 4 bytes, narrower ones of 4 only. `offset` is a multiple of `size`.
std::optional<FieldAccess> decode(std::uint64_t offset, unsigned size);

/// The value that a read of this field shows.
unsigned read(const GicIrq& irq, Field field);

/// Writes the field. Set and clear registers ignore zeros.
void write(GicIrq& irq, Field field, unsigned value);

}  // namespace irqloom::gic
