// What a run or an exploration says about a scenario.
#pragma once

#include <cstdint>
#include <string_view>

namespace irqloom {

/// Among several, violated goes before inconclusive before holds.
enum class Verdict : std::uint8_t { holds, violated, inconclusive };

/// What was found about a property: how it is broken, or that a state shows what is to be reached.
enum class FindingKind : std::uint8_t {
  safety,       ///< A step or a state breaks it.
  deadlock,     ///< Contexts wait for one another.
  liveness,     ///< Something never comes, or goes on for ever.
  unreachable,  ///< No state is what `reachable` asks for.
  witness       ///< A state is; nothing is broken.
};

constexpr std::string_view to_string(Verdict v) {
  constexpr std::string_view names[] = {"holds", "violated", "inconclusive"};
  return names[static_cast<std::size_t>(v)];
}
constexpr std::string_view to_string(FindingKind k) {
  constexpr std::string_view names[] = {"safety", "deadlock", "liveness", "unreachable", "witness"};
  return names[static_cast<std::size_t>(k)];
}

}  // namespace irqloom
