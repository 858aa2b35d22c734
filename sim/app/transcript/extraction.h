// From a trace to the operations that a recorder could carry out: what extracting has in common on
// all architectures.
//
// A step is an atomic action and an operation is a system call, or what a guest does between two
// exits: many steps. An operation is listed where it acts on the interrupt controller, so that the
// controller sees the operations in the order of the trace even where a work item was late; and it
// has the span of its steps, which says what happened in the midst of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/vmm/script_spec.h"
#include "sim/scenario/tree.h"
#include "sim/trace/record.h"

namespace irqloom::app::transcript {

using scenario::Json;

/// Something of a counterexample that goes into a transcript.
struct Item {
  enum class Kind : std::uint8_t {
    host,   ///< An operation of the VMM.
    guest,  ///< One of a guest.
    take,   ///< Its vCPU takes an interrupt: part of an operation, or one that does nothing else.
    leave,  ///< One of a guest: its handler returns.
    note    ///< What a recorder cannot do, for people.
  };
  Kind kind = Kind::note;
  Json op;                  ///< Without results; a take has none.
  unsigned vcpu = 0;        ///< Of a guest's.
  ContextId context = 0;    ///< Who did it in the trace.
  bool in_handler = false;  ///< In the guest's hard interrupt context.
  std::uint64_t begin = 0;  ///< Its first step.
  std::uint64_t act = 0;    ///< The step at which the controller feels it.
  std::uint64_t end = 0;    ///< Its last step.
  /// The first and the last of its steps that others can feel; nothing: none.
  std::optional<std::uint64_t> first_felt;
  std::uint64_t last_felt = 0;
  std::string remark;        ///< What there is to say before it; mostly nothing.
  std::optional<int> error;  ///< The errno that the VMM got; 0: none. Nothing: nobody looked.
  Json state;                ///< Of the controller after its last step, see Extraction::state();
                             ///< and "resampled", per resamplefd how often it was notified.
};

/// The names that a transcript has for the eventfds of a device.
struct FdNames {
  std::string trigger;
  std::string resamplefd;
};

/// An assigned device, as far as KVM knows of it.
struct AssignedDevice {
  std::string name;
  unsigned gsi = 0;
  bool resamples = true;
  FdNames fds;
};

/// "A" and "rA" for the first device, as in the recordings.
FdNames fd_names(std::size_t device);

/// What a script's operation is called in a scenario: "set-trigger".
using OperationNames = std::map<ScriptOp::Kind, std::string>;

/// What an extraction does when a step is taken.
struct Listener {
  std::string_view routine;
  std::string_view step;  ///< Its label.
  std::function<void()> act;
  /// Its routine belongs to a part that only some machines have.
  bool is_of_a_part = false;
};

class Extraction : public Sink {
 public:
  Extraction(std::vector<AssignedDevice> devices, std::vector<ScriptSpec> scripts,
             OperationNames names);

  /// Throws InternalError where the machine lacks a step that is listened to: its operations would
  /// be missing from the transcript, and nobody would know.
  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) final;
  void end(std::uint64_t /*end_ps*/, const std::string& /*verdict*/) override {}

  /// By the step at which they act. Valid after end().
  std::vector<Item> items() const;
  /// As Item::state, after the last step; null if an operation was under way then.
  const Json& end_state() const { return end_state_; }

 protected:
  /// What the architecture has to say of steps; asked for once, before the first one. They act
  /// after hear(), and all that follows is for them, within the step.
  virtual std::vector<Listener> listeners() = 0;
  /// What an event of the architecture's means.
  virtual void hear(const Event& event) = 0;
  /// The members of an observation that the controller has in that world, whatever else goes on.
  virtual Json state(const World& world) const = 0;
  /// What its recordings call the close of an eventfd.
  virtual std::string close_operation() const = 0;

