#include "sim/explore/distrust.h"

#include <algorithm>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "sim/core/exec.h"
#include "sim/core/random.h"
#include "sim/explore/atoms.h"
#include "sim/explore/sample.h"

namespace irqloom::explore {

namespace {

using State = std::vector<std::byte>;

constexpr std::uint16_t most_choices_paired = 4;

// One step of one context.
struct StepKey {
  ContextId context = 0;
  RoutineId routine = 0;
  std::uint8_t pc = 0;

  friend auto operator<=>(const StepKey&, const StepKey&) = default;
};

// The bytes that a step declares.
struct Declared {
  ByteSet writes;  // And the context's own stack.
  ByteSet reads;   // And all of the above.
};

// What one step did.
struct Effect {
  bool enabled = false;
  std::uint16_t choices = 1;
  State after;
};

class Distruster {
 public:
  Distruster(const Fabric& fabric, const DistrustOptions& options);
  std::vector<Lie> run();

 private:
  // The next step of a context, by the state that `world_` holds.
  StepKey key(ContextId c) const;
  const StepInfo& step(const StepKey& k) const;
  const Declared& declared(const StepKey& k);

  std::optional<Effect> effect(const State& state, ContextId c, std::uint16_t choice);
  void check_context(const State& state, ContextId c);
  void check_writes(const State& state, const StepKey& k, const Effect& e);
  void check_reads(const State& state, const StepKey& k, std::uint16_t choice, const Effect& e,
                   std::span<const std::byte> other);
  void splice(State& state, const Range& r, const StepKey& k, std::span<const std::byte> other);
  bool same_effect(const State& spliced, const StepKey& k, std::uint16_t choice, const Effect& e);
  void check_pairs(const State& state);
  bool are_independent(const StepKey& a, const StepKey& b);
  ByteSet engine_use(const State& state, ContextId c, const Effect& e, bool with_reads);
  bool meet_in_engine(const State& state, ContextId a, const Effect& ea, ContextId b,
                      const Effect& eb);
  bool commute(const State& state, ContextId a, ContextId b);
  bool same_but_ghosts(const State& a, const State& b) const;
  void accuse(const StepKey& k, Lie::Kind kind, const std::string& what);

