// Who accesses the fabric without knowing it: TLM initiators and other processes of SystemC.
#pragma once

#include <functional>
#include <memory>

namespace irqloom::timed {

/// Calls back one delta cycle after an access was announced: at the same time, and when it is over,
/// because an access does not wait.
class Outsiders {
 public:
  /// Spawns a method in the current simulation context. `after_access` is called by it while this
  /// lives.
  explicit Outsiders(std::function<void()> after_access);
  ~Outsiders();
  Outsiders(const Outsiders&) = delete;
  Outsiders& operator=(const Outsiders&) = delete;

  /// From any process of a running simulation. Several in one delta cycle count as one.
  void announce();

 private:
  struct State;
  /// Shared with the method, which SystemC destroys only with the simulation context.
  std::shared_ptr<State> state_;
};

}  // namespace irqloom::timed
