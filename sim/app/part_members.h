// The members that parts of a machine have in a scenario: some exist on one architecture alone, or
// for devices of one type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/platform/arch.h"
#include "sim/scenario/cursor.h"

namespace irqloom::app {

/// One kind of part: its members, and the places where each of them exists.
class MemberTable {
 public:
  /// An index into the names of the places.
  using Place = std::size_t;
  struct Rule {
    std::string_view name;
    unsigned places = 0;  ///< A bit for each place where it exists.
  };

  MemberTable(std::vector<std::string_view> places, std::vector<Rule> rules);

  /// Their names, in the order of the table.
  std::vector<std::string> at(Place place) const;
  /// Throws InputError at the first member of `part` that does not exist at `place`; it says of one
  /// that exists elsewhere where that is, and proposes no other.
  void check(const scenario::Cursor& part, Place place) const;
  /// The same for members that exist elsewhere; those that exist nowhere are somebody else's.
  void refuse_elsewhere(const scenario::Cursor& part, Place place) const;

 private:
  std::vector<std::string_view> places_;
  std::vector<Rule> rules_;
};

/// Places of what differs between the architectures.
constexpr MemberTable::Place place_of(Arch arch) {
  return arch == Arch::x86 ? 0 : 1;
}

/// Places of device_members().
enum DevicePlace : MemberTable::Place {
  x86_pci,
  x86_platform,
  x86_emulated,
  arm64_platform,
  arm64_emulated
};

/// By DevicePlace.
const MemberTable& device_members();
// By place_of(Arch).
const MemberTable& platform_members();
const MemberTable& line_members();
const MemberTable& operation_members();
const MemberTable& threshold_members();

/// The architecture of the machine of a scenario's root. Throws InputError where there is none of
/// that name.
Arch read_arch(const scenario::Cursor& root);

}  // namespace irqloom::app
