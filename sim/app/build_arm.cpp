#include "sim/app/build_arm.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/app/cost_table.h"
#include "sim/app/kernel.h"
#include "sim/app/members.h"
#include "sim/app/part_members.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

// KVM_IRQCHIP_NUM_PINS, arch/arm64/include/asm/kvm_host.h, Linux 6.1: GSI n is SPI 32 + n.
constexpr unsigned gsis = 988;
constexpr unsigned last_spi = 1019;
constexpr std::uint64_t most_lrs = 16;

void read_platform(const Cursor& platform, arm::Spec& spec) {
  platform_members().check(platform, place_of(Arch::arm64));
  spec.host_cpus = narrow<unsigned>(platform["host_cpus"].uint_or(1, 1, most_cpus));
  const Cursor vcpus = platform["vcpus"];
  if (vcpus && vcpus.json().is_number_unsigned() && vcpus.uint() == 0)
    vcpus.fail("a virtual GIC without a vCPU has nobody to interrupt",
               fmt::format("a whole number from 1 to {}", most_cpus));
  spec.vcpus = narrow<unsigned>(vcpus.uint_or(1, 1, most_cpus));
  const auto version = [&](const char* key) { return platform[key].uint_or(2, 2, 3); };
  spec.gic = version("gic_version") == 3 ? VgicModel::v3 : VgicModel::v2;
  spec.host_gicv3 = version("host_gic_version") == 3;
  spec.host_eoi_mode = narrow<unsigned>(platform["host_eoi_mode"].uint_or(0, 0, 1));
  spec.started = platform["vm"].one_of_or<bool>(true, {{"running", true}, {"by-script", false}});
  spec.nr_lr = narrow<unsigned>(platform["list_registers"].uint_or(4, 1, most_lrs));
}

/// What Linux 6.3 changed of the resampling is in the I/O APIC alone
/// (arch/x86/kvm/ioapic.c: ioapic_write_indirect()); the virtual GIC calls no mask notifiers.
std::string read_resample(const Cursor& root) {
  std::string at_eoi = "at-eoi";
  if (const Cursor policies = root["policies"]) {
    const Cursor chosen = policies["kvm.resample"];
    if (chosen && chosen.string() != at_eoi)
      chosen.fail("\"" + chosen.string() + "\" is done where an I/O APIC is masked or unmasked",
                  "\"at-eoi\" on arm64");
  }
  return at_eoi;
}

void read_kernel(const Cursor& root, arm::Spec& spec) {
  const Policies policies = read_policies(root);
  spec.resample_policy = read_resample(root);
  spec.readiness = policies.at("kvm.vgic-readiness");
  spec.vgic_core =
      policies.at("kvm.vgic-core") == "bitmaps" ? VgicCore::bitmaps : VgicCore::ap_lists;
  spec.ready_before_device = policies.at("kvm.vgic-mapping") == "device-last";
  spec.default_config =
      policies.at("kvm.vgic-default") == "level" ? vgic_config_level : vgic_config_edge;
  spec.takes_one_beyond = policies.at("kvm.spi-range") == "off-by-one";
  spec.injects_in_atomic = policies.at("kvm.spi-inject") == "in-atomic";
}

bool read_is_edge(const Cursor& trigger) {
  return trigger.one_of_or<bool>(false, {{"level", false}, {"edge", true}});
}

unsigned read_host_spi(const Cursor& spi) {
  const bool is_private = spi && spi.json().is_number_unsigned() && spi.uint() < gic::first_spi;
  if (is_private) {
    spi.fail(fmt::format("INTID {} is an SGI or a PPI, which are a CPU's own", spi.uint()),
             fmt::format("an SPI, from {} to {}", gic::first_spi, last_spi));
  }
  return narrow<unsigned>(spi.uint(gic::first_spi, last_spi));
}

constexpr std::uint64_t most_causes = 100;

