// The operations of scripts: which there are, who does them, on which architecture.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/platform/arch.h"
#include "models/vmm/script_spec.h"

namespace irqloom {

/// Who can do an operation.
enum class Side : std::uint8_t {
  vmm,    ///< A thread of the VMM, or an operator.
  guest,  ///< A task of the guest.
  both
};

/// "vmm", "guest" or "both".
constexpr std::string_view name_of(Side side) {
  if (side == Side::both) return "both";
  return side == Side::vmm ? "vmm" : "guest";
}

struct OperationInfo {
  /// What it speaks of, besides itself.
  enum class Takes : std::uint8_t {
    nothing,
    device,           ///< An assigned one.
    line,             ///< A line of a Linux guest.
    line_and_vcpu,    ///< That line, and a vCPU's id.
    intid_and_level,  ///< Any INTID, and 0 or 1.
    number,           ///< Any: what the interface says of it is the point.
    vcpu              ///< A vCPU's id.
  };
  std::string_view name;  ///< "create-vgic".
  ScriptOp::Kind kind = ScriptOp::Kind::wait;
  Archs archs = Archs::both;
  Side side = Side::vmm;
  Takes takes = Takes::nothing;
  bool can_fail = false;    ///< arm64: its result is an errno, and others may depend on it.
  std::string_view what;    ///< One line, no full stop.
  std::string_view source;  ///< A file and function, or who says so.
};

/// One row for each kind, in the order of ScriptOp::Kind.
std::span<const OperationInfo> operations();

/// Whether that machine has it on that side of a script.
constexpr bool is_done_by(const OperationInfo& operation, Arch arch, bool in_guest) {
  return exists_on(operation.archs, arch) &&
         (operation.side == Side::both || (operation.side == Side::guest) == in_guest);
}

}  // namespace irqloom
