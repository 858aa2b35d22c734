// The architectures of machines.
#pragma once

#include <cstdint>
#include <string_view>

namespace irqloom {

enum class Arch : std::uint8_t { x86, arm64 };

/// On which of them something exists.
enum class Archs : std::uint8_t { x86, arm64, both };

constexpr bool exists_on(Archs where, Arch arch) {
  return where == Archs::both || (where == Archs::x86) == (arch == Arch::x86);
}

/// "x86" or "arm64".
constexpr std::string_view name_of(Arch arch) {
  return arch == Arch::x86 ? "x86" : "arm64";
}

/// "x86", "arm64" or "x86, arm64".
constexpr std::string_view name_of(Archs where) {
  if (where == Archs::both) return "x86, arm64";
  return name_of(where == Archs::x86 ? Arch::x86 : Arch::arm64);
}

}  // namespace irqloom
