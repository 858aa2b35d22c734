#include "sim/app/fabric_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/scenario/suggest.h"
#include "sim/trace/describe.h"

namespace irqloom::app {
namespace {

std::string executor_text(const Fabric& fabric, const ContextInfo& c) {
  if (c.executor == no_executor) return {};
  const std::string where = "on " + fabric.executors()[c.executor].name;
  return (c.level == Level::hardirq ? ", hard interrupts " : ", ") + where;
}

std::string start_text(const Fabric& fabric, const SlotInfo& slot, const Field& field) {
  std::string text;
  for (std::size_t i = 0; i < field.count && i < 4; ++i) {
    if (i != 0) text += ' ';
    trace::append_value(text, fabric, slot, field,
                        read_field(field, fabric.initial().bytes(slot), i));
  }
  return field.count > 4 ? text + " ..." : text;
}

/// Bytes that keep a struct's size say nothing.
bool is_padding(const Field& field) {
  return field.name == "reserved";
}

/// Calls `visit(routine, step)` for every step that has a label.
template <class Visit>
void for_each_step(const Fabric& fabric, Visit visit) {
  for (const RoutineInfo& r : fabric.routines()) {
    for (std::size_t pc = 1; pc < r.steps.size(); ++pc)
      visit(r, r.steps[pc]);
  }
}

}  // namespace

std::vector<NamedThing> contexts_of(const Fabric& fabric) {
  std::vector<NamedThing> list;
  for (const ContextInfo& c : fabric.contexts()) {
    std::string what = c.layer + executor_text(fabric, c);
    if (c.fairness == Fairness::optional) what += ", optional";
    if (!c.starts) what += ", started by others";
    list.push_back({c.name, std::move(what), fabric.routines()[c.main].name + "()"});
  }
  return list;
}

std::vector<NamedThing> fields_of(const Fabric& fabric) {
  std::vector<NamedThing> list;
  for (const SlotInfo& slot : fabric.layout().slots()) {
    for (const Field& f : slot.fields) {
      if (is_padding(f)) continue;
      std::string name = fmt::format("{}.{}", slot.name, f.name);
      if (f.count > 1) name += fmt::format("[0..{}]", f.count - 1);
      list.push_back({std::move(name), values_text(fabric, slot, f),
                      "at the start " + start_text(fabric, slot, f)});
    }
  }
  return list;
}

std::vector<NamedThing> steps_of(const Fabric& fabric) {
  std::vector<NamedThing> list;
  std::set<std::string> known;
  for_each_step(fabric, [&](const RoutineInfo& r, const StepInfo& s) {
    std::string name = fmt::format("{}: {}", r.name, s.name);
    if (!known.insert(name).second) return;
    const bool waits = s.kind == StepKind::lock || s.guard == Guard::some;
    const bool is_local = s.kind == StepKind::local;
    list.push_back({std::move(name),
                    is_local ? "local: taken with the step before it"
                             : fmt::format("costs {}{}", s.cost_key, waits ? ", can wait" : ""),
                    r.source});
  });
  return list;
}

std::vector<std::string> context_names(const Fabric& fabric) {
  std::vector<std::string> names;
  for (const ContextInfo& c : fabric.contexts())
    names.push_back(c.name);
  return names;
}

std::vector<std::string> field_names(const Fabric& fabric) {
  std::vector<std::string> names;
  for (const SlotInfo& slot : fabric.layout().slots()) {
    for (const Field& f : slot.fields) {
      if (!is_padding(f)) names.push_back(fmt::format("{}.{}", slot.name, f.name));
    }
  }
  return names;
}

std::vector<std::string> routine_names(const Fabric& fabric) {
  std::set<std::string> names;
  for (const RoutineInfo& r : fabric.routines())
    names.insert(r.name);
  return {names.begin(), names.end()};
}

std::vector<std::string> step_names(const Fabric& fabric, const std::string& routine) {
  std::vector<std::string> names;
  for_each_step(fabric, [&](const RoutineInfo& r, const StepInfo& s) {
    if (r.name == routine && std::ranges::find(names, s.name) == names.end())
      names.emplace_back(s.name);
  });
  return names;
}

std::uint64_t greatest_value(const Fabric& fabric, const SlotInfo& slot, const Field& field) {
  if (trace::holds_context(slot, field)) return fabric.contexts().size();
  if (!field.labels.empty()) return field.labels.size() - 1;
  if (field.kind == FieldKind::flag) return 1;
  return field.size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (field.size * 8U)) - 1;
}

std::string values_text(const Fabric& fabric, const SlotInfo& slot, const Field& field) {
  if (trace::holds_context(slot, field)) return "a context, or \"nobody\"";
  if (!field.labels.empty()) return scenario::list_of({field.labels.begin(), field.labels.end()});
  const std::uint64_t greatest = greatest_value(fabric, slot, field);
  return greatest == 1 ? "0 or 1" : fmt::format("a number from 0 to {}", greatest);
}

}  // namespace irqloom::app
