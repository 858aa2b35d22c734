// What scripts can say, and what the machines do: the same operations, and nothing else by
// accident.
#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/platform/arm.h"
#include "models/platform/x86.h"
#include "models/vmm/operations.h"
#include "sim/timed/simcontext.h"

namespace irqloom {
namespace {

using Kind = ScriptOp::Kind;

/// Every one there is.
std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  for (unsigned k = 0; k <= static_cast<unsigned>(Kind::system_reset); ++k)
    kinds.push_back(static_cast<Kind>(k));
  return kinds;
}

template <class Spec>
void add(Spec& spec, Kind kind) {
  ScriptOp op;
  op.kind = kind;
  op.device = "dev0";
  op.gsi = spec.lines[0].gsi;
  op.intid = 32 + op.gsi;
  ScriptSpec script;
  script.name = "script";
  script.ops = {op};
  spec.scripts = {script};
}

x86::Spec x86_machine() {
  x86::Spec spec;
  x86::AssignedSpec device;
  device.name = "dev0";
  spec.devices = {device};
  x86::GuestLine line;
  line.actions.push_back({"dev0"});
  spec.lines = {line};
  return spec;
}

arm::Spec arm_machine() {
  arm::Spec spec;
  arm::DeviceSpec device;
  device.name = "dev0";
  device.armed_at_reset = false;
  spec.devices = {device};
  arm::GuestLine line;
  line.enabled_at_reset = false;
  line.actions.push_back({"dev0"});
  spec.lines = {line};
  return spec;
}

template <class Machine, class Spec>
bool can_be_built(const Spec& spec) {
  const timed::FreshSimcontext context;
  Fabric fabric;
  try {
    const Machine machine(fabric, spec);
  } catch (const std::invalid_argument&) {
    return false;
  }
  return true;
}

template <class Machine, class Spec>
void check_operations(Spec spec, Arch arch) {
  for (const Kind kind : all_kinds()) {
    add(spec, kind);
    INFO("operation " << static_cast<unsigned>(kind));
    const auto known = std::ranges::find(operations(), kind, &OperationInfo::kind);
    REQUIRE(known != operations().end());
    CHECK(can_be_built<Machine>(spec) == exists_on(known->archs, arch));
  }
}

TEST_CASE("a machine does the operations that a scenario may name, and refuses all others",
          "[models]") {
  SECTION("x86") {
    check_operations<x86::Machine>(x86_machine(), Arch::x86);
  }
  SECTION("arm64") {
    check_operations<arm::Machine>(arm_machine(), Arch::arm64);
  }
}

}  // namespace
}  // namespace irqloom
