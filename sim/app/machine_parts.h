// What the descriptions of all machines have in common: how devices, lines and scripts refer to
// one another, and what a script may do.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/platform/arch.h"
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
    bool is_sound = true;   ///< Nothing is wrong with it; otherwise nothing is known of it.
  };
  Arch arch = Arch::x86;
  unsigned pins = 24;  ///< GSIs from 0.
  unsigned vcpus = 1;
  std::map<std::string, Device> devices;
  std::map<unsigned, bool> lines;  ///< By GSI: whether Linux handles it.
  bool lines_are_sound = true;     ///< Nothing is wrong with a line; otherwise one may be missing.
};

// All of these throw InputError.

unsigned read_gsi(const scenario::Cursor& gsi, const Parts& parts);
/// A line's key in "lines".
unsigned read_line_number(const Member& member, const Parts& parts);
/// How often a device raises by itself.
struct Raises {
  bool by_itself = true;   ///< False: an operation does it.
  std::uint16_t most = 0;  ///< 0: without end.
};
Raises read_raises(const scenario::Cursor& raises, Arch arch);
/// The handlers of line `gsi`, in their order.
std::vector<GuestAction> read_actions(const scenario::Cursor& actions, unsigned gsi,
                                      const Parts& parts);
/// __setup_irq() refuses the default primary handler without IRQF_ONESHOT.
void check_oneshot(const scenario::Cursor& line, bool oneshot,
                   const std::vector<GuestAction>& actions);
/// All of "scripts".
std::vector<ScriptSpec> read_scripts(const scenario::Cursor& root, const Parts& parts);
/// A number, or one for each mode: {"run": 10000, "explore": 3}.
Threshold read_threshold(const scenario::Cursor& value, std::string what, std::uint64_t run,
                         std::uint64_t explore, std::uint64_t min, std::uint64_t max);
/// "limit" and "window" of "guest.spurious", or nothing.
std::vector<Threshold> read_spurious(const scenario::Cursor& root);
/// Throws at a part without its member `needed` that a --set made by naming it: there is none.
void check_made_by_set(const Member& part, const scenario::Cursor& parts, std::string_view needed,
                       const std::string& what);

}  // namespace irqloom::app
