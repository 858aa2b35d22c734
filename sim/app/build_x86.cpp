#include "sim/app/build_x86.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "sim/app/cost_table.h"
#include "sim/app/kernel.h"
#include "sim/app/members.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

// virt: KVM_IOAPIC_NUM_PINS, arch/x86/kvm/ioapic.h, Linux 6.1.
constexpr unsigned ioapic_pins = 24;
constexpr unsigned most_cpus = 8;
// One byte holds a bit for each action of a line, and for each resample irqfd of a GSI.
constexpr std::size_t most_sharers = 8;
constexpr std::size_t most_ops = 255;
constexpr std::uint64_t most_raises = 1000;
// Intel SDM volume 3, 11.5.2: vectors below 16 are illegal; Linux leaves those below 32 to
// exceptions.
constexpr unsigned first_vector = 32;
constexpr unsigned last_vector = 255;
// 32 + 33 + 16 is 81, the vector of GSI 16 in the recordings of real kernels.
constexpr unsigned default_vector_base = 65;

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
  unsigned pins = ioapic_pins;
  unsigned vcpus = 1;
  std::map<std::string, Device> devices;
  std::map<unsigned, bool> lines;  ///< By GSI: whether Linux handles it.
};

/// The names of the devices that `wanted` accepts.
template <class Wanted>
std::vector<std::string> devices_that(const Parts& parts, Wanted&& wanted) {
  std::vector<std::string> names;
  for (const auto& [name, device] : parts.devices) {
    if (wanted(device)) names.push_back(name);
  }
  return names;
}

void read_platform(const Cursor& platform, x86::Spec& spec) {
  platform.unknown_keys({"arch", "host_cpus", "vcpus", "pins"});
  platform["arch"].one_of_or("x86", {"x86"});
  spec.host_cpus = narrow<unsigned>(platform["host_cpus"].uint_or(2, 1, most_cpus));
  spec.vcpus = narrow<unsigned>(platform["vcpus"].uint_or(2, 1, most_cpus));
  spec.pins = narrow<unsigned>(platform["pins"].uint_or(ioapic_pins, 1, ioapic_pins));
}

// --- devices ----------------------------------------------------------------------------------

unsigned read_gsi(const Cursor& gsi, const Parts& parts) {
  return narrow<unsigned>(gsi.uint(0, parts.pins - 1));
}

/// 0: without end.
std::uint16_t read_raises(const Cursor& raises) {
  if (!raises) return 0;
  if (raises.json().is_string()) {
    raises.one_of({"unbounded"});
    return 0;
  }
  if (!raises.json().is_number_unsigned()) {
    raises.fail(raises.label() + " is " + scenario::describe(raises.json()),
                fmt::format("\"unbounded\", or a whole number from 1 to {}", most_raises));
  }
  return narrow<std::uint16_t>(raises.uint(1, most_raises));
}

x86::AssignedSpec read_assigned(const Member& member, bool is_pci, Parts& parts) {
  const auto& [name, device] = member;
  std::vector<std::string> keys = {"type",     "host_pin",       "gsi", "raises", "late_deassert",
                                   "assigned", "pending_signals"};
  if (is_pci) keys.emplace_back("pci_2_3");
  device.unknown_keys(keys);

  x86::AssignedSpec spec;
  spec.name = name;
  spec.pci_2_3 = is_pci && device["pci_2_3"].boolean_or(true);
  spec.host_pin = narrow<unsigned>(device["host_pin"].uint(0, parts.pins - 1));
  spec.gsi = read_gsi(device["gsi"], parts);
  spec.config.max_raises = read_raises(device["raises"]);
  spec.config.late_deassert = device["late_deassert"].boolean_or(false);
  spec.assigned_at_reset =
      device["assigned"].one_of_or("at-reset", {"at-reset", "by-script"}) == "at-reset";
  spec.pending_signals = narrow<std::uint32_t>(device["pending_signals"].uint_or(0, 0, 1'000'000));
  parts.devices[name] = {spec.gsi, true};
  return spec;
}

