#include "models/irqchip/gic_fields.h"

#include <algorithm>
#include <iterator>

#include "models/irqchip/gicd.h"

namespace irqloom::gic {

namespace {

struct Block {
  Field field;
  const char* name;
  unsigned offset;
  unsigned bytes;
  unsigned bits;
};

constexpr Block blocks[] = {
    {Field::group, "IGROUPR", gicd_igroupr, 0x80, 1},
    {Field::set_enable, "ISENABLER", gicd_isenabler, 0x80, 1},
    {Field::clear_enable, "ICENABLER", gicd_icenabler, 0x80, 1},
    {Field::set_pending, "ISPENDR", gicd_ispendr, 0x80, 1},
    {Field::clear_pending, "ICPENDR", gicd_icpendr, 0x80, 1},
    {Field::set_active, "ISACTIVER", gicd_isactiver, 0x80, 1},
    {Field::clear_active, "ICACTIVER", gicd_icactiver, 0x80, 1},
    {Field::priority, "IPRIORITYR", gicd_ipriorityr, 0x400, 8},
    {Field::targets, "ITARGETSR", gicd_itargetsr, 0x400, 8},
    {Field::config, "ICFGR", gicd_icfgr, 0x100, 2},
    {Field::clear_sgi_source, "CPENDSGIR", gicd_cpendsgir, 0x10, 8},
    {Field::set_sgi_source, "SPENDSGIR", gicd_spendsgir, 0x10, 8},
};

const Block* block_at(std::uint64_t offset) {
  const auto* const found = std::ranges::find_if(blocks, [offset](const Block& b) {
    return offset >= b.offset && offset < b.offset + b.bytes;
  });
  return found == std::end(blocks) ? nullptr : found;
}

void set_if(std::uint8_t& bit, unsigned asked) {
  if (asked != 0) bit = 1;
}

void clear_if(std::uint8_t& bit, unsigned asked) {
  if (asked != 0) bit = 0;
}

}  // namespace

std::optional<FieldAccess> decode(std::uint64_t offset, unsigned size) {
  const Block* b = block_at(offset);
  if (b == nullptr || size > 4 || (b->bits < 8 && size != 4)) return std::nullopt;
  const unsigned at = static_cast<unsigned>(offset) - b->offset;
  return FieldAccess{b->field, at * 8 / b->bits, size * 8 / b->bits, b->bits};
}

unsigned read(const GicIrq& irq, Field field) {
  switch (field) {
    case Field::group:
      return irq.group;
    case Field::set_enable:
    case Field::clear_enable:
      return irq.enable;
    case Field::set_pending:
    case Field::clear_pending:
      return is_pending(irq) ? 1 : 0;
    case Field::set_active:
    case Field::clear_active:
      return irq.active;
    case Field::priority:
      return irq.priority;
    case Field::targets:
      return irq.targets;
    case Field::config:
      return irq.edge * 2U;  // Bit 1 of two; bit 0 is reserved.
    case Field::clear_sgi_source:
    case Field::set_sgi_source:
      return irq.latch;
  }
  return 0;
}

void write(GicIrq& irq, Field field, unsigned value) {
  const auto byte = static_cast<std::uint8_t>(value);
  switch (field) {
    case Field::group:
      irq.group = byte;
      break;
    case Field::set_enable:
      set_if(irq.enable, value);
      break;
    case Field::clear_enable:
      clear_if(irq.enable, value);
      break;
    case Field::set_pending:
      set_if(irq.latch, value);
      break;
    case Field::clear_pending:
      clear_if(irq.latch, value);
      break;
    case Field::set_active:
      set_if(irq.active, value);
      break;
    case Field::clear_active:
      clear_if(irq.active, value);
      break;
    case Field::priority:
      irq.priority = byte;
      break;
    case Field::targets:
      irq.targets = byte;
      break;
    case Field::config:
      irq.edge = static_cast<std::uint8_t>(byte >> 1);
      break;
    case Field::clear_sgi_source:
      irq.latch = static_cast<std::uint8_t>(irq.latch & ~byte);
      break;
    case Field::set_sgi_source:
      irq.latch = static_cast<std::uint8_t>(irq.latch | byte);
      break;
  }
}

}  // namespace irqloom::gic

std::string irqloom::gicd_name(unsigned offset) {
  if (offset == gicd_ctlr) return "CTLR";
  const auto* block = gic::block_at(offset);
  if (block == nullptr) return "?";
  return block->name + std::to_string((offset - block->offset) / 4);
}
