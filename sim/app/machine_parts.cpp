#include "sim/app/machine_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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
  const auto names = devices_that(parts, [](const Parts::Device& d) { return d.assigned; });
  spec.device = op["device"].string();
  if (std::find(names.begin(), names.end(), spec.device) == names.end()) {
    op["device"].fail("there is no assigned device \"" + spec.device + "\"",
                      names.empty() ? "an assigned device" : scenario::list_of(names),
                      scenario::nearest(spec.device, names));
  }
}

void read_op_line(const Cursor& op, ScriptOp& spec, const Parts& parts) {
  spec.gsi = read_gsi(op["gsi"], parts);
  const auto line = parts.lines.find(spec.gsi);
  if (line == parts.lines.end() || !line->second) {
    op["gsi"].fail(fmt::format("no line of a Linux guest is on GSI {}", spec.gsi));
  }
}

void read_what(const Cursor& op, const OpRule& rule, ScriptOp& spec, const Parts& parts,
               std::vector<std::string> keys) {
  switch (rule.takes) {
    case OpRule::Takes::nothing:
      op.unknown_keys(keys);
      break;
    case OpRule::Takes::device:
      keys.emplace_back("device");
      op.unknown_keys(keys);
      read_op_device(op, spec, parts);
      break;
    case OpRule::Takes::line:
      keys.emplace_back("gsi");
      op.unknown_keys(keys);
      read_op_line(op, spec, parts);
      break;
    case OpRule::Takes::intid_and_level:
      keys.insert(keys.end(), {"intid", "level"});
      op.unknown_keys(keys);
      // Whatever number: what the interface says of it is the point.
      spec.intid = narrow<unsigned>(op["intid"].uint(0, 65535));
      spec.value = narrow<unsigned>(op["level"].uint_or(1, 0, 1));
      break;
    case OpRule::Takes::line_and_vcpu:
      keys.insert(keys.end(), {"gsi", "value"});
      op.unknown_keys(keys);
      read_op_line(op, spec, parts);
      spec.value = narrow<unsigned>(op["value"].uint(0, parts.vcpus - 1));
      break;
    case OpRule::Takes::vcpu:
      keys.emplace_back("value");
      op.unknown_keys(keys);
      spec.value = narrow<unsigned>(op["value"].uint(0, parts.vcpus - 1));
      break;
    case OpRule::Takes::number:
      keys.emplace_back("value");
      op.unknown_keys(keys);
      spec.value = narrow<unsigned>(op["value"].uint(0, 65535));
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
  const std::string name = value.string();
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!name.empty() && before[i].name == name) return i;
  }
  value.fail("no earlier operation of this script that can fail is named \"" + name + "\"",
             names.empty() ? "" : scenario::list_of(names), scenario::nearest(name, names));
}

ScriptOp read_op(const Member& member, const ScriptSpec& script, const Parts& parts,
                 const std::vector<OpRule>& rules, bool is_strict) {
  const Cursor& op = member.second;
  std::vector<std::pair<std::string, const OpRule*>> table;
  for (const OpRule& r : rules) {
    if (!is_strict || r.kind == ScriptOp::Kind::wait || r.kind == ScriptOp::Kind::reset_device ||
        r.in_guest == script.in_guest) {
      table.emplace_back(r.name, &r);
    }
  }
  const OpRule& rule = *op["do"].one_of<const OpRule*>(table);
  ScriptOp spec;
  spec.kind = rule.kind;
  std::vector<std::string> keys = {"order", "do"};
  if (is_strict) keys.insert(keys.end(), {"if_failed", "if_done"});
  read_what(op, rule, spec, parts, std::move(keys));
  if (rule.can_fail) spec.name = member.first;
  spec.if_failed = read_dependence(op["if_failed"], script.ops);
  spec.if_done = read_dependence(op["if_done"], script.ops);
  return spec;
}

ScriptSpec read_script(const Member& member, const Parts& parts, const std::vector<OpRule>& rules,
                       bool is_strict) {
  const auto& [name, script] = member;
  check_part_name(member);
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
  for (const Member& op : by_order(ops))
    spec.ops.push_back(read_op(op, spec, parts, rules, is_strict));
  if (spec.ops.empty() || spec.ops.size() > most_ops) {
    ops.fail(fmt::format("the script has {} operations", spec.ops.size()),
             fmt::format("from 1 to {}", most_ops));
  }
  return spec;
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

std::vector<GuestAction> read_actions(const Cursor& actions, unsigned gsi, const Parts& parts) {
  std::vector<GuestAction> list;
  for (const Member& action : by_order(actions))
    list.push_back(read_action(action, gsi, parts));
  if (list.size() > most_sharers) {
    actions.fail(fmt::format("{} actions share the line", list.size()),
                 fmt::format("at most {}", most_sharers));
  }
  return list;
}

std::vector<ScriptSpec> read_scripts(const Cursor& root, const Parts& parts,
                                     const std::vector<OpRule>& rules, bool is_strict) {
  std::vector<ScriptSpec> list;
  for (const Member& script : by_name(root["scripts"]))
    list.push_back(read_script(script, parts, rules, is_strict));
  return list;
}

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

}  // namespace irqloom::app
