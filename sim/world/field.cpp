#include "sim/world/field.h"

#include <cstring>

#include "sim/world/set_field.h"

namespace irqloom {

std::uint64_t read_field(const Field& field, std::span<const std::byte> bytes, std::size_t index) {
  // Little-endian hosts only: the world is never written to a file, so its byte order is ours.
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + field.offset + index * field.size, field.size);
  return value;
}

std::string format_field(const Field& field, std::uint64_t value) {
  if (value < field.labels.size() && !is_set(field)) return std::string(field.labels[value]);
  if (field.kind != FieldKind::hex) return std::to_string(value);
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[value % 16]);
    value /= 16;
  } while (value != 0);
  return "0x" + digits;
}

}  // namespace irqloom
