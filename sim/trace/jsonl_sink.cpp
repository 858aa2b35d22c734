#include "sim/trace/jsonl_sink.h"

#include "sim/trace/append.h"
#include "sim/trace/describe.h"
#include "sim/trace/format.h"
#include "sim/world/set_field.h"

namespace irqloom::trace {

namespace {

// `key` comes with its punctuation: R"(,"seq":)".
void number(std::string& to, std::string_view key, std::uint64_t value) {
  to += key;
  append_number(to, value);
}

void number_or_null(std::string& to, std::string_view key, std::uint64_t value,
                    std::uint64_t none) {
  to += key;
  if (value == none) {
    to += "null";
  } else {
    append_number(to, value);
  }
}

void text(std::string& to, std::string_view key, std::string_view value) {
  to += key;
  append_json(to, value);
}

std::string_view kind_name(ArgKind kind) {
  switch (kind) {
    case ArgKind::number:
      return "number";
    case ArgKind::hex:
      return "hex";
    case ArgKind::flag:
      return "flag";
    case ArgKind::name:
      break;
  }
  return "name";
}

}  // namespace

void JsonlSink::begin(const Fabric& fabric, const TraceInfo& info) {
  fabric_ = &fabric;
  number(line_, R"({"type":"header","format":"irqloom-trace","format_version":)",
         jsonl_format_version);
  text(line_, R"(,"scenario":)", info.scenario);
  text(line_, R"(,"variant":)", info.variant);
  text(line_, R"(,"scenario_hash":)", info.scenario_hash);
  text(line_, R"(,"code":)", code_text(fabric, info.code));
  line_ += info.timed ? R"(,"timed":true)" : R"(,"timed":false)";
  number_or_null(line_, R"(,"loop_start":)", info.loop_start, no_step);
  add_contexts();
  add_event_types();
  line_ += '}';
  flush_line();
}

void JsonlSink::add_contexts() {
  line_ += R"(,"contexts":[)";
  for (std::size_t i = 0; i < fabric_->contexts().size(); ++i) {
    const ContextInfo& c = fabric_->contexts()[i];
    number(line_, i == 0 ? R"({"id":)" : R"(,{"id":)", i);
    text(line_, R"(,"name":)", c.name);
    text(line_, R"(,"layer":)", c.layer);
    text(line_, R"(,"comm":)", c.comm);
    number(line_, R"(,"cpu":)", c.cpu);
    line_ += c.level == Level::hardirq ? R"(,"level":"hardirq"})" : R"(,"level":"thread"})";
  }
  line_ += ']';
}

void JsonlSink::add_event_types() {
  line_ += R"(,"event_types":[)";
  bool first = true;
  for (const EventType* type : EventType::all()) {
    text(line_, first ? R"({"system":)" : R"(,{"system":)", type->system);
    first = false;
    text(line_, R"(,"name":)", type->name);
    line_ += R"(,"args":[)";
    for (std::size_t i = 0; i < type->args.size(); ++i) {
      text(line_, i == 0 ? R"({"name":)" : R"(,{"name":)", type->args[i].name);
      text(line_, R"(,"kind":)", kind_name(type->args[i].kind));
      line_ += '}';
    }
    text(line_, R"(],"format":)", type->format);
    line_ += '}';
  }
  line_ += ']';
}

void JsonlSink::step(const StepRecord& record) {
  const RoutineInfo& routine = routine_of(*fabric_, record);
  number(line_, R"({"type":"step","seq":)", record.seq);
  number(line_, R"(,"t_ps":)", record.time_ps);
  number(line_, R"(,"dur_ps":)", record.duration_ps);
  number(line_, R"(,"ctx":)", record.context);
  text(line_, R"(,"context":)", fabric_->contexts()[record.context].name);
  text(line_, R"(,"routine":)", routine.name);
  text(line_, R"(,"step":)", step_of(*fabric_, record).name);
  text(line_, R"(,"source":)", file_of(routine.source));
  number(line_, R"(,"choice":)", record.choice);
  number(line_, R"(,"choices":)", record.choices);
  number_or_null(line_, R"(,"cause":)", record.cause, no_step);
  number_or_null(line_, R"(,"flow":)", record.flow, 0);

  line_ += R"(,"events":[)";
  for (std::size_t i = 0; i < record.events.size(); ++i) {
    if (i != 0) line_ += ',';
    add_event(record.events[i]);
  }
  line_ += R"(],"changes":[)";
  diff(*fabric_, record, changes_, Stacks::skip, Ghosts::show);
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (i != 0) line_ += ',';
    add_change(changes_[i]);
  }
  line_ += ']';
  if (record.returned.value != 0) {
    text(line_, R"(,"returned":{"routine":)", fabric_->routines()[record.returned.routine].name);
    line_ += R"(,"value":)";
    append_signed(line_, record.returned.value);
    line_ += '}';
  }
  add_violations(record);
  line_ += '}';
  flush_line();
  ++steps_;
}

