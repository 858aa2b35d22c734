#include "sim/app/properties.h"

#include <algorithm>
#include <iterator>

#include "sim/app/fabric_names.h"
#include "sim/app/predicate.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

/// The built-in ones that are judged where a scenario names none; with `all`, the others too.
std::vector<std::string> builtin_names(bool all) {
  std::vector<std::string> names;
  for (const PropertyType& p : PropertyTypes::all()) {
    if (all || !p.by_name_only) names.emplace_back(p.name);
  }
  return names;
}

const std::vector<std::pair<std::string, PropertyKind>>& kinds() {
  static const std::vector<std::pair<std::string, PropertyKind>> table = {
      {"never", PropertyKind::never},
      {"always", PropertyKind::always},
      {"recoverable", PropertyKind::recoverable},
      {"eventually", PropertyKind::eventually},
      {"leads_to", PropertyKind::leads_to},
      {"reachable", PropertyKind::reachable}};
  return table;
}

/// Whether it is taken in; false: it is left out.
bool read_builtin(const Cursor& value) {
  if (value.json().is_boolean()) {
    if (value.boolean()) value.fail("a built-in property is listed, not true", "{}, or false");
    return false;
  }
  if (!value.json().is_object()) {
    value.fail(value.label() + " is " + scenario::describe(value.json()),
               "{}, or false to leave it out");
  }
  value.unknown_keys({});
  return true;
}

/// Those that are taken in; where some are only left out, all others.
std::vector<std::string> judged_builtins(const std::vector<std::string>& taken,
                                         const std::vector<std::string>& left_out) {
  if (!taken.empty() || left_out.empty()) return taken;
  std::vector<std::string> names = builtin_names(false);
  std::erase_if(names, [&](const std::string& n) {
    return std::ranges::find(left_out, n) != left_out.end();
  });
  return names;
}

// Its name becomes part of file names.
void check_property_name(const Member& member) {
  const auto& [name, property] = member;
  const bool well_formed =
      !name.empty() && name.size() <= 60 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
  if (!well_formed)
    property.fail_key("\"" + name + "\" cannot name a property",
                      "lower-case letters, digits, hyphens");
}

/// False: the property is left out.
bool read_defined(const Member& member) {
  const auto& [name, property] = member;
  const auto names = builtin_names(true);
  const bool is_left_out = property.json().is_boolean() && !property.boolean();
  // One of the scenario's own may be left out, a misspelt one may not.
  if (is_left_out && scenario::nearest(name, names).empty()) return false;
  if (is_left_out || (property.json().is_object() && property.json().empty())) {
    property.fail_key("there is no built-in property \"" + name + "\"", scenario::list_of(names),
                      scenario::nearest(name, names));
  }
  check_property_name(member);
  property.unknown_keys({"kind", "p", "q", "why"});
  const PropertyKind kind = property["kind"].strict().one_of<PropertyKind>(kinds());
  property["p"].items();
  if (const Cursor q = property["q"]; q && kind != PropertyKind::leads_to)
    q.fail_key("only \"leads_to\" has a \"q\"");
  property["why"].string();
  return true;
}

ContextId read_context(const Cursor& cursor, const Fabric& fabric) {
  return fabric.find_context(cursor.one_of(context_names(fabric)));
}

std::string read_routine(const Cursor& cursor, const Fabric& fabric) {
  const std::vector<std::string> names = routine_names(fabric);
  const std::string name = cursor.string();
  if (std::ranges::find(names, name) != names.end()) return name;
  cursor.fail("there is no routine \"" + name + "\"", scenario::list_of(names),
              scenario::nearest(name, names));
}

std::string read_step(const Cursor& cursor, const std::string& routine, const Fabric& fabric) {
  const std::vector<std::string> names = step_names(fabric, routine);
  const std::string step = cursor.string();
  if (std::ranges::find(names, step) != names.end()) return step;
  cursor.fail("\"" + routine + "\" has no step \"" + step + "\"", scenario::list_of(names),
              scenario::nearest(step, names));
}

