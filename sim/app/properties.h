// What a scenario judges, and the properties and assumptions that it states itself.
#pragma once

#include <string>
#include <vector>

#include "sim/app/members.h"
#include "sim/core/assume.h"
#include "sim/core/fabric.h"

namespace irqloom::app {

/// The "properties" of a scenario.
struct PropertyChoice {
  /// Names, sorted. Without a list all built-in ones; where it only leaves some out, all others.
  std::vector<std::string> judged;
  std::vector<Member> defined;  ///< Those that are not built-in, sorted by name.
};

/// Reads the names and kinds, and leaves the predicates alone. Throws InputError.
PropertyChoice read_properties(const scenario::Cursor& properties);

/// Adds the scenario's own properties to a fabric that is elaborated and not sealed yet, and which
/// outlives them. Throws InputError.
void add_properties(Fabric& fabric, const std::vector<Member>& defined);

/// Reads "assume" for a sealed fabric. Throws InputError, also where contexts would wait for one
/// another.
std::vector<Assumption> read_assumptions(const scenario::Cursor& assume, const Fabric& fabric);

}  // namespace irqloom::app
