#include "sim/app/machine_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "models/vmm/operations.h"
#include "sim/app/part_members.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

constexpr std::size_t most_ops = 255;
constexpr std::uint64_t most_raises = 1000;

/// The names of the devices that `wanted` accepts.
template <class Wanted>
std::vector<std::string> devices_that(const Parts& parts, Wanted&& wanted) {
  std::vector<std::string> names;
  for (const auto& [name, device] : parts.devices) {
    if (wanted(device)) names.push_back(name);
  }
  return names;
}

GuestAction read_action(const Member& member, unsigned gsi, const Parts& parts) {
  const auto& [name, action] = member;
  action.unknown_keys({"order", "serves", "reports"});
  const auto device = parts.devices.find(name);
  if (device == parts.devices.end() && !parts.devices.empty()) {
    const auto names = devices_that(parts, [](const Parts::Device&) { return true; });
    action.fail_key("there is no device \"" + name + "\" for this action", scenario::list_of(names),
                    scenario::nearest(name, names));
  }
  const bool is_known = device != parts.devices.end() && device->second.is_sound;
  if (is_known && device->second.gsi != gsi) {
    const auto here = devices_that(parts, [gsi](const Parts::Device& d) { return d.gsi == gsi; });
    action.fail_key(fmt::format("\"{}\" raises GSI {}, not GSI {}", name, device->second.gsi, gsi),
                    here.empty() ? "a device of this GSI" : scenario::list_of(here));
  }
  GuestAction result;
  result.device = name;
  result.serves = action["serves"].one_of_or<Driver::Serves>(
      Driver::Serves::thread,
      {{"thread", Driver::Serves::thread}, {"primary", Driver::Serves::primary}});
  result.reports = action["reports"].boolean_or(false);
  return result;
}

// --- scripts ----------------------------------------------------------------------------------

void read_op_device(const Cursor& op, ScriptOp& spec, const Parts& parts) {
  const auto names =
      devices_that(parts, [](const Parts::Device& d) { return d.assigned || !d.is_sound; });
  spec.device = op["device"].strict().string();
  if (parts.devices.empty()) return;  // Which is the mistake.
  if (std::find(names.begin(), names.end(), spec.device) == names.end()) {
    op["device"].fail("there is no assigned device \"" + spec.device + "\"",
                      names.empty() ? "an assigned device" : scenario::list_of(names),
                      scenario::nearest(spec.device, names));
  }
}

void read_op_line(const Cursor& op, ScriptOp& spec, const Parts& parts) {
  spec.gsi = read_gsi(op["gsi"].strict(), parts);
  if (!parts.lines_are_sound) return;
  const auto line = parts.lines.find(spec.gsi);
  if (line == parts.lines.end() || !line->second) {
    op["gsi"].fail(fmt::format("no line of a Linux guest is on GSI {}", spec.gsi));
  }
}

/// The members of an operation besides those that all have.
std::vector<std::string> members_of(OperationInfo::Takes takes) {
  switch (takes) {
    case OperationInfo::Takes::nothing:
      return {};
    case OperationInfo::Takes::device:
      return {"device"};
    case OperationInfo::Takes::line:
      return {"gsi"};
    case OperationInfo::Takes::line_and_vcpu:
      return {"gsi", "value"};
    case OperationInfo::Takes::intid_and_level:
      return {"intid", "level"};
    case OperationInfo::Takes::number:
    case OperationInfo::Takes::vcpu:
      return {"value"};
  }
  return {};
}

void read_what(const Cursor& op, OperationInfo::Takes takes, ScriptOp& spec, const Parts& parts) {
  using Takes = OperationInfo::Takes;
  if (takes == Takes::device) read_op_device(op, spec, parts);
  if (takes == Takes::line || takes == Takes::line_and_vcpu) read_op_line(op, spec, parts);
  if (takes == Takes::line_and_vcpu || takes == Takes::vcpu)
    spec.value = narrow<unsigned>(op["value"].uint(0, parts.vcpus - 1));
  // Whatever number: what the interface says of it is the point.
  if (takes == Takes::number) spec.value = narrow<unsigned>(op["value"].uint(0, 65535));
  if (takes == Takes::intid_and_level) {
    spec.intid = narrow<unsigned>(op["intid"].uint(0, 65535));
    spec.value = narrow<unsigned>(op["level"].uint_or(1, 0, 1));
  }
}

/// The position of the earlier operation, with a result, that this one depends on.
std::optional<std::size_t> read_dependence(const Cursor& value,
                                           const std::vector<ScriptOp>& before) {
  if (!value) return std::nullopt;
  std::vector<std::string> names;
  for (const ScriptOp& op : before) {
    if (!op.name.empty()) names.push_back(op.name);
  }
  const std::string name = value.strict().string();
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!name.empty() && before[i].name == name) return i;
  }
  value.fail("no earlier operation of this script that can fail is named \"" + name + "\"",
             names.empty() ? "" : scenario::list_of(names), scenario::nearest(name, names));
}