Assumption read_assumption(const Member& member, const Fabric& fabric) {
  const auto& [name, cursor] = member;
  cursor.unknown_keys({"before", "after", "why"});
  const Cursor after = cursor["after"];
  after.unknown_keys({"context", "routine", "step"});
  Assumption a;
  a.before = read_context(cursor["before"], fabric);
  a.after = read_context(after["context"], fabric);
  a.routine = read_routine(after["routine"], fabric);
  a.label = read_step(after["step"], a.routine, fabric);
  a.text = name + ": " + cursor["why"].string();
  return a;
}

/// The contexts from `from` to `to`, each waiting for the next by one of the assumptions; empty:
/// there is no such way.
std::vector<ContextId> waits_for(const std::vector<Assumption>& list, ContextId from,
                                 ContextId to) {
  std::vector<std::vector<ContextId>> ways = {{from}};
  std::vector<ContextId> seen = {from};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const std::vector<ContextId> way = ways[i];
    if (way.back() == to) return way;
    for (const Assumption& a : list) {
      if (a.after != way.back() || std::ranges::find(seen, a.before) != seen.end()) continue;
      seen.push_back(a.before);
      ways.push_back(way);
      ways.back().push_back(a.before);
    }
  }
  return {};
}

/// A context in the middle of a step is not at rest: two that wait for one another wait for ever.
void check_waits(const Assumption& a, const std::vector<Assumption>& earlier, const Cursor& before,
                 const Fabric& fabric) {
  const std::vector<ContextId> way = waits_for(earlier, a.before, a.after);
  if (way.empty()) return;
  std::string text = "\"" + fabric.contexts()[a.after].name + "\"";
  for (const ContextId c : way)
    text += " waits for \"" + fabric.contexts()[c].name + "\"" + (c == way.back() ? "" : ", which");
  before.fail(text + ": by itself it is never at rest there",
              "a context that does not wait for that one");
}

}  // namespace

PropertyChoice read_properties(const Cursor& properties) {
  PropertyChoice choice;
  if (!properties) {
    choice.judged = builtin_names(false);
    return choice;
  }
  std::vector<std::string> taken;
  std::vector<std::string> left_out;
  for (const Member& member : by_name(properties)) {
    const auto& [name, value] = member;
    bool is_judged = true;  // Also if something is wrong with it.
    const bool is_builtin = PropertyTypes::find(name) != nullptr;
    value.attempt(
        [&, &read = value] { is_judged = is_builtin ? read_builtin(read) : read_defined(member); });
    if (is_builtin) {
      (is_judged ? taken : left_out).push_back(name);
    } else if (is_judged) {
      choice.judged.push_back(name);
      choice.defined.push_back(member);
    }
  }
  std::ranges::copy(judged_builtins(taken, left_out), std::back_inserter(choice.judged));
  std::ranges::sort(choice.judged);
  if (choice.judged.empty()) properties.fail("no property is judged", "at least one");
  return choice;
}

void add_properties(Fabric& fabric, const std::vector<Member>& defined) {
  for (const Member& member : defined) {
    const scenario::Cursor& cursor = member.second;
    Property property;
    property.name = member.first;
    property.kind = cursor["kind"].one_of<PropertyKind>(kinds());
    property.message = cursor["why"].string();
    const bool has_p = cursor.attempt([&] { property.p = compile_predicate(cursor["p"], fabric); });
    const bool has_q = cursor.attempt([&] {
      if (property.kind == PropertyKind::leads_to)
        property.q = compile_predicate(cursor["q"], fabric);
    });
    if (has_p && has_q) fabric.add(std::move(property));
  }
}

std::vector<Assumption> read_assumptions(const Cursor& assume, const Fabric& fabric) {
  std::vector<Assumption> list;
  for (const Member& member : by_name(assume)) {
    member.second.attempt([&] {
      Assumption a = read_assumption(member, fabric);
      check_waits(a, list, member.second["before"], fabric);
      list.push_back(std::move(a));
    });
  }
  return list;
}

}  // namespace irqloom::app