  const StepRecord& now() const { return *record_; }
  const Fabric& fabric() const { return *fabric_; }
  bool is_in_guest() const;
  bool is_in_handler() const;
  /// The vCPU that the step's context runs on.
  unsigned vcpu() const;
  /// The locals of the routine that takes the step, before it.
  template <class L>
  const L& locals() const {
    return *reinterpret_cast<const L*>(fabric_->top_frame(*record_->before, record_->context) + 1);
  }
  /// A slot's value by its name; std::logic_error if there is none.
  template <class T>
  const T& slot(const World& world, const std::string& name) const {
    return *reinterpret_cast<const T*>(world.bytes(slot_info(name)).data());
  }
  const std::string& name_of(std::int64_t label) const {
    return fabric_->names()[static_cast<std::size_t>(label)];
  }
  const AssignedDevice* device_named(std::string_view name) const;

  /// An operation that begins with this step and acts in it, unless moved; it ends when the context
  /// is back in a routine of that depth or less.
  Item& open(Item::Kind kind, Json op, int depth);
  /// An operation of this step alone.
  Item& add(Item::Kind kind, Json op);
  void note(std::string_view by, std::string text);
  /// What the context is in the midst of acts in this step.
  void acts_now();
  /// The number of the operation that open() or add() gave last, for carry_on().
  std::size_t newest() const { return items_.size() - 1; }
  /// The step's context goes on with that operation, until it is back in a routine of that depth or
  /// less.
  void carry_on(std::size_t operation, int depth);
  /// An irqfd of that device injects.
  void begin_injection(const AssignedDevice& device);
  /// Whose trigger the context signalled last; nullptr.
  const AssignedDevice* signalled_device() const;
  /// The kind of the script's operation that the context is in; wait if it is in none.
  ScriptOp::Kind current_script_op() const;

 private:
  struct Open {
    std::size_t item;
    int depth;
  };
  struct ScriptPlace {
    const ScriptSpec* script = nullptr;
    std::size_t op = 0;
    std::optional<std::size_t> item;
  };
  /// What is on its way from a trigger eventfd to KVM.
  struct Signal {
    std::optional<std::uint64_t> counted;    ///< The step of a write that woke the irqfd.
    std::optional<std::size_t> early_write;  ///< The item of a write before there was an irqfd.
    std::optional<std::size_t> assignment;   ///< The item of a KVM_IRQFD that found a count.
  };
  /// What an irqfd injected, and why.
  struct Injection {
    std::size_t item = 0;
    Signal cause;
  };

  /// state(), and how often every resamplefd was notified so far.
  Json whole_state() const;
  const SlotInfo& slot_info(const std::string& name) const;
  int depth_after() const;
  void hear_common(const Event& event);
  void tell(const Event& event);
  std::vector<Listener> common_listeners();
  void let_listen(const std::vector<Listener>& listeners) const;
  void begin_script_op();
  bool is_wanted(const ScriptSpec& script, const ScriptOp& op) const;
  void sample_assignment();
  void count_signal(const std::string& eventfd);
  void settle(const Injection& injection, std::vector<Item>& items) const;
  static bool has_other_between(const std::vector<Item>& items, std::uint64_t from,
                                const Injection& injection);
  bool is_felt() const;
  const AssignedDevice* device_of_trigger(std::string_view eventfd) const;
  const AssignedDevice* device_of_worker() const;
  void close();

  std::vector<AssignedDevice> devices_;
  std::vector<ScriptSpec> scripts_;
  OperationNames names_;
  const Fabric* fabric_ = nullptr;
  const StepRecord* record_ = nullptr;
  std::vector<Listener> common_;        ///< Act before the events are heard.
  std::vector<Listener> architecture_;  ///< And these after them.
  std::vector<Item> items_;
  std::map<ContextId, std::vector<Open>> open_;
  std::map<ContextId, ScriptPlace> places_;
  std::set<SlotIndex> private_slots_;  ///< That say nothing to others.
  std::vector<Injection> injections_;
  Json end_state_;
  std::map<std::string, unsigned> resampled_;  ///< By resamplefd.
  std::map<ContextId, const AssignedDevice*> signalled_;
  std::map<std::string, Signal> signals_;  ///< By device.
};

}  // namespace irqloom::app::transcript
