#include "sim/trace/describe.h"

#include <algorithm>

#include "sim/trace/append.h"
#include "sim/world/set_field.h"

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
  } else if (value < field.labels.size() && !is_set(field)) {
    to += field.labels[value];
  } else if (field.kind == FieldKind::hex) {
    to += "0x";
    append_hex(to, value);
  } else {
    append_number(to, value);
  }
}

namespace {

/// Of an element of a set, bit by bit.
void append_members(std::string& to, const Fabric& fabric, const Change& change) {
  const unsigned bits = change.field->size * 8U;
  const char* separator = "";
  for (unsigned bit = 0; bit < bits; ++bit) {
    if (((change.before ^ change.after) >> bit & 1U) == 0) continue;
    to += separator;
    to += fabric.layout().slots()[change.slot].name;
    to += '.';
    to += change.field->name;
    to += ' ';
    to += change.field->labels[0];
    to += " 0x";
    append_hex(to, std::uint64_t{change.index} * bits + bit);
    to += (change.after >> bit & 1U) != 0 ? " 0>1" : " 1>0";
    separator = ", ";
  }
}

}  // namespace

void append_change(std::string& to, const Fabric& fabric, const Change& change) {
  if (is_set(*change.field)) return append_members(to, fabric, change);
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

void append_returned(std::string& to, const Fabric& fabric, const StepRecord& record) {
  const Returned& returned = record.returned;
  if (returned.value == 0) return;
  if (returned.routine != record.routine) to += fabric.routines()[returned.routine].name + "() ";
  to += "returns ";
  append_signed(to, returned.value);
}

// --- sources -----------------------------------------------------------------------------------

namespace {

constexpr std::string_view kernel = "Linux ";
constexpr std::string_view vmm = "QEMU ";

/// "Linux 6.1.192" of "virt/kvm/eventfd.c, Linux 6.1.192"; empty where no version ends it.
std::string_view version_of(std::string_view source) {
  const std::size_t comma = source.rfind(", ");
  if (comma == std::string_view::npos) return {};
  const std::string_view rest = source.substr(comma + 2);
  for (const std::string_view project : {kernel, vmm}) {
    const bool has_number = rest.starts_with(project) && rest.size() > project.size();
    if (has_number &&
        rest.find_first_not_of("0123456789.", project.size()) == std::string_view::npos)
      return rest;
  }
  return {};
}

}  // namespace

std::string_view file_of(std::string_view source) {
  const std::string_view version = version_of(source);
  return version.empty() ? source : source.substr(0, source.size() - version.size() - 2);
}

std::string code_text(const Fabric& fabric, const std::string& code) {
  std::string text = code;
  for (const RoutineInfo& routine : fabric.routines()) {
    const std::string_view version = version_of(routine.source);
    if (!version.starts_with(vmm) || text.find(version) != std::string::npos) continue;
    text += text.empty() ? "" : ", ";
    text += version;
  }
  return text;
}

// --- violations --------------------------------------------------------------------------------

void append_violation(std::string& to, const OpenViolation& open) {
  append_violation(to, open.violation);
  if (!open.reason.empty()) to += "; " + open.reason;
}

void append_violation(std::string& to, const Violation& violation) {
  to += violation.property;
  if (!violation.where.empty()) to += " (" + violation.where + ")";
  to += ": ";
  to += violation.message;
}

}  // namespace irqloom::trace