void JsonlSink::add_event(const Event& event) {
  const EventType& type = *event.type;
  text(line_, R"({"system":)", type.system);
  text(line_, R"(,"name":)", type.name);
  line_ += R"(,"args":{)";
  for (std::size_t i = 0; i < type.args.size(); ++i) {
    if (i != 0) line_ += ',';
    append_json(line_, type.args[i].name);
    line_ += ':';
    if (type.args[i].kind == ArgKind::name) {
      std::string name;
      append_arg(name, *fabric_, ArgKind::name, event.args[i]);
      append_json(line_, name);
    } else {
      append_signed(line_, event.args[i]);
    }
  }
  line_ += "}}";
}

void JsonlSink::add_change(const Change& change) {
  const SlotInfo& slot = fabric_->layout().slots()[change.slot];
  text(line_, R"({"slot":)", slot.name);
  text(line_, R"(,"field":)", change.field->name);
  if (change.field->count > 1) number(line_, R"(,"index":)", change.index);
  number(line_, R"(,"old":)", change.before);
  number(line_, R"(,"new":)", change.after);
  if (is_set(*change.field)) {
    std::string members;
    append_change(members, *fabric_, change);
    text(line_, R"(,"text":)", members);
  } else if (!change.field->labels.empty() || holds_context(slot, *change.field)) {
    std::string names;
    append_value(names, *fabric_, slot, *change.field, change.before);
    names += '>';
    append_value(names, *fabric_, slot, *change.field, change.after);
    text(line_, R"(,"text":)", names);
  }
  line_ += '}';
}

void JsonlSink::add_violations(const StepRecord& record) {
  line_ += R"(,"violations":[)";
  bool first = true;
  if (record.violations != nullptr) {
    for (const Violation& v : *record.violations) {
      text(line_, first ? R"({"property":)" : R"(,{"property":)", v.property);
      text(line_, R"(,"where":)", v.where);
      text(line_, R"(,"message":)", v.message);
      line_ += '}';
      first = false;
    }
  }
  line_ += ']';
}

void JsonlSink::violated(const OpenViolation& open) {
  number(line_, R"({"type":"violation","t_ps":)", open.time_ps);
  number_or_null(line_, R"(,"after":)", open.seq, no_step);
  text(line_, R"(,"property":)", open.violation.property);
  text(line_, R"(,"where":)", open.violation.where);
  text(line_, R"(,"message":)", open.violation.message);
  text(line_, R"(,"reason":)", open.reason);
  line_ += '}';
  flush_line();
}

void JsonlSink::end(std::uint64_t end_ps, const std::string& verdict) {
  number(line_, R"({"type":"end","end_ps":)", end_ps);
  number(line_, R"(,"steps":)", steps_);
  text(line_, R"(,"verdict":)", verdict);
  line_ += '}';
  flush_line();
}

void JsonlSink::flush_line() {
  line_ += '\n';
  out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
  line_.clear();
}

const TraceFormats::Add jsonl_format{{.name = "jsonl",
                                      .what = "an object a line, for programs",
                                      .extension = ".jsonl",
                                      .make = make_sink<JsonlSink>}};

}  // namespace irqloom::trace
