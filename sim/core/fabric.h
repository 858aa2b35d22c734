// The fabric: everything that elaboration fixes. Layout of the world, routines and their steps,
// contexts, executors, locks, monitors and properties. Immutable once sealed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/core/event.h"
#include "sim/core/executor.h"
#include "sim/core/footprint.h"
#include "sim/core/frame.h"
#include "sim/core/ids.h"
#include "sim/core/property.h"
#include "sim/core/step.h"
#include "sim/world/world.h"

namespace irqloom {

class Exec;

/// One labelled step of one routine, as its survey described it.
struct StepInfo {
  std::string_view name;
  std::string_view cost_key = "cpu";
  StepKind kind = StepKind::step;
  Guard guard = Guard::none;
  LockId lock = no_lock;  ///< For StepKind::lock.
  Footprint footprint;
};

/// One routine bound to one object.
struct RoutineInfo {
  std::string name;    ///< The kernel's name of the function: "irqfd_resampler_ack".
  std::string source;  ///< "virt/kvm/eventfd.c, Linux 6.1.192"
  void (*run)(void* object, Exec& x, Frame& frame) = nullptr;
  void* object = nullptr;
  std::uint16_t frame_bytes = sizeof(Frame);
  std::span<const Field> locals;
  std::vector<StepInfo> steps;  ///< steps[pc]; steps[0] is unused.
};

/// What the schedulers want to know of a routine at every step, close together.
struct RoutineCode {
  struct Step {
    StepKind kind = StepKind::step;
    Guard guard = Guard::none;
  };
  void (*run)(void* object, Exec& x, Frame& frame) = nullptr;
  void* object = nullptr;
  const Step* steps = nullptr;  ///< steps[pc]; the fabric's.
  std::uint16_t frame_bytes = sizeof(Frame);
};

/// Interrupt levels of an executor, lowest first. A context of a higher level takes the executor
/// away from a lower one.
enum class Level : std::uint8_t { thread, hardirq };

/// Whether fairness owes a context its steps.
enum class Fairness : std::uint8_t {
  fair,     ///< Enabled infinitely often implies stepping infinitely often.
  optional  ///< A device's raise, an operator: never owed, never counted on for rescue.
};

struct ContextInfo {
  std::string name = {};  ///< Unique; shown as the lane: "vcpu0", "irq/16-dev0".
  std::string layer =
      {};  ///< "hardware", "host kernel", "kvm", "vmm", "guest": the process in traces.
  std::string comm = {};  ///< As in ftrace; defaults to the name.
  std::uint16_t cpu = 0;  ///< The CPU shown in ftrace output.
  Level level = Level::thread;
  ExecutorId executor = no_executor;  ///< Where it starts.
  Fairness fairness = Fairness::fair;
  std::uint16_t stack_bytes = 96;  ///< Capacity for frames; overflow makes a verdict inconclusive.
  bool starts = true;              ///< False: started by somebody's step.
  // Filled by the fabric:
  SlotIndex slot = 0;
  std::uint32_t offset = 0;
  RoutineId main = 0;
};

enum class LockKind : std::uint8_t { spin, sleep };

/// A lock that is held across steps. Copyable handle.
struct Lock {
  LockId id = no_lock;
  Slot<LockState> slot;
  LockKind kind = LockKind::spin;
};

struct LockInfo {
  std::string name;            ///< "kvm.ioapic.lock"
  std::string lock_class;      ///< Locks of one class are one node of the order graph.
  std::uint16_t class_id = 0;  ///< Numbers the classes of a fabric from 0.
  Lock handle;
};

struct ExecutorInfo {
  std::string name;
  Slot<ExecutorState> slot;
};

/// Watches events, keeps ghost state in slots of its own that no model reads, and reports.
class Monitor {
 public:
  virtual ~Monitor() = default;
  /// The event types that it wants.
  virtual std::vector<const EventType*> wants() const = 0;
  virtual void on_event(Exec& x, const Event& event) = 0;
};

class Fabric {
 public:
  Fabric() = default;
  Fabric(const Fabric&) = delete;
  Fabric& operator=(const Fabric&) = delete;

  // --- elaboration ---------------------------------------------------------------------------

  template <class T>
  Slot<T> reserve(std::string name) {
    return layout_.reserve<T>(std::move(name));
  }

  template <class T>
  SlotArray<T> reserve_array(const std::string& name, std::size_t n) {
    return layout_.reserve_array<T>(name, n);
  }

  /// Registers a routine: `fabric.routine<&Resampler::ack>(*this, "irqfd_resampler_ack", source)`.
  template <auto Method, class Object>
  RoutineId routine(Object& object, std::string name, std::string source);

  /// A context that starts in routine `main` with zeroed locals. At most 65,000.
  ContextId context(ContextInfo info, RoutineId main);