/// Why that operation, which there is, is not one of this script.
[[noreturn]] void refuse_operation(const Cursor& what, const OperationInfo& operation,
                                   const ScriptSpec& script, Arch arch,
                                   const std::vector<std::string>& names) {
  if (!exists_on(operation.archs, arch)) {
    what.fail(fmt::format("\"{}\" is an operation of {} alone, and this is {}", operation.name,
                          name_of(operation.archs), name_of(arch)),
              scenario::list_of(names));
  }
  const bool is_guests = operation.side == Side::guest;
  what.fail(
      fmt::format("\"{}\" is done {}, and the script \"{}\" is {}", operation.name,
                  is_guests ? "in the guest" : "by the VMM", script.name,
                  is_guests ? "the VMM's" : "the guest's"),
      fmt::format("{} in the script, or here {}",
                  is_guests ? "\"in\": \"guest\"" : "\"in\": \"vmm\"", scenario::list_of(names)));
}

const OperationInfo& read_operation(const Cursor& what, const ScriptSpec& script, Arch arch) {
  std::vector<std::pair<std::string, const OperationInfo*>> here;
  std::vector<std::string> names;
  const OperationInfo* elsewhere = nullptr;
  for (const OperationInfo& o : operations()) {
    if (is_done_by(o, arch, script.in_guest)) {
      here.emplace_back(o.name, &o);
      names.emplace_back(o.name);
    } else if (what && what.json() == o.name) {
      elsewhere = &o;
    }
  }
  if (elsewhere != nullptr) refuse_operation(what, *elsewhere, script, arch, names);
  return *what.one_of<const OperationInfo*>(here);
}

ScriptOp read_op(const Member& member, const Cursor& ops, const ScriptSpec& script,
                 const Parts& parts) {
  const Cursor& op = member.second;
  check_made_by_set(member, ops, "do", "operation");
  // Of what is of another machine the operation is the reason, not its members.
  const OperationInfo& operation = read_operation(op["do"].strict(), script, parts.arch);
  operation_members().refuse_elsewhere(op, place_of(parts.arch));
  std::vector<std::string> keys = {"order", "do"};
  if (parts.arch == Arch::arm64) keys.insert(keys.end(), {"if_failed", "if_done"});
  std::ranges::copy(members_of(operation.takes), std::back_inserter(keys));
  op.unknown_keys(keys);

  ScriptOp spec;
  spec.kind = operation.kind;
  read_what(op, operation.takes, spec, parts);
  // A result is a slot of its own; those of x86 are nobody's condition.
  if (operation.can_fail && parts.arch == Arch::arm64) spec.name = member.first;
  spec.if_failed = read_dependence(op["if_failed"], script.ops);
  spec.if_done = read_dependence(op["if_done"], script.ops);
  return spec;
}

ScriptSpec read_script(const Member& member, const Cursor& scripts, const Parts& parts) {
  const auto& [name, script] = member;
  check_part_name(member);
  check_made_by_set(member, scripts, "ops", "script");
  if (parts.devices.contains(name))
    script.fail_key("\"" + name + "\" is the name of a device", "a name of its own");
  script.unknown_keys({"in", "vcpu", "optional", "repeats", "ops"});

  ScriptSpec spec;
  spec.name = name;
  spec.in_guest = script["in"].one_of_or<bool>(false, {{"vmm", false}, {"guest", true}});
  if (const Cursor vcpu = script["vcpu"]; vcpu && !spec.in_guest)
    vcpu.fail_key("a script of the VMM runs on no vCPU", "\"in\": \"guest\" beside it, or nothing");
  spec.vcpu = narrow<unsigned>(script["vcpu"].uint_or(0, 0, parts.vcpus - 1));
  spec.optional = script["optional"].boolean_or(false);
  spec.repeats = script["repeats"].boolean_or(false);
  const Cursor ops = script["ops"];
  ops.items();  // Must be there.
  for (const Member& op : by_order(ops)) {
    ScriptOp read{.name = op.first};  // For those that depend on it, should it be wrong.
    op.second.attempt([&] { read = read_op(op, ops, spec, parts); });
    spec.ops.push_back(std::move(read));
  }
  if (spec.ops.empty() || spec.ops.size() > most_ops) {
    ops.fail(fmt::format("the script has {} operations", spec.ops.size()),
             fmt::format("from 1 to {}", most_ops));
  }
  return spec;
}

// A window without a handled interrupt has as many unhandled ones as it has interrupts.
void check_limit(const Cursor& cursor, const Threshold& limit, const Threshold& window) {
  for (const Mode mode : {Mode::run, Mode::explore}) {
    if (value_of(limit, mode) < value_of(window, mode)) continue;
    cursor.fail(fmt::format("more than {} unhandled interrupts among {} there can never be",
                            value_of(limit, mode), value_of(window, mode)),
                fmt::format("a limit below the window ({})",
                            mode == Mode::run ? "in a run" : "in an exploration"));
  }
}

}  // namespace

unsigned read_gsi(const Cursor& gsi, const Parts& parts) {
  return narrow<unsigned>(gsi.uint(0, parts.pins - 1));
}

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

