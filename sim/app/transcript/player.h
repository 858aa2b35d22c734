// Plays the operations of a counterexample on the model that recordings are held against, one after
// another, and so finds what a recorder would see.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/app/conform/replayer.h"
#include "sim/app/transcript/machine.h"

namespace irqloom::app::transcript {

/// What came of it.
struct Played {
  std::vector<Json> ops;  ///< With their results, and an observation after each.
  /// Operations that lie in the midst of another one, where a recorder cannot place them.
  unsigned misplaced = 0;
  /// Where the sequence first goes another way than the trace; empty if it never does.
  std::string departure;
  /// What never returned, with everything after it left out; empty if all did.
  std::string hung;
};

class Player {
 public:
  /// `program` has everything but its operations. All must outlive the player.
  Player(const Machine& machine, Json program, const std::vector<Item>& items);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  Played play();

 private:
  /// A vCPU as the recorder's guest sees it.
  struct Vcpu {
    bool is_open = false;     ///< It takes interrupts.
    unsigned taken = 0;       ///< Handlers that were entered and that the trace has yet to enter.
    bool is_skipped = false;  ///< The trace is in a handler that the sequence did not enter.
  };

  void play_item(const Item& item);
  bool carry_out(const Json& op, std::uint64_t step);
  void take(const Item& item);
  void guest(const Item& item);
  bool probe(unsigned vcpu, std::uint64_t step);
  void host(const Item& item);
  /// Carries it out and looks. Whether the vCPU took an interrupt.
  bool perform(Json op, std::uint64_t step);
  Json observe();
  bool took_interrupt(const Json& op) const;
  void note(std::string text, std::uint64_t step);
  void depart(const std::string& why, std::uint64_t step);
  void mark_misplaced(const Item& item);
  bool is_alone(const Item& item) const;
  void compare(const Item& item);
  void compare_state(const Json& wanted, std::uint64_t step);

  const Machine& machine_;
  const std::vector<Item>& items_;
  conform::Program planned_;
  std::unique_ptr<conform::Replayer> rig_;
  std::map<unsigned, Vcpu> vcpus_;
  Played played_;
  std::map<std::string, unsigned> resampled_;  // Per resamplefd, so far.
  Json last_;                                  // What was observed last.
  Json shown_;                                 // The last operation, with its results.
};

}  // namespace irqloom::app::transcript