  const Fabric& fabric_;
  const DistrustOptions& options_;
  Sample sample_;
  core::Random random_;
  std::vector<Atom> atoms_;
  std::vector<Range> engine_ranges_;  // Locks and executors.
  ByteSet engine_;                    // The same.
  ByteSet ghosts_;
  World world_;
  std::vector<SlotIndex> reads_;  // Of the last effect().
  std::map<StepKey, Declared> declared_;
  std::map<std::pair<StepKey, StepKey>, bool> independent_;
  std::set<Lie> lies_;
};

Distruster::Distruster(const Fabric& fabric, const DistrustOptions& options)
    : fabric_(fabric),
      options_(options),
      sample_(fabric, options.assumptions, options.states, options.seed),
      random_(options.seed, "distrust"),
      atoms_(atoms_of(fabric.layout())),
      engine_(fabric.layout().size()),
      ghosts_(fabric.layout().size()),
      world_(fabric.initial()) {
  for (const LockInfo& l : fabric.locks())
    engine_ranges_.push_back(range(l.handle.slot));
  for (const ExecutorInfo& e : fabric.executors())
    engine_ranges_.push_back(range(e.slot));
  for (const Range& r : engine_ranges_)
    engine_.add(r);
  for (const SlotInfo& s : fabric.layout().slots()) {
    if (s.name.starts_with("ghost.")) ghosts_.add(Range{s.offset, s.size});
  }
}

std::vector<Lie> Distruster::run() {
  for (std::size_t i = 0; i < sample_.size(); ++i) {
    const State state(sample_[i].begin(), sample_[i].end());
    for (std::size_t c = 0; c < fabric_.contexts().size(); ++c) {
      check_context(state, static_cast<ContextId>(c));
    }
    check_pairs(state);
  }
  return {lies_.begin(), lies_.end()};
}

// --- steps and what they declare
// ------------------------------------------------------------------

StepKey Distruster::key(ContextId c) const {
  const Frame* frame = fabric_.top_frame(world_, c);
  return {c, frame->routine, frame->pc};
}

const StepInfo& Distruster::step(const StepKey& k) const {
  return fabric_.routines()[k.routine].steps[k.pc];
}

const Declared& Distruster::declared(const StepKey& k) {
  const auto known = declared_.find(k);
  if (known != declared_.end()) return known->second;
  Declared d{ByteSet(world_.bytes().size()), ByteSet(world_.bytes().size())};
  const SlotInfo& own = fabric_.layout().slots()[fabric_.contexts()[k.context].slot];
  d.writes.add(Range{own.offset, own.size});
  for (const Range& r : step(k).footprint.writes)
    d.writes.add(r);
  d.reads = d.writes;
  for (const Range& r : step(k).footprint.reads)
    d.reads.add(r);
  return declared_.emplace(k, std::move(d)).first->second;
}

void Distruster::accuse(const StepKey& k, Lie::Kind kind, const std::string& what) {
  const RoutineInfo& routine = fabric_.routines()[k.routine];
  lies_.insert(Lie{routine.name, std::string(step(k).name), kind, what});
}

// What `c` does in `state`; nothing, if that would exceed a capacity.
std::optional<Effect> Distruster::effect(const State& state, ContextId c, std::uint16_t choice) {
  world_.load(state);
  Exec x(fabric_, world_);
  reads_.clear();
  x.record_reads(&reads_);
  Effect e;
  e.enabled = x.enabled(c);
  try {
    if (e.enabled) e.choices = x.execute(c, choice, false).choices;
  } catch (const CapacityExceeded&) {
    return std::nullopt;
  }
  e.after.assign(world_.bytes().begin(), world_.bytes().end());
  return e;
}

// --- one step
// -------------------------------------------------------------------------------------

void Distruster::check_context(const State& state, ContextId c) {
  world_.load(state);
  if (fabric_.next_step(world_, c) == nullptr) return;
  const StepKey k = key(c);
  std::uint16_t choices = 1;
  for (std::uint16_t choice = 0; choice < choices; ++choice) {
    const std::optional<Effect> e = effect(state, c, choice);
    if (!e) return;
    choices = e->choices;
    check_writes(state, k, *e);
    for (std::size_t p = 0; p < options_.partners; ++p) {
      check_reads(state, k, choice, *e, sample_[random_.below(sample_.size())]);
    }
  }
}

void Distruster::check_writes(const State& state, const StepKey& k, const Effect& e) {
  const Declared& d = declared(k);
  for (const Atom& atom : atoms_) {
    for (std::size_t i = atom.range.offset; i < atom.range.offset + atom.range.size; ++i) {
      if (state[i] == e.after[i] || d.writes.contains(i)) continue;
      if (engine_.contains(i) || ghosts_.contains(i)) continue;
      accuse(k, Lie::Kind::undeclared_write, atom.name);
      break;
    }
  }
}

void Distruster::check_reads(const State& state, const StepKey& k, std::uint16_t choice,
                             const Effect& e, std::span<const std::byte> other) {
  State spliced = state;
  splice(spliced, Range{0, static_cast<std::uint32_t>(state.size())}, k, other);
  if (same_effect(spliced, k, choice, e)) return;
  bool found = false;
  for (const Atom& atom : atoms_) {
    spliced = state;
    splice(spliced, atom.range, k, other);
    if (spliced == state || same_effect(spliced, k, choice, e)) continue;
    accuse(k, Lie::Kind::undeclared_read, atom.name);
    found = true;
  }
  if (!found) accuse(k, Lie::Kind::undeclared_read, "several fields together");
}

// Takes what the step does not declare, within `r`, from the other state.
void Distruster::splice(State& state, const Range& r, const StepKey& k,
                        std::span<const std::byte> other) {
  const Declared& d = declared(k);
  for (std::size_t i = r.offset; i < r.offset + r.size; ++i) {
    if (!d.reads.contains(i) && !engine_.contains(i)) state[i] = other[i];
  }
}

bool Distruster::same_effect(const State& spliced, const StepKey& k, std::uint16_t choice,
                             const Effect& e) {
  std::optional<Effect> now;
  try {
    now = effect(spliced, k.context, choice);
  } catch (const std::logic_error&) {
    return false;  // The routine finds impossible what it says that it does not read.
  }
  if (!now) return true;
  if (now->enabled != e.enabled || now->choices != e.choices) return false;
  const Declared& d = declared(k);
  for (std::size_t i = 0; i < spliced.size(); ++i) {
    if (now->after[i] == e.after[i]) continue;
    if (d.writes.contains(i) || engine_.contains(i)) return false;
  }
  return true;
}

// --- pairs of steps
// -------------------------------------------------------------------------------

void Distruster::check_pairs(const State& state) {
  world_.load(state);
  Exec x(fabric_, world_);
  std::vector<StepKey> steps;
  for (std::size_t c = 0; c < fabric_.contexts().size(); ++c) {
    if (x.enabled(static_cast<ContextId>(c))) steps.push_back(key(static_cast<ContextId>(c)));
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (std::size_t j = i + 1; j < steps.size(); ++j) {
      if (!are_independent(steps[i], steps[j])) continue;
      if (commute(state, steps[i].context, steps[j].context)) continue;
      const RoutineInfo& other = fabric_.routines()[steps[j].routine];
      accuse(steps[i], Lie::Kind::not_independent,
             "'" + std::string(step(steps[j]).name) + "' of " + other.name);
    }
  }
}

bool Distruster::are_independent(const StepKey& a, const StepKey& b) {
  const auto known = independent_.find({a, b});
  if (known != independent_.end()) return known->second;
  const Declared& da = declared(a);
  const Declared& db = declared(b);
  const bool independent = !da.writes.meets(db.reads) && !db.writes.meets(da.reads);
  independent_.emplace(std::pair(a, b), independent);
  return independent;
}

bool Distruster::commute(const State& state, ContextId a, ContextId b) {
  std::uint16_t choices_a = 1;
  std::uint16_t choices_b = 1;
  for (std::uint16_t i = 0; i < std::min(choices_a, most_choices_paired); ++i) {
    for (std::uint16_t j = 0; j < std::min(choices_b, most_choices_paired); ++j) {
      const std::optional<Effect> first_a = effect(state, a, i);
      const std::optional<Effect> first_b = effect(state, b, j);
      if (!first_a || !first_b) return true;
      choices_a = first_a->choices;
      choices_b = first_b->choices;
      if (meet_in_engine(state, a, *first_a, b, *first_b)) return true;
      const std::optional<Effect> ab = effect(first_a->after, b, j);
      const std::optional<Effect> ba = effect(first_b->after, a, i);
      if (!ab || !ba) return true;
      if (!ab->enabled || !ba->enabled || !same_but_ghosts(ab->after, ba->after)) return false;
    }
  }
  return true;
}

// Whether the engine itself knows that the steps depend on each other: one changes a lock or an
// executor that the other one reads or changes.
bool Distruster::meet_in_engine(const State& state, ContextId a, const Effect& ea, ContextId b,
                                const Effect& eb) {
  return engine_use(state, a, ea, false).meets(engine_use(state, b, eb, true)) ||
         engine_use(state, b, eb, false).meets(engine_use(state, a, ea, true));
}

ByteSet Distruster::engine_use(const State& state, ContextId c, const Effect& e, bool with_reads) {
  ByteSet used(state.size());
  for (const Range& r : engine_ranges_) {
    const auto at = static_cast<std::ptrdiff_t>(r.offset);
    const auto end = at + static_cast<std::ptrdiff_t>(r.size);
    if (!std::equal(state.begin() + at, state.begin() + end, e.after.begin() + at)) used.add(r);
  }
  if (!with_reads) return used;
  effect(state, c, 0);
  for (const SlotIndex s : reads_) {
    const SlotInfo& slot = fabric_.layout().slots()[s];
    if (engine_.contains(slot.offset)) used.add(Range{slot.offset, slot.size});
  }
  return used;
}

bool Distruster::same_but_ghosts(const State& a, const State& b) const {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !ghosts_.contains(i)) return false;
  }
  return true;
}

}  // namespace

std::string to_string(Lie::Kind kind) {
  switch (kind) {
    case Lie::Kind::undeclared_write:
      return "undeclared write";
    case Lie::Kind::undeclared_read:
      return "undeclared read";
    case Lie::Kind::not_independent:
      return "not independent";
  }
  return {};
}

std::vector<Lie> distrust(const Fabric& fabric, const DistrustOptions& options) {
  return Distruster(fabric, options).run();
}

}  // namespace irqloom::explore
