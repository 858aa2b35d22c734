#include "sim/core/fabric.h"

#include <set>
#include <stdexcept>

#include "sim/core/exec.h"

namespace irqloom {

RoutineId Fabric::add_routine(RoutineInfo info) {
  routines_.push_back(std::move(info));
  return static_cast<RoutineId>(routines_.size() - 1);
}

ContextId Fabric::context(ContextInfo info, RoutineId main) {
  const auto id = static_cast<ContextId>(contexts_.size());
  if (info.comm.empty()) info.comm = info.name;
  info.main = main;
  info.slot =
      layout_.reserve_bytes("context." + info.name, sizeof(ContextState) + info.stack_bytes);
  info.offset = layout_.slots()[info.slot].offset;
  contexts_.push_back(std::move(info));
  return id;
}

ExecutorId Fabric::executor(std::string name) {
  const Slot<ExecutorState> slot = reserve<ExecutorState>("executor." + name);
  executors_.push_back(ExecutorInfo{std::move(name), slot});
  return static_cast<ExecutorId>(executors_.size() - 1);
}

Lock Fabric::lock(std::string name, std::string lock_class, LockKind kind) {
  const Lock handle{static_cast<LockId>(locks_.size()), reserve<LockState>("lock." + name), kind};
  const auto next_class = static_cast<std::uint16_t>(lock_classes_.size());
  const std::uint16_t class_id = lock_classes_.try_emplace(lock_class, next_class).first->second;
  locks_.push_back(LockInfo{std::move(name), std::move(lock_class), class_id, handle});
  return handle;
}

std::int64_t Fabric::name(std::string_view text) {
  const auto [it, is_new] =
      name_index_.try_emplace(std::string(text), static_cast<std::int64_t>(names_.size()));
  if (is_new) names_.emplace_back(text);
  return it->second;
}

void Fabric::add(std::unique_ptr<Monitor> monitor) {
  monitors_.push_back(std::move(monitor));
}

std::size_t Fabric::add(Property property) {
  properties_.push_back(std::move(property));
  return properties_.size() - 1;
}

void Fabric::seal() {
  std::set<std::string_view> names;
  for (const SlotInfo& s : layout_.slots()) {
    if (!names.insert(s.name).second) throw std::logic_error("slot reserved twice: " + s.name);
  }
  monitors_by_type_.resize(EventType::count());
  for (const auto& m : monitors_) {
    for (const EventType* t : m->wants())
      monitors_by_type_[t->id].push_back(m.get());
  }

  initial_ = World(layout_);
  Exec x(*this, initial_);
  for (RoutineInfo& r : routines_)
    r.steps = x.survey(r);
  collect_code();
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    const auto c = static_cast<ContextId>(i);
    if (contexts_[i].executor != no_executor) x.migrate(c, contexts_[i].executor);
  }
  for (const auto& init : resets_)
    init(initial_);
  for (const auto& [context, done] : context_resets_)
    x.act_as(context, done);
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    if (contexts_[i].starts) x.start(static_cast<ContextId>(i));
  }
  initial_.clear_written();
}

void Fabric::collect_code() {
  std::size_t steps = 0;
  for (const RoutineInfo& r : routines_)
    steps += r.steps.size();
  code_steps_.reserve(steps);  // What code_ points to must not move.
  for (const RoutineInfo& r : routines_) {
    code_.push_back({r.run, r.object, code_steps_.data() + code_steps_.size(), r.frame_bytes});
    for (const StepInfo& s : r.steps)
      code_steps_.push_back({s.kind, s.guard});
  }
}

Exec& Fabric::external() const {
  if (external_ == nullptr) throw std::logic_error("an outside access without a scheduler");
  if (announce_) announce_();
  return *external_;
}

ContextId Fabric::find_context(std::string_view wanted) const {
  std::size_t i = 0;
  while (i < contexts_.size() && contexts_[i].name != wanted)
    ++i;
  return static_cast<ContextId>(i);
}

}  // namespace irqloom