x86::EmulatedSpec read_emulated(const Member& member, Parts& parts) {
  const auto& [name, device] = member;
  device.unknown_keys({"type", "gsi", "raises", "never_lowered"});
  x86::EmulatedSpec spec;
  spec.name = name;
  spec.config.gsi = read_gsi(device["gsi"], parts);
  spec.config.max_raises = read_raises(device["raises"]);
  spec.config.never_lowered = device["never_lowered"].boolean_or(false);
  parts.devices[name] = {spec.config.gsi, false};
  return spec;
}

void read_devices(const Cursor& root, x86::Spec& spec, Parts& parts) {
  std::map<unsigned, std::size_t> sharers;
  for (const Member& member : by_name(root["devices"])) {
    const auto& [name, device] = member;
    check_part_name(member);
    const std::string type = device["type"].one_of({"pci", "platform", "emulated"});
    if (type == "emulated") {
      spec.emulated.push_back(read_emulated(member, parts));
      continue;
    }
    spec.devices.push_back(read_assigned(member, type == "pci", parts));
    if (root["costs"] && root["costs"][period_key(name)])
      spec.devices.back().config.period_key = period_key(name);
    if (++sharers[spec.devices.back().gsi] > most_sharers) {
      device["gsi"].fail(fmt::format("GSI {} has more than {} assigned devices",
                                     spec.devices.back().gsi, most_sharers));
    }
  }
  if (parts.devices.empty()) root["devices"].fail("there is no device", "at least one");
}

// --- the guest's lines ------------------------------------------------------------------------

unsigned read_line_number(const Member& member, const Parts& parts) {
  const auto& [key, line] = member;
  unsigned gsi = 0;
  const char* end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data(), end, gsi);
  const bool is_plain = error == std::errc() && stop == end && std::to_string(gsi) == key;
  if (!is_plain || gsi >= parts.pins) {
    line.fail_key("\"" + key + "\" is no GSI of this platform",
                  fmt::format("a whole number from 0 to {}, as a string", parts.pins - 1));
  }
  return gsi;
}

x86::GuestAction read_action(const Member& member, unsigned gsi, const Parts& parts) {
  const auto& [name, action] = member;
  action.unknown_keys({"order", "serves", "reports"});
  const auto device = parts.devices.find(name);
  if (device == parts.devices.end()) {
    const auto names = devices_that(parts, [](const Parts::Device&) { return true; });
    action.fail_key("there is no device \"" + name + "\" for this action", scenario::list_of(names),
                    scenario::nearest(name, names));
  }
  if (device->second.gsi != gsi) {
    const auto here = devices_that(parts, [gsi](const Parts::Device& d) { return d.gsi == gsi; });
    action.fail_key(fmt::format("\"{}\" raises GSI {}, not GSI {}", name, device->second.gsi, gsi),
                    here.empty() ? "a device of this GSI" : scenario::list_of(here));
  }
  x86::GuestAction result;
  result.device = name;
  result.serves = action["serves"].one_of_or<Driver::Serves>(
      Driver::Serves::thread,
      {{"thread", Driver::Serves::thread}, {"primary", Driver::Serves::primary}});
  result.reports = action["reports"].boolean_or(false);
  return result;
}

void read_actions(const Cursor& line, x86::GuestLine& spec, const Parts& parts) {
  const Cursor actions = line["actions"];
  for (const Member& action : by_order(actions))
    spec.actions.push_back(read_action(action, spec.gsi, parts));
  if (spec.actions.size() > most_sharers) {
    actions.fail(fmt::format("{} actions share the line", spec.actions.size()),
                 fmt::format("at most {}", most_sharers));
  }
  if (spec.raw && spec.actions.size() != 1) {
    actions.fail(fmt::format("a line of the raw guest has {} actions", spec.actions.size()),
                 "exactly one");
  }
}

