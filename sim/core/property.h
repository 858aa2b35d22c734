// Properties: what must hold, and of which kind each is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sim/registry.h"
#include "sim/world/world.h"

namespace irqloom {

enum class PropertyKind : std::uint8_t {
  event,        ///< Reported by a monitor or the engine when a step breaks it.
  never,        ///< No reachable state satisfies p.
  always,       ///< Every reachable state satisfies p.
  recoverable,  ///< From every reachable state with p false, p can be reached without help.
  eventually,   ///< Every fair execution reaches p.
  leads_to,     ///< After p, every fair execution reaches q.
  reachable,    ///< Some reachable state satisfies p: the guard against a vacuous pass.
  no_cycle      ///< No fair cycle has mark p_mark and none of the marks in without.
};

/// True for kinds that need the numbered graph of the second pass.
constexpr bool needs_graph(PropertyKind k) {
  return k == PropertyKind::recoverable || k == PropertyKind::eventually ||
         k == PropertyKind::leads_to || k == PropertyKind::no_cycle;
}

using Predicate = std::function<bool(const World&)>;

struct Property {
  std::string name;  ///< "lost-interrupt"
  PropertyKind kind = PropertyKind::event;
  std::string where;         ///< What it speaks of: a device, a line, a label. May be empty.
  std::string message;       ///< One sentence that says why breaking it is bad.
  Predicate p = {};          ///< See PropertyKind; unused by event and no_cycle.
  Predicate q = {};          ///< For leads_to.
  std::uint8_t mark = 0;     ///< no_cycle: this edge mark must occur in the cycle...
  std::uint8_t without = 0;  ///< ...and none of these.
};

/// A property that every scenario may name without defining it. Registered where it is reported or
/// judged.
struct PropertyType {
  std::string_view name;         ///< "lost-interrupt"
  std::string_view what = {};    ///< What breaks it, in one line.
  std::string_view source = {};  ///< Who watches: a file of ours or a kernel mechanism.
  /// Judged where a scenario names it, and not where a scenario names none.
  bool by_name_only = false;
};

using PropertyTypes = Registry<PropertyType>;

/// One broken property, as a step or state showed it. Two with equal property and where are one
/// finding.
struct Violation {
  std::string property;
  std::string where;
  std::string message;

  friend bool operator==(const Violation&, const Violation&) = default;
};

}  // namespace irqloom
