// What replayers stand on: a fabric that is elaborated once, and a world that is set back for each
// program.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <optional>
#include <string>

#include "sim/core/exec.h"
#include "sim/core/fabric.h"
#include "sim/timed/simcontext.h"

namespace irqloom::app::conform {

/// To be the first member of a replayer, so that the modules are gone before it. Replayers end in
/// the reverse of the order in which they were made.
class Rig {
 public:
  Rig() = default;
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  Fabric& fabric() { return fabric_; }
  /// Ends elaboration.
  void seal();
  /// Back to the initial world.
  void reset();
  /// The execution of the world; after seal().
  Exec& exec() { return *exec_; }

  /// Names a flag that is neither 0 nor 1 among what was written since the last call; empty if all
  /// are.
  std::string impossible_flag();

 private:
  timed::FreshSimcontext context_;
  Fabric fabric_;
  World world_;
  std::optional<Exec> exec_;
};

/// An outsider that reaches a register bank by TLM-2.0 and knows nothing else of it.
class BusMaster : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<BusMaster> socket;

  explicit BusMaster(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {}

  /// `size`: 1, 2, 4 or 8 bytes, little-endian. No value, or false: an error response.
  std::optional<std::uint64_t> read(std::uint64_t address, unsigned size);
  bool write(std::uint64_t address, unsigned size, std::uint64_t value);

 private:
  bool transport(tlm::tlm_command command, std::uint64_t address, unsigned size,
                 unsigned char* data);
};

}  // namespace irqloom::app::conform
