#include "sim/scenario/mistakes.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace irqloom::scenario {
namespace {

// Nobody mends more at a time, and each is compared with all others.
constexpr std::size_t most_kept = 100;

/// Whether `inner` is `outer` or a part of it. The whole document is no part of anything.
bool is_within(std::string_view inner, std::string_view outer) {
  return !outer.empty() && inner.starts_with(outer) &&
         (inner.size() == outer.size() || inner[outer.size()] == '/');
}

/// A patch stands in the document too, and what is wrong in it is met again in what it patched.
bool is_of_same_patch(const Mistake& inner, const Mistake& outer) {
  return inner.line != 0 && inner.line == outer.line && inner.column == outer.column &&
         outer.pointer.ends_with(inner.pointer);
}

}  // namespace

// What was wrong was read as something else: what is said about the same value afterwards, about a
// part of it or about the whole that it is in, probably comes from that.
bool Mistakes::is_consequence(const Mistake& mistake) const {
  return std::any_of(kept_.begin(), kept_.end(), [&](const Mistake& known) {
    if (mistake.pointer.empty()) return mistake.message == known.message;
    return is_within(mistake.pointer, known.pointer) || is_within(known.pointer, mistake.pointer) ||
           is_of_same_patch(mistake, known);
  });
}

void Mistakes::keep(const InputError& error) {
  for (const Mistake& mistake : error.mistakes()) {
    ++met_;
    if (kept_.size() < most_kept && !is_consequence(mistake)) kept_.push_back(mistake);
  }
}

void Mistakes::settle() {
  if (kept_.empty()) return;
  std::stable_sort(kept_.begin(), kept_.end(), [](const Mistake& a, const Mistake& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  throw InputError(std::exchange(kept_, {}));
}

}  // namespace irqloom::scenario
