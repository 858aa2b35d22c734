#include "sim/app/properties.h"

#include <algorithm>
#include <set>

#include "sim/app/builtin_properties.h"
#include "sim/app/predicate.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

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

std::vector<std::string> builtin_names() {
  std::vector<std::string> names;
  for (const BuiltinProperty& p : builtin_properties())
    names.emplace_back(p.name);
  return names;
}

/// False: the property is left out.
bool read_builtin(const Cursor& value) {
  if (value.json().is_boolean()) {
    if (value.boolean()) value.fail("a built-in property is listed, not true", "{}, or false");
    return false;
  }
  value.unknown_keys({});
  return true;
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
  if (property.json().is_boolean() && !property.boolean()) return false;
  if (property.json().is_object() && property.json().empty()) {
    const auto names = builtin_names();
    property.fail_key("there is no built-in property \"" + name + "\"", scenario::list_of(names),
                      scenario::nearest(name, names));
  }
  check_property_name(member);
  property.unknown_keys({"kind", "p", "q", "why"});
  const PropertyKind kind = property["kind"].one_of<PropertyKind>(kinds());
  property["p"].items();
  if (const Cursor q = property["q"]; q && kind != PropertyKind::leads_to)
    q.fail_key("only \"leads_to\" has a \"q\"");
  property["why"].string();
  return true;
}

const RoutineInfo* find_routine(const Fabric& fabric, std::string_view name,
                                std::string_view step) {
  for (const RoutineInfo& r : fabric.routines()) {
    if (r.name != name) continue;
    if (step.empty()) return &r;
    for (const StepInfo& s : r.steps) {
      if (s.name == step) return &r;
    }
  }
  return nullptr;
}

ContextId read_context(const Cursor& cursor, const Fabric& fabric) {
  std::vector<std::string> names;
  for (const ContextInfo& c : fabric.contexts())
    names.push_back(c.name);
  return fabric.find_context(cursor.one_of(names));
}

std::string read_routine(const Cursor& cursor, const Fabric& fabric) {
  std::string name = cursor.string();
  if (find_routine(fabric, name, {}) != nullptr) return name;
  std::set<std::string> names;
  for (const RoutineInfo& r : fabric.routines())
    names.insert(r.name);
  cursor.fail("there is no routine \"" + name + "\"", "the name of a modelled function",
              scenario::nearest(name, {names.begin(), names.end()}));
}

std::string read_step(const Cursor& cursor, const std::string& routine, const Fabric& fabric) {
  std::string step = cursor.string();
  if (!step.empty() && find_routine(fabric, routine, step) != nullptr) return step;
  std::vector<std::string> names;
  for (const RoutineInfo& r : fabric.routines()) {
    if (r.name != routine) continue;
    for (std::size_t pc = 1; pc < r.steps.size(); ++pc)
      names.emplace_back(r.steps[pc].name);
  }
  cursor.fail("\"" + routine + "\" has no step \"" + step + "\"", scenario::list_of(names),
              scenario::nearest(step, names));
}

}  // namespace

PropertyChoice read_properties(const Cursor& properties) {
  PropertyChoice choice;
  if (!properties) {
    choice.judged = builtin_names();
    return choice;
  }
  for (const Member& member : by_name(properties)) {
    const auto& [name, value] = member;
    if (is_builtin_property(name)) {
      if (read_builtin(value)) choice.judged.push_back(name);
    } else if (read_defined(member)) {
      choice.judged.push_back(name);
      choice.defined.push_back(member);
    }
  }
  if (choice.judged.empty()) properties.fail("no property is judged", "at least one");
  return choice;
}

void add_properties(Fabric& fabric, const std::vector<Member>& defined) {
  for (const auto& [name, cursor] : defined) {
    Property property;
    property.name = name;
    property.kind = cursor["kind"].one_of<PropertyKind>(kinds());
    property.message = cursor["why"].string();
    property.p = compile_predicate(cursor["p"], fabric);
    if (property.kind == PropertyKind::leads_to)
      property.q = compile_predicate(cursor["q"], fabric);
    fabric.add(std::move(property));
  }
}

std::vector<Assumption> read_assumptions(const Cursor& assume, const Fabric& fabric) {
  std::vector<Assumption> list;
  for (const auto& [name, cursor] : by_name(assume)) {
    cursor.unknown_keys({"before", "after", "why"});
    const Cursor after = cursor["after"];
    after.unknown_keys({"context", "routine", "step"});
    Assumption a;
    a.before = read_context(cursor["before"], fabric);
    a.after = read_context(after["context"], fabric);
    a.routine = read_routine(after["routine"], fabric);
    a.label = read_step(after["step"], a.routine, fabric);
    a.text = name + ": " + cursor["why"].string();
    list.push_back(std::move(a));
  }
  return list;
}

}  // namespace irqloom::app
