// Order in objects: a scenario's collections are objects keyed by name, and their order in the file
// never counts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/cursor.h"

namespace irqloom::app {

/// A member of an object: its name and what stands there.
using Member = std::pair<std::string, scenario::Cursor>;

/// The members, sorted by name; none if there is no object.
std::vector<Member> by_name(const scenario::Cursor& object);

/// The members, sorted by their number "order" (0 if it is missing), then by name; none if there is
/// no object.
std::vector<Member> by_order(const scenario::Cursor& object);

/// Throws InputError at the key unless it can name a part of the fabric: lower-case letters, digits
/// and hyphens, a letter first, at most 31 characters, and none of the platform's own names.
void check_part_name(const Member& member);

}  // namespace irqloom::app
