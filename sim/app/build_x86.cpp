#include "sim/app/build_x86.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/app/cost_table.h"
#include "sim/app/kernel.h"
#include "sim/app/members.h"
#include "sim/app/part_members.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

// virt: KVM_IOAPIC_NUM_PINS, arch/x86/kvm/ioapic.h, Linux 6.1.
constexpr unsigned ioapic_pins = 24;
// Intel SDM volume 3, 11.5.2: vectors below 16 are illegal; Linux leaves those below 32 to
// exceptions.
constexpr unsigned first_vector = 32;
constexpr unsigned last_vector = 255;
// 32 + 33 + 16 is 81, the vector of GSI 16 in the recordings of real kernels.
constexpr unsigned default_vector_base = 65;

void read_platform(const Cursor& platform, x86::Spec& spec) {
  platform_members().check(platform, place_of(Arch::x86));
  spec.host_cpus = narrow<unsigned>(platform["host_cpus"].uint_or(2, 1, most_cpus));
  spec.vcpus = narrow<unsigned>(platform["vcpus"].uint_or(2, 1, most_cpus));
  spec.pins = narrow<unsigned>(platform["pins"].uint_or(ioapic_pins, 1, ioapic_pins));
}

// --- devices ----------------------------------------------------------------------------------

x86::AssignedSpec read_assigned(const Member& member, bool is_pci, Parts& parts) {
  const auto& [name, device] = member;
  device_members().check(device, is_pci ? x86_pci : x86_platform);

  x86::AssignedSpec spec;
  spec.name = name;
  spec.pci_2_3 = is_pci && device["pci_2_3"].boolean_or(true);
  spec.host_pin = narrow<unsigned>(device["host_pin"].uint(0, parts.pins - 1));
  spec.gsi = read_gsi(device["gsi"], parts);
  spec.config.max_raises = read_raises(device["raises"], Arch::x86).most;
  spec.config.late_deassert = device["late_deassert"].boolean_or(false);
  spec.assigned_at_reset =
      device["assigned"].one_of_or("at-reset", {"at-reset", "by-script"}) == "at-reset";
  spec.pending_signals = narrow<std::uint32_t>(device["pending_signals"].uint_or(0, 0, 1'000'000));
  parts.devices[name] = {spec.gsi, true};
  return spec;
}

x86::EmulatedSpec read_emulated(const Member& member, Parts& parts) {
  const auto& [name, device] = member;
  device_members().check(device, x86_emulated);
  x86::EmulatedSpec spec;
  spec.name = name;
  spec.config.gsi = read_gsi(device["gsi"], parts);
  spec.config.max_raises = read_raises(device["raises"], Arch::x86).most;
  spec.config.never_lowered = device["never_lowered"].boolean_or(false);
  parts.devices[name] = {spec.config.gsi, false};
  return spec;
}

void read_device(const Cursor& root, const Member& member, x86::Spec& spec, Parts& parts) {
  const auto& [name, device] = member;
  check_part_name(member);
  check_made_by_set(member, root["devices"], "type", "device");
  const std::string type = device["type"].strict().one_of({"pci", "platform", "emulated"});
  if (type == "emulated") {
    spec.emulated.push_back(read_emulated(member, parts));
    return;
  }
  spec.devices.push_back(read_assigned(member, type == "pci", parts));
  x86::AssignedSpec& read = spec.devices.back();
  if (root["costs"] && root["costs"][period_key(name)]) read.config.period_key = period_key(name);
  const auto sharers = std::ranges::count(spec.devices, read.gsi, &x86::AssignedSpec::gsi);
  if (static_cast<std::size_t>(sharers) > most_sharers)
    device["gsi"].fail(
        fmt::format("GSI {} has more than {} assigned devices", read.gsi, most_sharers));
}

void read_devices(const Cursor& root, x86::Spec& spec, Parts& parts) {
  for (const Member& member : by_name(root["devices"])) {
    const bool is_sound = member.second.attempt([&] { read_device(root, member, spec, parts); });
    if (!is_sound) parts.devices[member.first].is_sound = false;
  }
  if (parts.devices.empty()) root["devices"].fail("there is no device", "at least one");
}

// --- the guest's lines ------------------------------------------------------------------------

void check_raw(const Cursor& line, const x86::GuestLine& spec) {
  if (spec.raw && spec.actions.size() != 1) {
    line["actions"].fail(fmt::format("a line of the raw guest has {} actions", spec.actions.size()),
                         "exactly one");
  }
}

x86::GuestLine read_line(const Member& member, const Parts& parts) {
  const Cursor& line = member.second;
  line_members().check(line, place_of(Arch::x86));
  x86::GuestLine spec;
  spec.gsi = read_line_number(member, parts);
  spec.vector = narrow<std::uint8_t>(
      line["vector"].uint_or(default_vector_base + spec.gsi, first_vector, last_vector));
  spec.vcpu = narrow<unsigned>(line["vcpu"].uint_or(0, 0, parts.vcpus - 1));
  spec.flow = line["flow"].one_of_or<Flow>(
      Flow::fasteoi, {{"fasteoi", Flow::fasteoi}, {"level", Flow::level}, {"edge", Flow::edge}});
  spec.oneshot = line["oneshot"].boolean_or(true);
  spec.unlazy = line["unlazy"].boolean_or(false);
  spec.raw = line["os"].one_of_or<bool>(false, {{"linux", false}, {"raw", true}});
  spec.masked_at_reset = line["masked"].boolean_or(false);
  spec.enabled_at_reset = line["enabled"].boolean_or(true);
  spec.wakeup = line["wakeup"].boolean_or(false);
  spec.actions = read_actions(line["actions"], spec.gsi, parts);
  check_raw(line, spec);
  if (!spec.raw) check_oneshot(line, spec.oneshot, spec.actions);
  return spec;
}

