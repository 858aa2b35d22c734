// Small fabrics whose state spaces can be counted by hand.
#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/exec.h"
#include "sim/explore/explorer.h"

namespace irqloom::toys {

/// One number that everybody may read and write.
struct Number {
  std::uint32_t value = 0;
};

/// The fields of the toys that have more than a number.
struct Flags {
  std::uint8_t a = 0;
  std::uint8_t b = 0;
  std::uint8_t c = 0;
  std::uint8_t d = 0;
};

/// Locals of a routine: one number.
struct Locals {
  std::uint32_t i = 0;
};

inline ContextInfo context(std::string name, ExecutorId executor = no_executor,
                           Level level = Level::thread, Fairness fairness = Fairness::fair) {
  ContextInfo info;
  info.name = std::move(name);
  info.executor = executor;
  info.level = level;
  info.fairness = fairness;
  return info;
}

inline ContextInfo optional_context(std::string name) {
  return context(std::move(name), no_executor, Level::thread, Fairness::optional);
}

/// Adds the routine `Method` of `object` and a context that runs it.
template <auto Method, class Object>
ContextId add(Fabric& fabric, Object& object, ContextInfo info) {
  const RoutineId main = fabric.routine<Method>(object, info.name + "_main", "toy");
  return fabric.context(std::move(info), main);
}

inline Property property(PropertyKind kind, std::string name, Predicate p, Predicate q = {}) {
  Property result;
  result.name = std::move(name);
  result.kind = kind;
  result.message = "toy";
  result.p = std::move(p);
  result.q = std::move(q);
  return result;
}

inline explore::Result explored(const Fabric& fabric, bool fuse = true) {
  explore::Options options;
  options.fuse = fuse;
  return explore::explore(fabric, options);
}

inline const explore::Finding* find(const explore::Result& result, std::string_view name) {
  for (const explore::Finding& f : result.findings) {
    if (f.property == name) return &f;
  }
  return nullptr;
}

/// Two contexts and a lock that tests and sets in two steps, as no lock may.
class BrokenLock {
 public:
  explicit BrokenLock(Fabric& fabric) : state_(fabric.reserve<Flags>("lock")) {
    for (const char* name : {"left", "right"})
      add<&BrokenLock::run>(fabric, *this, context(name));
    fabric.add(property(PropertyKind::never, "both-inside",
                        [s = state_](const World& w) { return w[s].b == 2; }));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).a == 0, "see it free", reads(state_));
      STEP("take it", writes(state_));
      x.set(state_).a = 1;
      ++x.set(state_).b;
      STEP("leave", writes(state_));
      --x.set(state_).b;
      x.set(state_).a = 0;
    }
    ROUTINE_END();
  }

 private:
  Slot<Flags> state_;
};

/// Takes locks in a given order, then gives all back, for ever.
class Diner {
 public:
  Diner(Fabric& fabric, const std::string& name, Lock first, Lock second,
        ExecutorId executor = no_executor)
      : first_(first), second_(second) {
    add<&Diner::run>(fabric, *this, context(name, executor));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      LOCK(first_, "take the first");
      LOCK(second_, "take the second");
      STEP("put both back");
      x.unlock(second_);
      x.unlock(first_);
    }
    ROUTINE_END();
  }

 private:
  Lock first_;
  Lock second_;
};

/// Counts 0, 1, ..., n - 1 and from 0 again.
class Counter {
 public:
  Counter(Fabric& fabric, const std::string& name, std::uint32_t n, ContextInfo info)
      : number_(fabric.reserve<Number>(name)), n_(n) {
    id = add<&Counter::run>(fabric, *this, std::move(info));
  }
  Counter(Fabric& fabric, const std::string& name, std::uint32_t n)
      : Counter(fabric, name, n, context(name)) {}

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("count", writes(number_));
      x.set(number_).value = (x.get(number_).value + 1) % n_;
    }
    ROUTINE_END();
  }

  /// A predicate: the number is `value`.
  Predicate is(std::uint32_t value) const {
    return [s = number_, value](const World& w) { return w[s].value == value; };
  }
  Slot<Number> number() const { return number_; }

  ContextId id = 0;

 private:
  Slot<Number> number_;
  std::uint32_t n_;
};

}  // namespace irqloom::toys

IRQLOOM_FIELDS(irqloom::toys::Number, IRQLOOM_NUMBER(value));
IRQLOOM_FIELDS(irqloom::toys::Locals, IRQLOOM_NUMBER(i));
IRQLOOM_FIELDS(irqloom::toys::Flags, IRQLOOM_NUMBER(a), IRQLOOM_NUMBER(b), IRQLOOM_NUMBER(c),
               IRQLOOM_NUMBER(d));
