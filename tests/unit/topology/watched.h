// A machine that is watched while it runs, to be compared with the graph that describes it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/fabric.h"
#include "sim/core/random.h"
#include "sim/topology/topology.h"

namespace irqloom::watched {

/// Who wrote which part: (context, slot).
using Writes = std::set<std::pair<std::string, std::string>>;

std::set<std::string> contexts_of(const Fabric& fabric);
/// All that some node names.
std::set<std::string> contexts_of(const topology::Topology& topology);

/// "context writes slot", where no node of the context reaches the part.
std::vector<std::string> unexplained(const topology::Topology& topology, const Writes& writes);

/// Steps at random.
class Walk {
 public:
  Walk(const Fabric& fabric, const topology::Topology& topology, std::uint64_t seed)
      : fabric_(fabric), topology_(topology), random_(seed, "walk") {}

  /// From the beginning, until nobody can go on or that many steps are taken.
  void run(int steps);

  Writes writes;  ///< Of parts that the graph has.

 private:
  const Fabric& fabric_;
  const topology::Topology& topology_;
  core::Random random_;
};

struct Measured {
  std::map<std::string, std::uint64_t> at;  ///< Picoseconds of what happened first.
  std::map<std::string, std::uint64_t, std::less<>> costs;

  std::uint64_t between(const std::string& from, const std::string& to) const;
  topology::EdgeTime time() const;
};

/// A timed run of 2 ms in which every cost key stands for another time, so that a wrong one shows.
/// Events are called by their names, "guest " before those of the guest, and once more with each
/// name among their arguments: "guest irq_handler_entry dev0".
Measured measured(Fabric& fabric, std::uint64_t seed);

}  // namespace irqloom::watched
