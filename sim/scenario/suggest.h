#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace irqloom::scenario {

/// How many edits turn `left` into `right`, where an edit inserts, deletes or replaces one byte or
/// swaps two neighbours (Damerau-Levenshtein in its "optimal string alignment" form: no byte is
/// edited twice). Letter case counts for nothing, and '-' and '_' are the same.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The one of `names` that somebody who wrote `word` probably meant, or "" if none is near: at most
/// a third of the longer of the two may differ (but always one edit is allowed). Among equally near
/// names the first one wins.
std::string nearest(std::string_view word, const std::vector<std::string>& names);

/// `"a", "b" or "c"`; for no names at all, `nothing`.
std::string list_of(const std::vector<std::string>& names);

}  // namespace irqloom::scenario
