// What the descriptions of all machines have in common: how devices, lines and scripts refer to
// one another, and what a script may do.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/platform/guest_action.h"
#include "models/vmm/script_spec.h"
#include "sim/app/members.h"
#include "sim/scenario/cursor.h"

namespace irqloom::app {

/// Which scheduler a fabric is built for: thresholds differ.
enum class Mode : std::uint8_t { run, explore };

/// A limit of the code that exploring takes smaller than it is, to keep the space small. It is
/// printed as an assumption of the exploration.
struct Threshold {
  std::string what;  ///< "successive EOIs before the throttle"
  std::uint64_t run = 0;
  std::uint64_t explore = 0;
};

inline std::uint64_t value_of(const Threshold& t, Mode mode) {
  return mode == Mode::run ? t.run : t.explore;
}

// One byte holds a bit for each action of a line, and for each resample irqfd of a GSI.
inline constexpr std::size_t most_sharers = 8;
inline constexpr unsigned most_cpus = 8;

/// A number that was checked to fit.
template <class T>
T narrow(std::uint64_t checked) {
  return static_cast<T>(checked);
}

/// What the parts of a machine have to know of one another.
struct Parts {
  struct Device {
    unsigned gsi = 0;
    bool assigned = false;  ///< Through VFIO; false: emulated.
  };
  unsigned pins = 24;  ///< GSIs from 0.
  unsigned vcpus = 1;
  std::map<std::string, Device> devices;
  std::map<unsigned, bool> lines;  ///< By GSI: whether Linux handles it.
};

/// An operation of scripts by its name in a scenario, and what it takes.
struct OpRule {
  enum class Takes : std::uint8_t {
    nothing,
    device,
    line,
    line_and_vcpu,
    intid_and_level,
    number,
    vcpu
  };
  const char* name;
  ScriptOp::Kind kind;
  Takes takes = Takes::nothing;
  bool can_fail = false;  ///< It returns an errno; others may depend on it.
  bool in_guest = false;  ///< arm64: only the guest does it.
};

// All of these throw InputError.

unsigned read_gsi(const scenario::Cursor& gsi, const Parts& parts);
/// A line's key in "lines".
unsigned read_line_number(const Member& member, const Parts& parts);
/// How often a device raises; 0: without end.
std::uint16_t read_raises(const scenario::Cursor& raises);
/// The handlers of line `gsi`, in their order.
std::vector<GuestAction> read_actions(const scenario::Cursor& actions, unsigned gsi,
                                      const Parts& parts);
/// All of "scripts". `is_strict`: an operation is for the VMM or for the guest.
std::vector<ScriptSpec> read_scripts(const scenario::Cursor& root, const Parts& parts,
                                     const std::vector<OpRule>& rules, bool is_strict);
/// A number, or one for each mode: {"run": 10000, "explore": 3}.
Threshold read_threshold(const scenario::Cursor& value, std::string what, std::uint64_t run,
                         std::uint64_t explore, std::uint64_t min, std::uint64_t max);
/// "limit" and "window" of "guest.spurious", or nothing.
std::vector<Threshold> read_spurious(const scenario::Cursor& root);

}  // namespace irqloom::app
