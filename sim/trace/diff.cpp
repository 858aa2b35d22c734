#include "sim/trace/diff.h"

#include <cstring>

namespace irqloom::trace {

namespace {

void diff_field(SlotIndex slot, const Field& field, std::span<const std::byte> before,
                std::span<const std::byte> after, std::vector<Change>& changes) {
  const std::size_t bytes = std::size_t{field.size} * field.count;
  if (std::memcmp(before.data() + field.offset, after.data() + field.offset, bytes) == 0) return;
  for (std::uint16_t i = 0; i < field.count; ++i) {
    const std::uint64_t was = read_field(field, before, i);
    const std::uint64_t is = read_field(field, after, i);
    if (was != is) changes.push_back(Change{slot, &field, i, was, is});
  }
}

}  // namespace

void diff(const Fabric& fabric, const StepRecord& record, std::vector<Change>& changes,
          Stacks stacks, Ghosts ghosts) {
  changes.clear();
  for (const SlotIndex s : record.written) {
    const SlotInfo& slot = fabric.layout().slots()[s];
    if (ghosts == Ghosts::skip && slot.name.starts_with("ghost.")) continue;
    std::span<const Field> fields = slot.fields;
    if (fields.empty() && stacks == Stacks::headers) fields = FieldsOf<ContextState>::table;
    for (const Field& field : fields) {
      if (field.kind == FieldKind::hidden) continue;
      diff_field(s, field, record.before->bytes(slot), record.after->bytes(slot), changes);
    }
  }
}

}  // namespace irqloom::trace
