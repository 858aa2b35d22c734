// Field tables: one per state struct, beside its definition, naming every byte of it.
// Dump, diff, watch, VCD and footprints come from the table, so a field cannot be forgotten in one
// of them: a table that leaves a byte out does not compile.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace irqloom {

/// How a field's value is shown. `hex` for registers and vectors, `labels` where names exist;
/// `hidden` where it says nothing that others do not: no trace and no table shows it.
enum class FieldKind : std::uint8_t { flag, number, hex, hidden };

/// One member of a state struct: an integer, or an array of integers.
struct Field {
  std::string_view name;                          ///< As in the kernel or the specification.
  std::uint16_t offset = 0;                       ///< Bytes from the start of the struct.
  std::uint8_t size = 0;                          ///< Bytes of one element: 1, 2, 4 or 8.
  std::uint16_t count = 1;                        ///< Elements; more than 1 for arrays.
  FieldKind kind = FieldKind::number;             ///< How to print it.
  std::span<const std::string_view> labels = {};  ///< Names of the values 0, 1, ...; may be empty.
};

/// Specialised by IRQLOOM_FIELDS for every struct that lives in the world.
template <class T>
struct FieldsOf;

/// A struct that may live in the world: bytes that compare like values, and a field table.
template <class T>
concept WorldState =
    std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> && requires {
  FieldsOf<T>::table;
};

namespace detail {

template <class M>
using Element = std::remove_all_extents_t<M>;

template <class M>
constexpr Field make_field(std::string_view name, std::size_t offset, FieldKind kind,
                           std::span<const std::string_view> labels = {}) {
  static_assert(std::is_integral_v<Element<M>> || std::is_enum_v<Element<M>>,
                "a field is an integer, an enumeration, or an array of them");
  return Field{name,
               static_cast<std::uint16_t>(offset),
               static_cast<std::uint8_t>(sizeof(Element<M>)),
               static_cast<std::uint16_t>(sizeof(M) / sizeof(Element<M>)),
               kind,
               labels};
}

/// True when the fields, in order, cover bytes [0, size) without gap or overlap.
template <std::size_t N>
constexpr bool covers(const std::array<Field, N>& table, std::size_t size) {
  std::size_t next = 0;
  for (const Field& f : table) {
    if (f.offset != next) return false;
    next += std::size_t{f.size} * f.count;
  }
  return next == size;
}

}  // namespace detail

/// Reads element `index` of a field out of the bytes of its struct, zero-extended.
std::uint64_t read_field(const Field& field, std::span<const std::byte> bytes, std::size_t index);

/// The value as text: a label, `0x..`, or decimal.
std::string format_field(const Field& field, std::uint64_t value);

}  // namespace irqloom

// Lists the members of a struct in order. Use at global scope, right after the struct.
#define IRQLOOM_FIELDS(TYPE, ...)                                                               \
  template <>                                                                                   \
  struct irqloom::FieldsOf<TYPE> {                                                              \
    using S = TYPE;                                                                             \
    static constexpr std::array table = {__VA_ARGS__};                                          \
    static_assert(std::has_unique_object_representations_v<S>, #TYPE " has padding");           \
    static_assert(irqloom::detail::covers(table, sizeof(S)), "fields of " #TYPE " incomplete"); \
  }

#define IRQLOOM_FLAG(member)                                                     \
  irqloom::detail::make_field<decltype(S::member)>(#member, offsetof(S, member), \
                                                   irqloom::FieldKind::flag)
#define IRQLOOM_NUMBER(member)                                                   \
  irqloom::detail::make_field<decltype(S::member)>(#member, offsetof(S, member), \
                                                   irqloom::FieldKind::number)
#define IRQLOOM_HEX(member)                                                      \
  irqloom::detail::make_field<decltype(S::member)>(#member, offsetof(S, member), \
                                                   irqloom::FieldKind::hex)
#define IRQLOOM_HIDDEN(member)                                                   \
  irqloom::detail::make_field<decltype(S::member)>(#member, offsetof(S, member), \
                                                   irqloom::FieldKind::hidden)
#define IRQLOOM_LABELS(member, names)                                            \
  irqloom::detail::make_field<decltype(S::member)>(#member, offsetof(S, member), \
                                                   irqloom::FieldKind::number, names)
