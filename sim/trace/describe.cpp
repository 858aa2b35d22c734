#include "sim/trace/describe.h"

#include <algorithm>

#include "sim/trace/append.h"

namespace irqloom::trace {

const RoutineInfo& routine_of(const Fabric& fabric, const StepRecord& record) {
  return fabric.routines()[record.routine];
}

const StepInfo& step_of(const Fabric& fabric, const StepRecord& record) {
  return routine_of(fabric, record).steps[record.pc];
}

void append_step(std::string& to, const Fabric& fabric, const StepRecord& record) {
  to += step_of(fabric, record).name;
  if (record.choices < 2) return;
  to += " [choice ";
  append_number(to, record.choice);
  to += " of 0..";
  append_number(to, record.choices - 1U);
  to += ']';
}

bool holds_context(const SlotInfo& slot, const Field& field) {
  if (slot.fields.data() == FieldsOf<LockState>::table.data()) return field.name == "owner";
  if (slot.fields.data() != FieldsOf<ExecutorState>::table.data()) return false;
  return field.name == "hardirq" || field.name == "holder" || field.name == "exclusive";
}

void append_path(std::string& to, const Fabric& fabric, const Change& change) {
  to += fabric.layout().slots()[change.slot].name;
  to += '.';
  to += change.field->name;
  if (change.field->count < 2) return;
  to += '[';
  append_number(to, change.index);
  to += ']';
}

void append_value(std::string& to, const Fabric& fabric, const SlotInfo& slot, const Field& field,
                  std::uint64_t value) {
  if (holds_context(slot, field) && value <= fabric.contexts().size()) {
    to += value == 0 ? std::string_view("none") : fabric.contexts()[value - 1].name;
  } else if (value < field.labels.size()) {
    to += field.labels[value];
  } else if (field.kind == FieldKind::hex) {
    to += "0x";
    append_hex(to, value);
  } else {
    append_number(to, value);
  }
}

void append_change(std::string& to, const Fabric& fabric, const Change& change) {
  const SlotInfo& slot = fabric.layout().slots()[change.slot];
  append_path(to, fabric, change);
  to += ' ';
  append_value(to, fabric, slot, *change.field, change.before);
  to += '>';
  append_value(to, fabric, slot, *change.field, change.after);
}

void append_arg(std::string& to, const Fabric& fabric, ArgKind kind, std::int64_t value) {
  switch (kind) {
    case ArgKind::hex:
      append_hex(to, static_cast<std::uint64_t>(value));
      break;
    case ArgKind::name: {
      const auto index = static_cast<std::uint64_t>(value);
      to += index < fabric.names().size() ? std::string_view(fabric.names()[index]) : "?";
      break;
    }
    case ArgKind::number:
    case ArgKind::flag:
      append_signed(to, value);
      break;
  }
}

namespace {

void append_plain_args(std::string& to, const Fabric& fabric, const Event& event) {
  for (std::size_t i = 0; i < event.type->args.size(); ++i) {
    if (i != 0) to += ' ';
    to += event.type->args[i].name;
    to += '=';
    append_arg(to, fabric, event.type->args[i].kind, event.args[i]);
  }
}

/// The argument that "{n}" at the start of `text` stands for, or args.size() if it is no such.
std::size_t placeholder(std::string_view text, const std::vector<EventArg>& args) {
  const bool shaped = text.size() >= 3 && text[0] == '{' && text[2] == '}';
  if (!shaped || text[1] < '0' || text[1] > '9') return args.size();
  return std::min(static_cast<std::size_t>(text[1] - '0'), args.size());
}

}  // namespace

void append_event_args(std::string& to, const Fabric& fabric, const Event& event) {
  const EventType& type = *event.type;
  if (type.format.empty()) {
    append_plain_args(to, fabric, event);
    return;
  }
  for (std::size_t i = 0; i < type.format.size(); ++i) {
    const std::size_t arg = placeholder(type.format.substr(i), type.args);
    if (arg == type.args.size()) {
      to += type.format[i];
    } else {
      append_arg(to, fabric, type.args[arg].kind, event.args[arg]);
      i += 2;
    }
  }
}

void append_event(std::string& to, const Fabric& fabric, const Event& event) {
  to += event.type->name;
  to += ": ";
  append_event_args(to, fabric, event);
}

void append_violation(std::string& to, const Violation& violation) {
  to += violation.property;
  if (!violation.where.empty()) to += " (" + violation.where + ")";
  to += ": ";
  to += violation.message;
}

}  // namespace irqloom::trace