bool read_is_emulated(const Cursor& type) {
  if (type && type.json() == "pci")
    type.fail("a \"pci\" device is of x86, and this is arm64", R"("platform" or "emulated")");
  return type.one_of<bool>({{"platform", false}, {"emulated", true}});
}

arm::EmulatedSpec read_emulated(const Cursor& root, const Member& member, Parts& parts) {
  const auto& [name, device] = member;
  device_members().check(device, arm64_emulated);
  arm::EmulatedSpec spec;
  spec.name = name;
  spec.gsi = read_gsi(device["gsi"], parts);
  spec.config.causes = narrow<std::uint8_t>(device["causes"].uint_or(1, 1, most_causes));
  spec.config.withdraws = device["withdraws"].boolean_or(false);
  if (root["costs"] && root["costs"][period_key(name)]) spec.config.period_key = period_key(name);
  parts.devices[name] = {spec.gsi, false};
  return spec;
}

arm::DeviceSpec read_device(const Cursor& root, const Member& member, Parts& parts) {
  const auto& [name, device] = member;
  device_members().check(device, arm64_platform);
  arm::DeviceSpec spec;
  spec.name = name;
  spec.config.edge = read_is_edge(device["trigger"]);
  spec.host_spi = read_host_spi(device["host_spi"]);
  spec.gsi = read_gsi(device["gsi"], parts);
  const Raises raises = read_raises(device["raises"], Arch::arm64);
  spec.config.raises = raises.by_itself;
  spec.config.max_raises = raises.most;
  spec.config.late_deassert = device["late_deassert"].boolean_or(false);
  spec.resample = device["resample"].boolean_or(!spec.config.edge);
  spec.armed_at_reset =
      device["assigned"].one_of_or("at-reset", {"at-reset", "by-script"}) == "at-reset";
  spec.asserting = device["asserting"].boolean_or(false);
  if (spec.asserting && spec.config.edge)
    device["asserting"].fail("an edge-triggered device holds no wire");
  spec.reset_at_release = device["reset_at_release"].boolean_or(false);
  spec.handler_retries = device["on_error"].one_of_or("ignore", {"ignore", "retry"}) == "retry";
  if (root["costs"] && root["costs"][period_key(name)]) spec.config.period_key = period_key(name);
  parts.devices[name] = {spec.gsi, true};
  return spec;
}

void check_host_spis(const Cursor& devices, const arm::Spec& spec) {
  for (std::size_t i = 0; i < spec.devices.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (spec.devices[i].host_spi != spec.devices[j].host_spi) continue;
      devices[spec.devices[i].name]["host_spi"].fail(
          fmt::format("SPI {} of the host is \"{}\"'s", spec.devices[i].host_spi,
                      spec.devices[j].name),
          "one of its own: vfio-platform requests it exclusively");
    }
  }
}

arm::GuestLine read_line(const Member& member, const arm::Spec& spec, const Parts& parts) {
  const Cursor& line = member.second;
  line_members().check(line, place_of(Arch::arm64));
  arm::GuestLine l;
  l.gsi = read_line_number(member, parts);
  l.vcpu = narrow<unsigned>(line["vcpu"].uint_or(0, 0, parts.vcpus - 1));
  l.edge = read_is_edge(line["trigger"]);
  l.oneshot = line["oneshot"].boolean_or(true);
  l.unlazy = line["unlazy"].boolean_or(false);
  l.enabled_at_reset = line["enabled"].boolean_or(spec.started);
  if (l.enabled_at_reset && !spec.started)
    line["enabled"].fail("no line is enabled in a VM that scripts have yet to create", "false");
  l.actions = read_actions(line["actions"], l.gsi, parts);
  check_oneshot(line, l.oneshot, l.actions);
  return l;
}