x86::GuestLine read_line(const Member& member, const Parts& parts) {
  const Cursor& line = member.second;
  line.unknown_keys(
      {"vector", "vcpu", "flow", "oneshot", "os", "masked", "enabled", "wakeup", "actions"});
  x86::GuestLine spec;
  spec.gsi = read_line_number(member, parts);
  spec.vector = narrow<std::uint8_t>(
      line["vector"].uint_or(default_vector_base + spec.gsi, first_vector, last_vector));
  spec.vcpu = narrow<unsigned>(line["vcpu"].uint_or(0, 0, parts.vcpus - 1));
  spec.flow = line["flow"].one_of_or<Flow>(
      Flow::fasteoi, {{"fasteoi", Flow::fasteoi}, {"level", Flow::level}, {"edge", Flow::edge}});
  spec.oneshot = line["oneshot"].boolean_or(true);
  spec.raw = line["os"].one_of_or<bool>(false, {{"linux", false}, {"raw", true}});
  spec.masked_at_reset = line["masked"].boolean_or(false);
  spec.enabled_at_reset = line["enabled"].boolean_or(true);
  spec.wakeup = line["wakeup"].boolean_or(false);
  read_actions(line, spec, parts);
  return spec;
}

void read_guest(const Cursor& root, x86::Spec& spec, Parts& parts) {
  const Cursor guest = root["guest"];
  guest.unknown_keys({"lines", "spurious"});
  for (const Member& member : guest["lines"].items()) {
    spec.lines.push_back(read_line(member, parts));
    parts.lines[spec.lines.back().gsi] = !spec.lines.back().raw;
  }
  std::sort(spec.lines.begin(), spec.lines.end(),
            [](const x86::GuestLine& a, const x86::GuestLine& b) { return a.gsi < b.gsi; });
}

// --- scripts ----------------------------------------------------------------------------------

void read_op_device(const Cursor& op, x86::ScriptOp& spec, const Parts& parts) {
  op.unknown_keys({"order", "do", "device"});
  const auto names = devices_that(parts, [](const Parts::Device& d) { return d.assigned; });
  spec.device = op["device"].string();
  if (std::find(names.begin(), names.end(), spec.device) == names.end()) {
    op["device"].fail("there is no assigned device \"" + spec.device + "\"",
                      names.empty() ? "an assigned device" : scenario::list_of(names),
                      scenario::nearest(spec.device, names));
  }
}

void read_op_gsi(const Cursor& op, x86::ScriptOp& spec, const Parts& parts) {
  op.unknown_keys({"order", "do", "gsi"});
  spec.gsi = read_gsi(op["gsi"], parts);
  const auto line = parts.lines.find(spec.gsi);
  if (line == parts.lines.end() || !line->second) {
    op["gsi"].fail(fmt::format("no line of a Linux guest is on GSI {}", spec.gsi));
  }
}

x86::ScriptOp read_op(const Cursor& op, const Parts& parts) {
  using Kind = x86::ScriptOp::Kind;
  x86::ScriptOp spec;
  spec.kind = op["do"].one_of<Kind>({{"assign", Kind::assign},
                                     {"deassign", Kind::deassign},
                                     {"signal", Kind::signal},
                                     {"enable", Kind::enable},
                                     {"disable", Kind::disable},
                                     {"suspend", Kind::suspend},
                                     {"check-wakeup", Kind::check_wakeup},
                                     {"resume", Kind::resume},
                                     {"wait", Kind::wait}});
  switch (spec.kind) {
    case Kind::assign:
    case Kind::deassign:
    case Kind::signal:
      read_op_device(op, spec, parts);
      break;
    case Kind::wait:
      op.unknown_keys({"order", "do"});
      break;
    default:
      read_op_gsi(op, spec, parts);
  }
  return spec;
}

x86::ScriptSpec read_script(const Member& member, const Parts& parts) {
  const auto& [name, script] = member;
  check_part_name(member);
  if (parts.devices.contains(name))
    script.fail_key("\"" + name + "\" is the name of a device", "a name of its own");
  script.unknown_keys({"in", "vcpu", "optional", "repeats", "ops"});

  x86::ScriptSpec spec;
  spec.name = name;
  spec.in_guest = script["in"].one_of_or<bool>(false, {{"vmm", false}, {"guest", true}});
  if (const Cursor vcpu = script["vcpu"]; vcpu && !spec.in_guest)
    vcpu.fail_key("a script of the VMM runs on no vCPU", "\"in\": \"guest\" beside it, or nothing");
  spec.vcpu = narrow<unsigned>(script["vcpu"].uint_or(0, 0, parts.vcpus - 1));
  spec.optional = script["optional"].boolean_or(false);
  spec.repeats = script["repeats"].boolean_or(false);
  const Cursor ops = script["ops"];
  ops.items();  // Must be there.
  for (const Member& op : by_order(ops))
    spec.ops.push_back(read_op(op.second, parts));
  if (spec.ops.empty() || spec.ops.size() > most_ops) {
    ops.fail(fmt::format("the script has {} operations", spec.ops.size()),
             fmt::format("from 1 to {}", most_ops));
  }
  return spec;
}

