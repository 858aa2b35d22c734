// The parts of a fabric that a waveform viewer shows: wires, small state, and where contexts stand.
//
// Every flag is one bit, every other field of at most 16 bits a vector. Each context has its place:
// a number that stands for the routine and the step that it takes next (0: nothing to run).
// Paths are the slots' dotted names; locks and executors are under "engine", places under
// "context". Characters that viewers treat specially become '_'.
#pragma once

#include <string>
#include <vector>

#include "sim/core/fabric.h"

namespace irqloom::trace {

/// Names of a variable's values 0, 1, 2, ...
struct WaveLabels {
  std::string name;  ///< "places", "contexts", "labels1", ...: part of a file name.
  std::vector<std::string> values;
  const void* table = nullptr;  ///< The field's labels that they are copied from, if any.
};

inline constexpr std::size_t no_labels = ~std::size_t{0};

struct Wave {
  std::string path;  ///< Unique, dotted.
  unsigned bits = 1;
  FieldKind kind = FieldKind::number;
  std::size_t labels = no_labels;  ///< Index into Waves::labels().
  SlotIndex slot = 0;
  const Field* field = nullptr;  ///< nullptr: a context's place.
  std::uint16_t index = 0;       ///< Element of an array field.
  ContextId context = 0;         ///< For a place.
};

class Waves {
 public:
  /// `fabric` is sealed and outlives this.
  explicit Waves(const Fabric& fabric);

  /// Ascending by slot.
  const std::vector<Wave>& all() const { return waves_; }
  /// Those of slot `s` are all()[begin_of(s)] up to, not including, all()[begin_of(s + 1)].
  std::size_t begin_of(SlotIndex s) const { return begin_[s]; }
  const std::vector<WaveLabels>& labels() const { return labels_; }

  std::uint64_t value(const Wave& wave, const World& world) const;

 private:
  void number_places();
  void add_place(SlotIndex s, ContextId context);
  void add_field(SlotIndex s, const Field& field);
  std::size_t labels_of(const SlotInfo& slot, const Field& field);

  const Fabric& fabric_;
  std::vector<std::vector<std::uint32_t>> places_;  // [routine][pc]
  std::vector<WaveLabels> labels_;
  std::vector<Wave> waves_;
  std::vector<std::size_t> begin_;
};

}  // namespace irqloom::trace
