#include "sim/app/predicate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "sim/app/fabric_names.h"
#include "sim/core/assume.h"
#include "sim/core/exec.h"
#include "sim/scenario/suggest.h"
#include "sim/trace/describe.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;

/// One element of one field of one slot.
struct FieldRef {
  const SlotInfo* slot = nullptr;
  const Field* field = nullptr;
  std::size_t index = 0;

  std::uint64_t read(const World& world) const {
    return read_field(*field, world.bytes(*slot), index);
  }
};

// --- names ------------------------------------------------------------------------------------

std::vector<std::string> fields_in(const SlotInfo& slot) {
  std::vector<std::string> names;
  for (const Field& f : slot.fields)
    names.emplace_back(f.name);
  return names;
}

ContextId find_context(const Cursor& cursor, const std::string& name, const Fabric& fabric) {
  const ContextId id = fabric.find_context(name);
  if (id < fabric.contexts().size()) return id;
  const auto names = context_names(fabric);
  cursor.fail("there is no context \"" + name + "\"", scenario::list_of(names),
              scenario::nearest(name, names));
}

/// One that a scenario is likely to ask for: the engine's own come last.
std::string example_of(const std::vector<std::string>& fields) {
  const auto is_models = [](const std::string& f) {
    return !f.starts_with("lock.") && !f.starts_with("executor.") && !f.starts_with("context.");
  };
  const auto found = std::ranges::find_if(fields, is_models);
  return found == fields.end() ? fields.at(0) : *found;
}

[[noreturn]] void fail_slot(const Cursor& cursor, const std::string& slot, const std::string& path,
                            const Fabric& fabric) {
  const std::vector<std::string> fields = field_names(fabric);
  const std::string near = scenario::nearest(path, fields);
  cursor.fail("there is no slot \"" + slot + "\" in this machine",
              "SLOT.FIELD, such as \"" + (near.empty() ? example_of(fields) : near) +
                  "\"; irqloom list fields FILE names all",
              near);
}

/// "kvm.ioapic.pin16" is a slot: a field is behind it.
void refuse_slot(const Cursor& cursor, const std::string& path, const Fabric& fabric) {
  const SlotInfo* slot = fabric.layout().find(path);
  if (slot == nullptr || slot->fields.empty()) return;
  std::vector<std::string> fields = fields_in(*slot);
  for (std::string& f : fields)
    f = path + "." + f;
  cursor.fail("\"" + path + "\" is a slot and names no field of it", scenario::list_of(fields));
}

std::size_t read_index(const Cursor& cursor, std::string_view text, const Field& field) {
  std::size_t index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc() || stop != end || index >= field.count) {
    cursor.fail("\"" + std::string(field.name) + "\" has no element [" + std::string(text) + "]",
                "a number from 0 to " + std::to_string(field.count - 1));
  }
  return index;
}

FieldRef find_field(const Cursor& cursor, const Fabric& fabric) {
  const std::string path = cursor.string();
  refuse_slot(cursor, path, fabric);
  const std::size_t dot = path.rfind('.');
  if (dot == std::string::npos) {
    cursor.fail("\"" + path + "\" names no field",
                "SLOT.FIELD or SLOT.FIELD[i]; irqloom list fields FILE names all",
                scenario::nearest(path, field_names(fabric)));
  }
  const std::string slot_name = path.substr(0, dot);
  std::string field_name = path.substr(dot + 1);
  std::optional<std::string> index;
  if (const std::size_t open = field_name.find('['); open != std::string::npos) {
    const bool closed = field_name.back() == ']';
    if (!closed) cursor.fail("\"" + path + "\" has no closing bracket", "SLOT.FIELD[i]");
    index = field_name.substr(open + 1, field_name.size() - open - 2);
    field_name.resize(open);
  }

  FieldRef ref;
  ref.slot = fabric.layout().find(slot_name);
  if (ref.slot == nullptr || ref.slot->fields.empty())
    fail_slot(cursor, slot_name, slot_name + "." + field_name, fabric);
  const auto field = std::find_if(ref.slot->fields.begin(), ref.slot->fields.end(),
                                  [&](const Field& f) { return f.name == field_name; });
  if (field == ref.slot->fields.end()) {
    const auto names = fields_in(*ref.slot);
    const std::string near = scenario::nearest(field_name, names);
    cursor.fail("slot \"" + slot_name + "\" has no field \"" + field_name + "\"",
                scenario::list_of(names), near.empty() ? near : slot_name + "." + near);
  }
  ref.field = &*field;
  if (index) {
    ref.index = read_index(cursor, *index, *ref.field);
  } else if (ref.field->count > 1) {
    cursor.fail("\"" + path + "\" is an array",
                path + "[0] to " + path + "[" + std::to_string(ref.field->count - 1) + "]");
  }
  return ref;
}

// --- values -----------------------------------------------------------------------------------

