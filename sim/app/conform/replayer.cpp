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

std::vector<Replayer::Entry> Replayer::all() {
  std::vector<Entry> sorted = registry();
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry& a, const Entry& b) { return a.model < b.model; });
  return sorted;
}

}  // namespace irqloom::app::conform