/// A kill comes from outside, and what starts after it starts from nothing.
void check_kills(const Cursor& root, const arm::Spec& spec) {
  for (const ScriptSpec& s : spec.scripts) {
    if (std::ranges::find(s.ops, ScriptOp::Kind::kill, &ScriptOp::kind) == s.ops.end()) continue;
    const Cursor script = root["scripts"][s.name];
    if (!s.optional) {
      script.fail_key("\"" + s.name + "\" is of the VMM that it kills",
                      "\"optional\": true: somebody outside");
    }
    if (spec.started) {
      script.fail_key("the VMM is killed and started again, and the VM runs without its doing",
                      "\"vm\": \"by-script\" in the platform");
    }
    if (!spec.emulated.empty()) {
      script.fail_key("the VMM is killed, and \"" + spec.emulated[0].name + "\" is a part of it",
                      "devices of type \"platform\" alone");
    }
  }
}

/// KVM emulates GICv3s since Linux 4.0, and had a virtual GIC of bitmaps until 4.6.
void check_gic_version(const Cursor& root, const arm::Spec& spec) {
  if (spec.vgic_core != VgicCore::bitmaps || spec.gic == VgicModel::v2) return;
  root["platform"]["gic_version"].fail(
      "the virtual GIC of " + root["kernel"].string() + " emulates no GICv3",
      "2, or policy kvm.vgic-core \"ap-lists\"");
}

void read_devices(const Cursor& root, arm::Spec& spec, Parts& parts) {
  for (const Member& member : by_name(root["devices"])) {
    const bool is_sound = member.second.attempt([&] {
      check_part_name(member);
      check_made_by_set(member, root["devices"], "type", "device");
      if (read_is_emulated(member.second["type"].strict())) {
        spec.emulated.push_back(read_emulated(root, member, parts));
      } else {
        spec.devices.push_back(read_device(root, member, parts));
      }
    });
    if (!is_sound) parts.devices[member.first].is_sound = false;
  }
  if (parts.devices.empty()) root["devices"].fail("there is no device", "at least one");
}

void read_guest(const Cursor& root, arm::Spec& spec, Parts& parts) {
  const Cursor guest = root["guest"];
  guest.unknown_keys({"lines", "spurious"});
  const Cursor lines = guest["lines"];
  for (const Member& member : lines.items()) {
    const bool is_sound = member.second.attempt([&] {
      check_made_by_set(member, lines, "actions", "line");
      spec.lines.push_back(read_line(member, spec, parts));
      parts.lines[spec.lines.back().gsi] = true;
    });
    parts.lines_are_sound = parts.lines_are_sound && is_sound;
  }
  std::ranges::sort(spec.lines, {}, &arm::GuestLine::gsi);
}

void read_all_scripts(const Cursor& root, arm::Spec& spec, const Parts& parts) {
  spec.scripts = read_scripts(root, parts);
  for (ScriptSpec& s : spec.scripts) {
    if (root["costs"] && root["costs"][period_key(s.name)]) s.period_key = period_key(s.name);
  }
}

}  // namespace

arm::Spec read_arm(const Cursor& root, Mode mode) {
  arm::Spec spec;
  Parts parts;
  parts.arch = Arch::arm64;
  parts.pins = gsis;
  const bool is_sound = root.attempt([&] {
    const Cursor platform = root["platform"];
    const bool has_platform = platform.attempt([&] { read_platform(platform, spec); });
    parts.vcpus = has_platform ? spec.vcpus : most_cpus;
    root.attempt([&] {
      read_kernel(root, spec);
      if (has_platform) check_gic_version(root, spec);
    });
    root.attempt([&] { read_devices(root, spec, parts); });
    root.attempt([&] { read_guest(root, spec, parts); });
    read_all_scripts(root, spec, parts);
  });
  if (is_sound) {
    check_host_spis(root["devices"], spec);
    check_kills(root, spec);
  }
  const std::vector<Threshold> spurious = read_spurious(root);
  if (!spurious.empty()) {
    spec.spurious_limit = narrow<std::uint32_t>(value_of(spurious[0], mode));
    spec.spurious_window = narrow<std::uint32_t>(value_of(spurious[1], mode));
  }
  return spec;
}

}  // namespace irqloom::app