Raises read_raises(const Cursor& raises, Arch arch) {
  if (!raises) return {};
  const bool has_operation = arch == Arch::arm64;
  const std::string expected = fmt::format("\"unbounded\", {}or a whole number from 1 to {}",
                                           has_operation ? "\"by-script\", " : "", most_raises);
  const scenario::Json& json = raises.json();
  if (json == "unbounded") return {};
  if (json == "by-script" && has_operation) return {false, 0};
  if (json == "by-script") {
    raises.fail("\"by-script\" is of arm64 alone: no operation of x86 makes a device raise",
                expected);
  }
  const bool is_number = json.is_number_unsigned() && json.get<std::uint64_t>() >= 1 &&
                         json.get<std::uint64_t>() <= most_raises;
  if (!is_number) {
    raises.fail(raises.label() + " is " + scenario::describe(json), expected,
                json.is_string() ? scenario::nearest(json.get<std::string>(), {"unbounded"}) : "");
  }
  return {true, narrow<std::uint16_t>(json.get<std::uint64_t>())};
}

std::vector<GuestAction> read_actions(const Cursor& actions, unsigned gsi, const Parts& parts) {
  std::vector<GuestAction> list;
  for (const Member& action : by_order(actions))
    action.second.attempt([&] { list.push_back(read_action(action, gsi, parts)); });
  if (list.size() > most_sharers) {
    actions.fail(fmt::format("{} actions share the line", list.size()),
                 fmt::format("at most {}", most_sharers));
  }
  return list;
}

// kernel/irq/manage.c, __setup_irq(), Linux 6.1: -EINVAL unless the chip is IRQCHIP_ONESHOT_SAFE,
// which neither the I/O APIC's nor the GIC's is.
void check_oneshot(const Cursor& line, bool oneshot, const std::vector<GuestAction>& actions) {
  if (oneshot) return;
  for (const GuestAction& a : actions) {
    if (a.serves != Driver::Serves::thread) continue;
    line["oneshot"].fail(
        "the handler of \"" + a.device +
            "\" runs in the irq thread alone, and Linux refuses that without IRQF_ONESHOT: "
            "request_threaded_irq() returns -EINVAL",
        "true, or \"serves\": \"primary\" in the action");
  }
}

std::vector<ScriptSpec> read_scripts(const Cursor& root, const Parts& parts) {
  const Cursor scripts = root["scripts"];
  std::vector<ScriptSpec> list;
  for (const Member& script : by_name(scripts))
    script.second.attempt([&] { list.push_back(read_script(script, scripts, parts)); });
  return list;
}

Threshold read_threshold(const Cursor& value, std::string what, std::uint64_t run,
                         std::uint64_t explore, std::uint64_t min, std::uint64_t max) {
  Threshold t{std::move(what), run, explore};
  if (!value) return t;
  if (!value.json().is_object()) {
    if (!value.json().is_number()) {
      value.fail(value.label() + " is " + scenario::describe(value.json()),
                 fmt::format("a whole number from {} to {}, or one for each: "
                             "{{\"run\": {}, \"explore\": {}}}",
                             min, max, run, explore));
    }
    t.run = t.explore = value.uint(min, max);
    return t;
  }
  value.unknown_keys({"run", "explore"});
  t.run = value["run"].uint_or(run, min, max);
  t.explore = value["explore"].uint_or(explore, min, max);
  return t;
}

std::vector<Threshold> read_spurious(const Cursor& root) {
  const Cursor spurious = root["guest"]["spurious"];
  if (!spurious) return {};
  spurious.unknown_keys({"limit", "window"});
  constexpr std::uint64_t most = 1'000'000;
  const Cursor limit = spurious["limit"];
  const Cursor window = spurious["window"];
  // kernel/irq/spurious.c, note_interrupt(), Linux 6.1: 99,900 of 100,000.
  std::vector<Threshold> thresholds = {
      read_threshold(limit, "unhandled interrupts before the guest disables a line", 99900, 99900,
                     1, most),
      read_threshold(window, "interrupts among which the guest counts unhandled ones", 100000,
                     100000, 1, most)};
  check_limit(limit ? limit : window, thresholds[0], thresholds[1]);
  return thresholds;
}

void check_made_by_set(const Member& part, const Cursor& parts, std::string_view needed,
                       const std::string& what) {
  const auto is_by_set = [](const Cursor& c) { return c.place().key.line == 0; };
  const auto& [name, cursor] = part;
  const bool is_named_only = is_by_set(cursor) && cursor.json().is_object() && !cursor[needed];
  if (!is_named_only) return;
  std::vector<std::string> names;
  for (const auto& [other, value] : parts.items()) {
    if (!is_by_set(value)) names.push_back(other);
  }
  const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
  cursor.fail_key(fmt::format("there is no {} \"{}\"", what, name),
                  names.empty() ? "a whole " + what : scenario::list_of(names),
                  is_number ? "" : scenario::nearest(name, names));
}

}  // namespace irqloom::app