void read_guest(const Cursor& root, x86::Spec& spec, Parts& parts) {
  const Cursor guest = root["guest"];
  guest.unknown_keys({"lines", "spurious"});
  const Cursor lines = guest["lines"];
  for (const Member& member : lines.items()) {
    const bool is_sound = member.second.attempt([&] {
      check_made_by_set(member, lines, "actions", "line");
      spec.lines.push_back(read_line(member, parts));
      parts.lines[spec.lines.back().gsi] = !spec.lines.back().raw;
    });
    parts.lines_are_sound = parts.lines_are_sound && is_sound;
  }
  std::sort(spec.lines.begin(), spec.lines.end(),
            [](const x86::GuestLine& a, const x86::GuestLine& b) { return a.gsi < b.gsi; });
}

/// Lines that scripts move. A level pin moves at its EOI (ioapic_ack_level()), which is not
/// modelled.
void read_moves(const Cursor& root, x86::Spec& spec) {
  for (const ScriptSpec& script : spec.scripts) {
    const std::vector<Member> ops = by_order(root["scripts"][script.name]["ops"]);
    for (std::size_t i = 0; i < ops.size(); ++i) {
      const ScriptOp& op = script.ops[i];
      if (op.kind != ScriptOp::Kind::set_affinity) continue;
      const auto line = std::ranges::find(spec.lines, op.gsi, &x86::GuestLine::gsi);
      if (line->flow != Flow::edge) {
        ops[i].second.fail(fmt::format("the script moves GSI {}, which is level-triggered", op.gsi),
                           "\"flow\": \"edge\" of that line");
      }
      line->moves = true;
    }
  }
}

// A vCPU that halts needs an IPI of the guest's when a thread is woken on it from another one:
// there is none, so that threads stay where their line is.
void check_vcpu_policy(const Cursor& root, const x86::Spec& spec) {
  if (spec.vcpu_policy == "at-once") return;
  const Cursor lines = root["guest"]["lines"];
  for (const x86::GuestLine& line : spec.lines) {
    const Cursor here = lines[std::to_string(line.gsi)];
    if (line.raw) here["os"].fail("vCPUs that halt have no raw guest", "\"linux\"");
    if (line.moves) {
      root["policies"]["kvm.vcpu"].fail(
          fmt::format("the vCPUs halt, and a script moves GSI {}", line.gsi), "\"at-once\"");
    }
  }
}

// --- thresholds -------------------------------------------------------------------------------

// KVM's IOAPIC_SUCCESSIVE_IRQ_MAX_COUNT is 10000 (arch/x86/kvm/ioapic.h, Linux 6.1).
Threshold read_successive_eois(const Cursor& root) {
  const Cursor thresholds = root["thresholds"];
  if (thresholds) threshold_members().check(thresholds, place_of(Arch::x86));
  return read_threshold(thresholds["successive_eois"],
                        "successive EOIs before KVM's IOAPIC throttles", 10000, 3, 1, 65535);
}

}  // namespace

std::vector<Threshold> read_x86_thresholds(const Cursor& root) {
  std::vector<Threshold> thresholds = read_spurious(root);
  thresholds.insert(thresholds.begin(), read_successive_eois(root));
  return thresholds;
}

x86::Spec read_x86(const Cursor& root, Mode mode) {
  x86::Spec spec;
  Parts parts;
  const Cursor platform = root["platform"];
  const bool is_sound = platform.attempt([&] {
    if (platform) read_platform(platform, spec);
  });
  parts.pins = is_sound ? spec.pins : ioapic_pins;
  parts.vcpus = is_sound ? spec.vcpus : most_cpus;
  const Policies policies = read_policies(root);
  spec.resample_policy = policies.at("kvm.resample");
  spec.vcpu_policy = policies.at("kvm.vcpu");
  spec.forwards_mask = spec.resample_policy == "forward-mask";
  const bool has_parts = root.attempt([&] {
    root.attempt([&] { read_devices(root, spec, parts); });
    root.attempt([&] { read_guest(root, spec, parts); });
    spec.scripts = read_scripts(root, parts);
  });
  if (has_parts) {
    read_moves(root, spec);
    check_vcpu_policy(root, spec);
  }
  const std::vector<Threshold> thresholds = read_x86_thresholds(root);
  spec.throttle_limit = narrow<std::uint16_t>(value_of(thresholds[0], mode));
  if (thresholds.size() == 3) {
    spec.spurious_limit = narrow<std::uint32_t>(value_of(thresholds[1], mode));
    spec.spurious_window = narrow<std::uint32_t>(value_of(thresholds[2], mode));
  }
  return spec;
}

}  // namespace irqloom::app
