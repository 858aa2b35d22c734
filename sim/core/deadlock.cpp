#include "sim/core/deadlock.h"

#include <algorithm>

namespace irqloom {

namespace {

enum Color : std::uint8_t { white, grey, black };

ContextId untag(std::uint16_t tag) {
  return static_cast<ContextId>(tag - 1);
}

std::string describe_edge(const Fabric& fabric, const WaitEdge& e) {
  const std::string& from = fabric.contexts()[e.from].name;
  const std::string& to = fabric.contexts()[e.to].name;
  if (e.lock == no_lock) {
    return from + " cannot run while " + to + " occupies " + fabric.executors()[e.executor].name;
  }
  const std::string waits = from + " waits for lock " + fabric.locks()[e.lock].name;
  return waits + (e.from == e.to ? " that it holds itself" : " held by " + to);
}

}  // namespace

bool is_self_deadlock(const Fabric& fabric, const World& world, const WaitCycle& cycle) {
  if (cycle.size() == 1) return true;
  const std::uint16_t first = fabric.state(world, cycle.front().from).executor;
  return first != 0 && std::all_of(cycle.begin(), cycle.end(), [&](const WaitEdge& e) {
           return fabric.state(world, e.from).executor == first;
         });
}

std::string where_of(const Fabric& fabric, const WaitCycle& cycle) {
  std::vector<LockId> locks;
  for (const WaitEdge& e : cycle) {
    if (e.lock != no_lock) locks.push_back(e.lock);
  }
  std::sort(locks.begin(), locks.end());
  std::string text;
  for (const LockId l : locks) {
    if (!text.empty()) text += ", ";
    text += fabric.locks()[l].name;
  }
  return text;
}

Violation describe(const Fabric& fabric, const World& world, const WaitCycle& cycle) {
  // The sentence starts with somebody who waits for a lock: that is what the reader looks for.
  const auto lock_edge =
      std::find_if(cycle.begin(), cycle.end(), [](const WaitEdge& e) { return e.lock != no_lock; });
  const auto start = lock_edge == cycle.end() ? cycle.begin() : lock_edge;
  std::string message;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const auto at = static_cast<std::size_t>(start - cycle.begin()) + i;
    if (i != 0) message += "; ";
    message += describe_edge(fabric, cycle[at % cycle.size()]);
  }
  const bool self = is_self_deadlock(fabric, world, cycle);
  return Violation{std::string(self ? self_deadlock.name : deadlock.name), where_of(fabric, cycle),
                   std::move(message)};
}

WaitForGraph::WaitForGraph(const Fabric& fabric)
    : fabric_(fabric),
      lock_of_slot_(fabric.layout().slots().size(), no_lock),
      out_(fabric.contexts().size()),
      color_(fabric.contexts().size()) {
  for (const LockInfo& l : fabric.locks())
    lock_of_slot_[l.handle.slot.index] = l.handle.id;
}

bool WaitForGraph::some_lock_is_owned(const World& world) const {
  return std::any_of(fabric_.locks().begin(), fabric_.locks().end(),
                     [&](const LockInfo& l) { return world[l.handle.slot].owner != 0; });
}

const std::vector<WaitCycle>& WaitForGraph::find(Exec& x) {
  asked_.clear();
  for (std::size_t c = 0; c < fabric_.contexts().size(); ++c) {
    asked_.push_back(x.blocked(static_cast<ContextId>(c)));
  }
  return find(x, asked_);
}

const std::vector<WaitCycle>& WaitForGraph::find(Exec& x, std::span<const Blocked> blocked) {
  cycles_.clear();
  const World& world = x.world();
  if (!some_lock_is_owned(world)) return cycles_;
  add_lock_edges(x, blocked);
  if (std::all_of(out_.begin(), out_.end(), [](const auto& edges) { return edges.empty(); })) {
    return cycles_;
  }
  for (std::size_t c = 0; c < out_.size(); ++c)
    add_executor_edges(world, static_cast<ContextId>(c));
  std::fill(color_.begin(), color_.end(), white);
  for (std::size_t c = 0; c < out_.size(); ++c) {
    if (color_[c] == white) visit(world, static_cast<ContextId>(c));
  }
  return cycles_;
}

void WaitForGraph::add_lock_edges(Exec& x, std::span<const Blocked> blocked) {
  const World& world = x.world();
  const auto add = [&](ContextId c, LockId lock) {
    const std::uint16_t owner = world[fabric_.locks()[lock].handle.slot].owner;
    if (owner == 0) return;
    const WaitEdge edge{c, untag(owner), lock, no_executor};
    if (out_[c].empty() || !(out_[c].back() == edge)) out_[c].push_back(edge);
  };
  for (std::size_t i = 0; i < out_.size(); ++i) {
    out_[i].clear();
    const auto c = static_cast<ContextId>(i);
    if (blocked[i] == Blocked::no || blocked[i] == Blocked::finished) continue;
    // One whose executor is occupied waits for the lock as well: it needs both.
    const StepInfo* step = fabric_.next_step(world, c);
    if (step->kind == StepKind::lock) {
      add(c, step->lock);
    } else if (blocked[i] == Blocked::guard) {
      reads_.clear();
      x.record_reads(&reads_);
      x.guard_holds(c);
      x.record_reads(nullptr);
      for (const SlotIndex slot : reads_) {
        if (lock_of_slot_[slot] != no_lock) add(c, lock_of_slot_[slot]);
      }
    }
  }
}

// Who keeps `c` from running, as Exec::blocked() decides it.
void WaitForGraph::add_executor_edges(const World& world, ContextId c) {
  const ContextState& s = fabric_.state(world, c);
  if (s.top == 0 || s.executor == 0 || s.outside != 0) return;
  const auto executor = static_cast<ExecutorId>(s.executor - 1);
  const ExecutorState& e = world[fabric_.executors()[executor].slot];
  const auto self = static_cast<std::uint16_t>(c + 1);
  const auto add = [&](std::uint16_t occupant) {
    if (occupant == 0 || occupant == self) return;
    out_[c].push_back(WaitEdge{c, untag(occupant), no_lock, executor});
  };
  if (e.exclusive != 0) return add(e.exclusive);
  if (e.hardirq == self) return;
  add(e.hardirq);
  const bool is_thread = fabric_.contexts()[c].level == Level::thread;
  if (is_thread || e.irqs_off != 0) add(e.holder);
}

void WaitForGraph::visit(const World& world, ContextId c) {
  color_[c] = grey;
  for (const WaitEdge& e : out_[c]) {
    if (color_[e.to] == black) continue;
    path_.push_back(e);
    if (color_[e.to] == grey) {
      close(e);
    } else {
      visit(world, e.to);
    }
    path_.pop_back();
  }
  color_[c] = black;
}

void WaitForGraph::close(const WaitEdge& back) {
  const auto first = std::find_if(path_.begin(), path_.end(),
                                  [&](const WaitEdge& e) { return e.from == back.to; });
  WaitCycle cycle(first, path_.end());
  const auto smallest =
      std::min_element(cycle.begin(), cycle.end(),
                       [](const WaitEdge& a, const WaitEdge& b) { return a.from < b.from; });
  std::rotate(cycle.begin(), smallest, cycle.end());
  cycles_.push_back(std::move(cycle));
}

}  // namespace irqloom
