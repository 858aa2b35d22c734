// What a run or an exploration says about a scenario.
#pragma once

#include <cstdint>
#include <string_view>

namespace irqloom {

/// Among several, violated goes before inconclusive before holds.
enum class Verdict : std::uint8_t { holds, violated, inconclusive };

/// The kind of a broken property.
enum class FindingKind : std::uint8_t { safety, deadlock, liveness };

constexpr std::string_view to_string(Verdict v) {
  constexpr std::string_view names[] = {"holds", "violated", "inconclusive"};
  return names[static_cast<std::size_t>(v)];
}
constexpr std::string_view to_string(FindingKind k) {
  constexpr std::string_view names[] = {"safety", "deadlock", "liveness"};
  return names[static_cast<std::size_t>(k)];
}

}  // namespace irqloom
