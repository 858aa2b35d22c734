#include "sim/explore/store.h"

#include <algorithm>

namespace irqloom::explore {

namespace {

// No entry looks like this: its number would be the table's size - 1, and the table is never full.
constexpr std::uint32_t vacant = ~std::uint32_t{0};
constexpr std::size_t first_table = 64;

}  // namespace

StateStore::StateStore()
    : table_(first_table, vacant), number_mask_(static_cast<std::uint32_t>(first_table - 1)) {}

// The entry that holds the state, or the vacant one at which it belongs.
std::size_t StateStore::locate(const Fingerprint& state) const {
  const std::size_t last = table_.size() - 1;
  std::size_t at = state.low & last;
  for (;; at = (at + 1) & last) {
    const std::uint32_t e = table_[at];
    if (e == vacant) return at;
    if (((e ^ tag(state)) & ~number_mask_) != 0) continue;
    if (fingerprint(e & number_mask_) == state) return at;
  }
}

StateNumber StateStore::find(const Fingerprint& state) const {
  const std::uint32_t e = table_[locate(state)];
  return e == vacant ? no_state : e & number_mask_;
}

StateStore::Inserted StateStore::insert(const Fingerprint& state, const Link& link) {
  std::size_t at = locate(state);
  if (table_[at] != vacant) return Inserted{table_[at] & number_mask_, false};
  if (size() >= table_.size() / 4 * 3) {
    rebuild();
    at = locate(state);
  }
  const auto n = static_cast<StateNumber>(size());
  fingerprints_.push_back(state);
  links_.push_back(link);
  table_[at] = entry(state, n);
  return Inserted{n, true};
}

void StateStore::rebuild() {
  const std::size_t entries = table_.size() * 2;
  table_ = std::vector<std::uint32_t>();
  table_.assign(entries, vacant);
  number_mask_ = static_cast<std::uint32_t>(entries - 1);
  for (StateNumber n = 0; n < size(); ++n) {
    const Fingerprint& state = fingerprint(n);
    std::size_t at = state.low & (entries - 1);
    while (table_[at] != vacant)
      at = (at + 1) & (entries - 1);
    table_[at] = entry(state, n);
  }
}

std::size_t StateStore::memory() const {
  return fingerprints_.memory() + links_.memory() + table_.size() * sizeof(std::uint32_t);
}

double StateStore::bytes_per_state() const {
  if (size() == 0) return 0;
  const std::size_t table = table_.size() * sizeof(std::uint32_t);
  return static_cast<double>(table) / static_cast<double>(size()) + sizeof(Fingerprint) +
         sizeof(Link);
}

std::vector<PathStep> path_to(const StateStore& store, StateNumber state) {
  std::vector<PathStep> path;
  for (StateNumber n = state; store.link(n).parent != no_state; n = store.link(n).parent) {
    path.push_back(PathStep{store.link(n).context, store.link(n).choice});
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace irqloom::explore