// --- thresholds -------------------------------------------------------------------------------

/// A number, or one for each mode: {"run": 10000, "explore": 3}.
Threshold read_threshold(const Cursor& value, std::string what, std::uint64_t run,
                         std::uint64_t explore, std::uint64_t min, std::uint64_t max) {
  Threshold t{std::move(what), run, explore};
  if (!value) return t;
  if (!value.json().is_object()) {
    t.run = t.explore = value.uint(min, max);
    return t;
  }
  value.unknown_keys({"run", "explore"});
  t.run = value["run"].uint_or(run, min, max);
  t.explore = value["explore"].uint_or(explore, min, max);
  return t;
}

// KVM's IOAPIC_SUCCESSIVE_IRQ_MAX_COUNT is 10000 (arch/x86/kvm/ioapic.h, Linux 6.1).
Threshold read_successive_eois(const Cursor& root) {
  const Cursor thresholds = root["thresholds"];
  if (thresholds) thresholds.unknown_keys({"successive_eois"});
  return read_threshold(thresholds["successive_eois"],
                        "successive EOIs before KVM's IOAPIC throttles", 10000, 3, 1, 65535);
}

std::vector<Threshold> read_spurious(const Cursor& root) {
  const Cursor spurious = root["guest"]["spurious"];
  if (!spurious) return {};
  spurious.unknown_keys({"limit", "window"});
  constexpr std::uint64_t most = 1'000'000;
  const Cursor limit = spurious["limit"];
  const Cursor window = spurious["window"];
  // kernel/irq/spurious.c, note_interrupt(), Linux 6.1: 99,900 of 100,000.
  return {read_threshold(limit, "unhandled interrupts before the guest disables a line", 99900,
                         99900, 1, most),
          read_threshold(window, "interrupts among which the guest counts unhandled ones", 100000,
                         100000, 1, most)};
}

std::uint64_t value_of(const Threshold& t, Mode mode) {
  return mode == Mode::run ? t.run : t.explore;
}

}  // namespace

std::vector<Threshold> read_thresholds(const Cursor& root) {
  std::vector<Threshold> thresholds = read_spurious(root);
  thresholds.insert(thresholds.begin(), read_successive_eois(root));
  return thresholds;
}

x86::Spec read_x86(const Cursor& root, Mode mode) {
  x86::Spec spec;
  Parts parts;
  if (const Cursor platform = root["platform"]) read_platform(platform, spec);
  parts.pins = spec.pins;
  parts.vcpus = spec.vcpus;
  spec.resample_policy = read_policies(root).at("kvm.resample");
  spec.forwards_mask = spec.resample_policy == "forward-mask";
  read_devices(root, spec, parts);
  read_guest(root, spec, parts);
  for (const Member& script : by_name(root["scripts"]))
    spec.scripts.push_back(read_script(script, parts));
  const std::vector<Threshold> thresholds = read_thresholds(root);
  spec.throttle_limit = narrow<std::uint16_t>(value_of(thresholds[0], mode));
  if (thresholds.size() == 3) {
    spec.spurious_limit = narrow<std::uint32_t>(value_of(thresholds[1], mode));
    spec.spurious_window = narrow<std::uint32_t>(value_of(thresholds[2], mode));
  }
  return spec;
}

std::vector<std::string> device_names(const x86::Spec& spec) {
  std::vector<std::string> names;
  for (const x86::AssignedSpec& d : spec.devices)
    names.push_back(d.name);
  return names;
}

}  // namespace irqloom::app
