// The story of the premature resample as fabrics to explore, and what its exploration costs.
#pragma once

#include <string>

#include "sim/explore/explorer.h"

namespace irqloom::bench {

struct Story {
  std::string policy;    ///< Of kvm.resample.
  unsigned devices = 1;  ///< Each on a GSI of its own, with a oneshot line in the guest.
};

struct Exploration {
  explore::Result result;
  double seconds = 0;  ///< Of processor time.
};

/// Explores the story up to that many states; 0: all. `safety_only`: without the graph.
Exploration explore_story(const Story& story, std::uint64_t max_states, bool safety_only);

}  // namespace irqloom::bench
