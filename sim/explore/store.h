// The set of visited states: fingerprints, numbered in the order of discovery, and for each the
// transition that found it first.
//
// 24 bytes a state are in blocks that never move; an open-addressing table of 4-byte entries finds
// them. Growing drops the table and rebuilds it from the blocks, so that no memory is held twice.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/ids.h"
#include "sim/explore/blocks.h"
#include "sim/explore/finding.h"
#include "sim/explore/fingerprint.h"

namespace irqloom::explore {

/// A state's position in the order of discovery; 0 is the initial state.
using StateNumber = std::uint32_t;
inline constexpr StateNumber no_state = ~StateNumber{0};
inline constexpr std::uint64_t most_states = no_state - std::uint64_t{1};

/// How a state was found first. The initial state has parent no_state.
struct Link {
  StateNumber parent = no_state;
  ContextId context = 0;
  std::uint16_t choice = 0;
};

/// At most most_states.
class StateStore {
 public:
  struct Inserted {
    StateNumber number = no_state;
    bool is_new = false;
  };

  StateStore();

  /// The number of the state; a new one when it was unknown.
  Inserted insert(const Fingerprint& state, const Link& link);
  /// The number of the state, or no_state.
  StateNumber find(const Fingerprint& state) const;

  std::size_t size() const { return fingerprints_.size(); }
  const Fingerprint& fingerprint(StateNumber n) const { return fingerprints_[n]; }
  const Link& link(StateNumber n) const { return links_[n]; }

  /// Bytes allocated.
  std::size_t memory() const;
  /// Bytes in use per state: what counts once blocks are many.
  double bytes_per_state() const;

 private:
  std::size_t locate(const Fingerprint& state) const;
  std::uint32_t entry(const Fingerprint& state, StateNumber n) const {
    return (tag(state) & ~number_mask_) | n;
  }
  static std::uint32_t tag(const Fingerprint& state) {
    return static_cast<std::uint32_t>(state.high);
  }
  void rebuild();

  /// Entries: the state's number in the low bits, and a tag from its fingerprint in the others.
  std::vector<std::uint32_t> table_;
  std::uint32_t number_mask_ = 0;  ///< table_.size() - 1, which is more than any number in it.
  Blocks<Fingerprint> fingerprints_;
  Blocks<Link> links_;
};

/// The transitions that found `state` first, from the initial state.
std::vector<PathStep> path_to(const StateStore& store, StateNumber state);

}  // namespace irqloom::explore
