#include "sim/timed/fingerprint.h"

#include <bit>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace irqloom::timed {

namespace {

static_assert(std::endian::native == std::endian::little,
              "blocks are hashed as they lie in memory");

std::uint64_t hash(std::string_view text, std::uint64_t seed = 0) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

}  // namespace

std::uint64_t TraceFingerprint::of(const ContextInfo& context) {
  return hash(context.name);
}

std::uint64_t TraceFingerprint::of(const RoutineInfo& routine, const StepInfo& step) {
  return hash(step.name, hash(routine.name));
}

std::uint64_t TraceFingerprint::value() const {
  return used_ == 0 ? chain_
                    : XXH3_64bits_withSeed(block_.data(), used_ * sizeof block_[0], chain_);
}

void TraceFingerprint::flush() {
  chain_ = value();
  used_ = 0;
}

}  // namespace irqloom::timed
