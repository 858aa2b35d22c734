#include "sim/app/conform/replayer.h"

#include <algorithm>

namespace irqloom::app::conform {
namespace {

std::vector<Replayer::Entry>& registry() {
  static std::vector<Replayer::Entry> entries;
  return entries;
}

}  // namespace

Replayer::Register::Register(const Entry& entry) {
  registry().push_back(entry);
}

std::optional<Difference> Replayer::compare(const Record& op, const char* key, const Json& got) {
  shown_[key] = got;
  if (!op.has(key)) return std::nullopt;
  const Json& expected = op.value(key);
  if (expected == got) return std::nullopt;
  return Difference{{{key, expected}}, {{key, got}}};
}

std::vector<Replayer::Entry> Replayer::all() {
  std::vector<Entry> sorted = registry();
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry& a, const Entry& b) { return a.model < b.model; });
  return sorted;
}

}  // namespace irqloom::app::conform
