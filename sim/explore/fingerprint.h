// 128-bit fingerprints of worlds, kept up to date word by word.
//
// The fingerprint of a world is the XOR, over its words of 8 bytes, of XXH3_128(index, word), so
// that a step rehashes only what it changed: the old word goes out, the new one comes in. The index
// is part of what is hashed rather than a seed, because XXH3 adds its seed to an input as short as
// this: two words at different places whose difference is that of the seeds would cancel out.
// Two of n states share a fingerprint with probability about n^2 / 2^129: 10^-21 for 10^9 states.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/world/world.h"

namespace irqloom::explore {

struct Fingerprint {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  Fingerprint& operator^=(const Fingerprint& other) {
    low ^= other.low;
    high ^= other.high;
    return *this;
  }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// The word at `index` of a world's bytes, which are a multiple of 8.
inline std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t index) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + index * sizeof word, sizeof word);
  return word;
}

/// The share of one word in its world's fingerprint.
inline Fingerprint fingerprint_of(std::uint64_t index, std::uint64_t word) {
  const std::uint64_t input[] = {index, word};
  const XXH128_hash_t h = XXH3_128bits(input, sizeof input);
  return Fingerprint{h.low64, h.high64};
}

/// The fingerprint of a whole world.
inline Fingerprint fingerprint_of(const World& world) {
  Fingerprint sum;
  for (std::size_t i = 0; i < world.bytes().size() / 8; ++i) {
    sum ^= fingerprint_of(i, word_at(world.bytes(), i));
  }
  return sum;
}

/// What a state contributes to the fingerprint of a set of states. Fingerprints themselves must not
/// be summed: two pairs of states that differ in the same word would cancel out.
inline Fingerprint remixed(const Fingerprint& f) {
  const XXH128_hash_t h = XXH3_128bits(&f, sizeof f);
  return Fingerprint{h.low64, h.high64};
}

}  // namespace irqloom::explore