  ExecutorId executor(std::string name);
  Lock lock(std::string name, std::string lock_class, LockKind kind);
  /// Interns a name for events' arguments.
  std::int64_t name(std::string_view text);
  void add(std::unique_ptr<Monitor> monitor);
  /// Adds a state property; returns its bit (0..31) in property masks.
  std::size_t add(Property property);
  /// Called once before the first step, to put initial values into the world.
  void at_reset(std::function<void(World&)> init) { resets_.push_back(std::move(init)); }
  /// What a context has done before anything runs: locks that it holds, an executor that it has
  /// left. Called after what puts initial values into the world, as the context.
  void at_reset(ContextId context, std::function<void(Exec&)> done) {
    context_resets_.emplace_back(context, std::move(done));
  }

  /// The execution that outside accesses (TLM) run on; set by the scheduler that drives the fabric,
  /// which `announce` tells of every access that is about to begin.
  void attach(Exec* external, std::function<void()> announce = {}) {
    external_ = external;
    announce_ = std::move(announce);
  }
  Exec& external() const;

  /// Ends elaboration: surveys every routine, builds the initial world.
  void seal();

  // --- the sealed fabric ---------------------------------------------------------------------

  const Layout& layout() const { return layout_; }
  const World& initial() const { return initial_; }
  const std::vector<RoutineInfo>& routines() const { return routines_; }
  const std::vector<ContextInfo>& contexts() const { return contexts_; }
  const std::vector<ExecutorInfo>& executors() const { return executors_; }
  const std::vector<LockInfo>& locks() const { return locks_; }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Property>& properties() const { return properties_; }
  const std::vector<Monitor*>& monitors(const EventType& type) const {
    return monitors_by_type_[type.id];
  }

  /// The context's header in `world`.
  const ContextState& state(const World& world, ContextId c) const;
  /// The top frame, or nullptr when the context has nothing to run.
  const Frame* top_frame(const World& world, ContextId c) const;
  /// The step that the context would take next, or nullptr.
  const StepInfo* next_step(const World& world, ContextId c) const;
  /// The context of that name, or contexts().size().
  ContextId find_context(std::string_view name) const;

 private:
  friend class Exec;

  RoutineId add_routine(RoutineInfo info);
  void collect_code();

  Layout layout_;
  World initial_;
  std::vector<RoutineInfo> routines_;
  std::vector<RoutineCode> code_;  ///< Of routines_, once they were surveyed.
  std::vector<RoutineCode::Step> code_steps_;
  std::vector<ContextInfo> contexts_;
  std::vector<ExecutorInfo> executors_;
  std::vector<LockInfo> locks_;
  std::unordered_map<std::string, std::uint16_t> lock_classes_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int64_t> name_index_;
  std::vector<std::unique_ptr<Monitor>> monitors_;
  std::vector<std::vector<Monitor*>> monitors_by_type_;
  std::vector<Property> properties_;
  std::vector<std::function<void(World&)>> resets_;
  std::vector<std::pair<ContextId, std::function<void(Exec&)>>> context_resets_;
  Exec* external_ = nullptr;
  std::function<void()> announce_;
};

// In the header because both schedulers ask at every step.

inline const ContextState& Fabric::state(const World& world, ContextId c) const {
  return *reinterpret_cast<const ContextState*>(world.bytes().data() + contexts_[c].offset);
}

inline const Frame* Fabric::top_frame(const World& world, ContextId c) const {
  const std::uint16_t top = state(world, c).top;
  if (top == 0) return nullptr;
  return reinterpret_cast<const Frame*>(world.bytes().data() + contexts_[c].offset + top);
}

inline const StepInfo* Fabric::next_step(const World& world, ContextId c) const {
  const Frame* frame = top_frame(world, c);
  return frame == nullptr ? nullptr : &routines_[frame->routine].steps[frame->pc];
}

namespace detail {

template <class>
struct RoutineMethod;
template <class O, class L>
struct RoutineMethod<void (O::*)(Exec&, Frame&, L&)> {
  using Object = O;
  using Locals = L;
};
template <class O>
struct RoutineMethod<void (O::*)(Exec&, Frame&)> {
  using Object = O;
  using Locals = NoLocals;
};

// The class is a parameter of its own for the sake of g++ 12, which gives external linkage to what
// is instantiated with a member pointer alone: classes of one name in the unnamed namespaces of two
// files would share one function.
template <class Object, auto Method>
void run_routine(void* object, Exec& x, Frame& frame) {
  using M = RoutineMethod<decltype(Method)>;
  auto& self = *static_cast<Object*>(object);
  if constexpr (std::is_same_v<typename M::Locals, NoLocals>) {
    (self.*Method)(x, frame);
  } else {
    (self.*Method)(x, frame, *reinterpret_cast<typename M::Locals*>(&frame + 1));
  }
}

}  // namespace detail

template <auto Method, class Object>
RoutineId Fabric::routine(Object& object, std::string name, std::string source) {
  using M = detail::RoutineMethod<decltype(Method)>;
  using L = typename M::Locals;
  RoutineInfo info;
  info.name = std::move(name);
  info.source = std::move(source);
  info.run = &detail::run_routine<typename M::Object, Method>;
  info.object = static_cast<typename M::Object*>(&object);
  info.frame_bytes = frame_size<L>;
  if constexpr (!std::is_same_v<L, NoLocals>) info.locals = FieldsOf<L>::table;
  return add_routine(std::move(info));
}

}  // namespace irqloom
