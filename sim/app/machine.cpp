#include "sim/app/machine.h"

#include "models/platform/arm_topology.h"
#include "models/platform/x86_topology.h"
#include "sim/app/build_arm.h"
#include "sim/app/build_x86.h"
#include "sim/app/part_members.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

bool is_arm(const Cursor& root) {
  return read_arch(root) == Arch::arm64;
}

template <class Spec>
std::vector<std::string> names_of_devices(const Spec& spec) {
  std::vector<std::string> names;
  for (const auto& d : spec.devices)
    names.push_back(d.name);
  return names;
}

}  // namespace

void check_architecture(const Cursor& root) {
  is_arm(root);
}

std::shared_ptr<void> build_machine(Fabric& fabric, const Cursor& root, Mode mode) {
  if (is_arm(root)) return std::make_shared<arm::Machine>(fabric, read_arm(root, mode));
  return std::make_shared<x86::Machine>(fabric, read_x86(root, mode));
}

topology::Topology describe_machine(const Cursor& root) {
  if (is_arm(root)) return arm::describe(read_arm(root, Mode::run));
  return x86::describe(read_x86(root, Mode::run));
}

std::vector<platform::Problem> problems_of_machine(const Cursor& root) {
  if (is_arm(root)) return arm::validate(read_arm(root, Mode::run));
  return x86::validate(read_x86(root, Mode::run));
}

std::vector<std::string> device_names(const Cursor& root) {
  if (is_arm(root)) {
    const arm::Spec spec = read_arm(root, Mode::run);
    std::vector<std::string> names = names_of_devices(spec);
    for (const arm::EmulatedSpec& e : spec.emulated)
      names.push_back(e.name);
    for (const ScriptSpec& s : spec.scripts)
      names.push_back(s.name);
    return names;
  }
  return names_of_devices(read_x86(root, Mode::run));
}

std::vector<Threshold> read_thresholds(const Cursor& root) {
  if (!is_arm(root)) return read_x86_thresholds(root);
  if (const Cursor thresholds = root["thresholds"])
    threshold_members().check(thresholds, place_of(Arch::arm64));
  return read_spurious(root);
}

}  // namespace irqloom::app
