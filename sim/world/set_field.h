// Bitmaps: fields of which every bit stands for a number.
//
// A trace shows what came into the set and what went, and no mask: "lapic0.irr vector 0x51 0>1".
// Element 0 of an array holds the lowest numbers.
#pragma once

#include "sim/world/field.h"

namespace irqloom {

/// The table's entry for a bitmap is a hexadecimal field with one label: what a bit stands for.
constexpr bool is_set(const Field& field) {
  return field.kind == FieldKind::hex && field.labels.size() == 1;
}

}  // namespace irqloom

/// `nouns`: a static array of one string, what a bit of the member stands for.
#define IRQLOOM_SET(member, nouns)                                               \
  irqloom::detail::make_field<decltype(S::member)>(#member, offsetof(S, member), \
                                                   irqloom::FieldKind::hex, nouns)