[[noreturn]] void fail_value(const Cursor& value, const FieldRef& ref, const Fabric& fabric,
                             const std::vector<std::string>& names = {}) {
  std::string expected = values_text(fabric, *ref.slot, *ref.field);
  if (!names.empty())
    expected +=
        fmt::format(", or a number from 0 to {}", greatest_value(fabric, *ref.slot, *ref.field));
  const std::string near =
      value.json().is_string() ? scenario::nearest(value.string(), names) : std::string();
  value.fail(fmt::format("{} is {}, which \"{}.{}\" never is", value.label(),
                         scenario::describe(value.json()), ref.slot->name, ref.field->name),
             expected, near);
}

std::uint64_t read_name(const Cursor& value, const FieldRef& ref, const Fabric& fabric) {
  const std::string text = value.string();
  if (trace::holds_context(*ref.slot, *ref.field)) {
    if (text == "nobody") return 0;
    const ContextId id = fabric.find_context(text);
    if (id < fabric.contexts().size()) return std::uint64_t{id} + 1;
    fail_value(value, ref, fabric, context_names(fabric));
  }
  const auto& labels = ref.field->labels;
  const auto found = std::ranges::find(labels, text);
  if (found == labels.end()) fail_value(value, ref, fabric, {labels.begin(), labels.end()});
  return static_cast<std::uint64_t>(found - labels.begin());
}

std::uint64_t read_value(const Cursor& value, const FieldRef& ref, const Fabric& fabric) {
  if (value.json().is_string()) return read_name(value, ref, fabric);
  if (value.json().is_boolean()) return value.boolean() ? 1 : 0;
  const std::uint64_t greatest = greatest_value(fabric, *ref.slot, *ref.field);
  const bool fits =
      value.json().is_number_unsigned() && value.json().get<std::uint64_t>() <= greatest;
  if (!fits) fail_value(value, ref, fabric);
  return value.json().get<std::uint64_t>();
}

Predicate compile_field(const Cursor& cursor, const Fabric& fabric) {
  enum class Relation : std::uint8_t { is, is_not, at_least, at_most };
  static const std::vector<std::pair<std::string, Relation>> relations = {
      {"is", Relation::is},
      {"is_not", Relation::is_not},
      {"at_least", Relation::at_least},
      {"at_most", Relation::at_most}};
  cursor.unknown_keys({"field", "is", "is_not", "at_least", "at_most"});
  if (cursor.items().size() != 2) {
    cursor.fail("a field is compared once",
                "exactly one of \"is\", \"is_not\", \"at_least\" and \"at_most\"");
  }
  const FieldRef ref = find_field(cursor["field"], fabric);
  for (const auto& [name, relation] : relations) {
    const Cursor value = cursor[name];
    if (!value) continue;
    const std::uint64_t n = read_value(value, ref, fabric);
    switch (relation) {
      case Relation::is:
        return [ref, n](const World& w) { return ref.read(w) == n; };
      case Relation::is_not:
        return [ref, n](const World& w) { return ref.read(w) != n; };
      case Relation::at_least:
        return [ref, n](const World& w) { return ref.read(w) >= n; };
      case Relation::at_most:
        return [ref, n](const World& w) { return ref.read(w) <= n; };
    }
  }
  cursor.fail("a field without a comparison");
}

// --- combinations -----------------------------------------------------------------------------

Predicate compile_at_rest(const Cursor& cursor, const Fabric& fabric) {
  const ContextId c = find_context(cursor, cursor.string(), fabric);
  return [c, &fabric](const World& w) {
    // An Exec drives a world that it may change; being asked, it only reads.
    Exec x(fabric, const_cast<World&>(w));
    return at_rest(x, c);
  };
}

std::vector<Predicate> compile_list(const Cursor& list, const Fabric& fabric) {
  std::vector<Predicate> parts;
  for (const Cursor& element : list.elements())
    parts.push_back(compile_predicate(element, fabric));
  if (parts.empty()) list.fail(list.label() + " is empty", "at least one predicate");
  return parts;
}

}  // namespace

Predicate compile_predicate(const Cursor& cursor, const Fabric& fabric) {
  if (cursor["field"]) return compile_field(cursor, fabric);
  cursor.unknown_keys({"field", "at_rest", "all", "any", "not"});
  if (cursor.items().size() != 1) {
    cursor.fail(cursor.label() + " is no predicate",
                "exactly one of \"field\", \"at_rest\", \"all\", \"any\" and \"not\"");
  }
  if (const Cursor context = cursor["at_rest"]) return compile_at_rest(context, fabric);
  if (const Cursor part = cursor["not"]) {
    return [p = compile_predicate(part, fabric)](const World& w) { return !p(w); };
  }
  if (const Cursor list = cursor["all"]) {
    return [parts = compile_list(list, fabric)](const World& w) {
      return std::all_of(parts.begin(), parts.end(), [&](const Predicate& p) { return p(w); });
    };
  }
  return [parts = compile_list(cursor["any"], fabric)](const World& w) {
    return std::any_of(parts.begin(), parts.end(), [&](const Predicate& p) { return p(w); });
  };
}

}  // namespace irqloom::app
