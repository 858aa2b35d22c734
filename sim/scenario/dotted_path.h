#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/scenario/tree.h"

namespace irqloom::scenario {

/// By the JSON pointer of an object: the names that its members may have, some with dots in them.
using KnownNames = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The names of a path through `document` that was cut at every dot, although names may have dots:
/// of those that `known` lists, or else of the members that are there, the one that fits is put
/// together again. In an object of which names are known, what fits none of them is one name.
///
/// Nothing where several members fit: `ambiguous` gets their pointers then.
std::vector<std::string> join_names(const Json& document, const std::vector<std::string>& parts,
                                    const KnownNames& known, std::vector<std::string>& ambiguous);

}  // namespace irqloom::scenario
