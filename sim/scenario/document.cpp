#include "sim/scenario/document.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "sim/error.h"
#include "sim/scenario/file_reader.h"
#include "sim/scenario/json_reader.h"
#include "sim/scenario/json_syntax.h"

namespace irqloom::scenario {
namespace {

/// A `--set`, taken apart.
struct Assignment {
  std::vector<std::string> path;
  bool is_cut_at_dots = false;  ///< At all of them, also at those inside of names.
  Json value;
  Place place;
};

[[noreturn]] void refuse(const Origin& origin, std::string_view pointer, const std::string& message,
                         const std::string& expected) {
  throw InputError(mistake_at(origin, {}, pointer, {message, expected, ""}));
}

std::vector<std::string> split_dots(std::string_view path) {
  std::vector<std::string> names{""};
  for (const char c : path) {
    if (c == '.') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

std::vector<std::string> split_path(std::string_view path, const Origin& origin) {
  constexpr const char* expected =
      "names with dots between them (a.b.c), or a JSON pointer (/a/b/c) where names have dots";
  std::vector<std::string> names;
  if (path.starts_with('/')) {
    auto split = split_pointer(path);
    if (!split)
      refuse(origin, "", "'~' in a JSON pointer begins ~0 (for ~) or ~1 (for /)", expected);
    names = std::move(*split);
  } else {
    names = split_dots(path);
    for (const std::string& name : names) {
      if (name.empty()) refuse(origin, "", "a name in the path is empty", expected);
    }
  }
  if (names.size() > max_depth) {
    refuse(origin, "", "the path is too long", fmt::format("at most {} names", max_depth));
  }
  return names;
}

// JSON if it is JSON, else text. Who wrote what nearly is JSON learns why it was not taken for it
// when the text does not fit.
Json parse_value(std::string_view text, const std::shared_ptr<Origin>& origin) {
  try {
    return read_json(text, origin).json;
  } catch (const JsonProblem& problem) {
    const bool meant_json = text.find_first_of("{[\"") == 0;
    if (meant_json) {
      origin->note = fmt::format("the value was taken as text, for it is no JSON: {} (column {})",
                                 problem.complaint.message, problem.position.column);
    }
    return std::string(text);
  }
}

Assignment parse_assignment(std::string_view text) {
  auto origin = std::make_shared<Origin>();
  origin->source = "--set " + std::string(text);
  const std::size_t equals = text.find('=');
  if (find_invalid_utf8(text) != std::string_view::npos) {
    refuse(*origin, "", "the text is not UTF-8", "UTF-8");
  }
  if (equals == std::string_view::npos || equals == 0) {
    refuse(*origin, "", equals == 0 ? "there is no path in front of '='" : "there is no '='",
           "path=value, such as run.until=5ms");
  }
  Assignment result;
  result.path = split_path(text.substr(0, equals), *origin);
  result.is_cut_at_dots = !text.starts_with('/');
  result.value = parse_value(text.substr(equals + 1), origin);
  result.place = {std::move(origin), {}, {}};
  return result;
}

/// Runs `read` on the text that messages call `name`.
template <class Read>
void check_json(const std::string& name, Read&& read) {
  try {
    read();
  } catch (const JsonProblem& problem) {
    throw InputError(
        mistake_at({name, "", ""}, problem.position, problem.pointer, problem.complaint));
  }
}

void expect_path(const Json& value, const std::string& pointer, const std::string& name,
                 const Place& place) {
  if (value.is_object()) return;
  const std::string where = pointer.empty() ? "the document" : pointer;
  const std::string whole = value.is_array() ? ", or a new value for the array as a whole" : "";
  refuse(*place.origin, pointer,
         fmt::format("{} is {} and has no member \"{}\"", where, describe(value), name),
         "a path through objects only" + whole);
}

/// Puts names with dots together again.
void join_path(const Json& document, const KnownNames& known, Assignment& set) {
  if (!set.is_cut_at_dots) return;
  std::vector<std::string> ambiguous;
  set.path = join_names(document, set.path, known, ambiguous);
  if (ambiguous.empty()) return;
  refuse(*set.place.origin, "",
         "the path leads to several members, for there are names with dots in them",
         fmt::format("a JSON pointer that begins with {}", fmt::join(ambiguous, " or ")));
}

}  // namespace

Document::Document(std::shared_ptr<const Tree> tree, const std::string& name)
    : tree_(std::move(tree)),
      name_(std::make_shared<const std::string>(name)),
      mistakes_(std::make_shared<Mistakes>()) {}

Document Document::from_file(const std::string& path) {
  return from_file(path, [](std::string_view, const std::string&) {});
}

Document Document::from_file(const std::string& path, const Inspect& inspect) {
  const std::string text = read_file(path);
  const std::string name = display_name(path);
  inspect(text, name);
  check_json(name, [&] { expect_object(text); });
  return from_text(text, name);
}

Document Document::from_text(std::string_view text, const std::string& name) {
  const auto origin = std::make_shared<const Origin>(Origin{name, "", ""});
  std::shared_ptr<const Tree> tree;
  check_json(name, [&] { tree = std::make_shared<const Tree>(read_json(text, origin)); });
  return Document(std::move(tree), name);
}

void Document::apply_patch(const std::string& patch_pointer, const std::string& label) {
  const Json* patch = tree_->find(patch_pointer);
  if (patch == nullptr) throw InternalError("there is no patch at " + patch_pointer);
  if (!patch->is_object()) {
    at(patch_pointer)
        .fail(fmt::format("the patch is {}", describe(*patch)),
              "an object that says what to change");
  }
  auto changed = std::make_shared<Tree>(*tree_);
  changed->merge(*tree_, patch_pointer, std::make_shared<const Origin>(Origin{name(), label, ""}));
  tree_ = std::move(changed);
}

void Document::set(std::string_view assignment, const KnownNames& known) {
  Assignment set = parse_assignment(assignment);
  join_path(tree_->json, known, set);
  auto changed = std::make_shared<Tree>(*tree_);
  Json* parent = &changed->json;
  std::string pointer;
  for (std::size_t i = 0; i + 1 < set.path.size(); ++i) {
    expect_path(*parent, pointer, set.path[i], set.place);
    parent = &changed->member(*parent, pointer, set.path[i], set.place);
    pointer = child_pointer(pointer, set.path[i]);
  }
  const std::string& name = set.path.back();
  expect_path(*parent, pointer, name, set.place);
  if (set.value.is_null()) {
    changed->remove(*parent, pointer, name, set.place);
  } else {
    Json& target = changed->member(*parent, pointer, name, set.place);
    changed->replace(target, child_pointer(pointer, name), set.value, set.place);
  }
  tree_ = std::move(changed);
}

void Document::remove(const std::string& pointer) {
  if (tree_->find(pointer) == nullptr) return;
  auto changed = std::make_shared<Tree>(*tree_);
  changed->erase(pointer);
  tree_ = std::move(changed);
}

Cursor Document::at(std::string_view pointer) const {
  Cursor cursor = root();
  const auto names = split_pointer(pointer);
  if (!names) throw InternalError(fmt::format("{} is no JSON pointer", pointer));
  for (const std::string& name : *names) {
    if (!cursor || !cursor.json().is_array()) {
      cursor = cursor[name];
    } else if (tree_->find(child_pointer(cursor.pointer(), name)) != nullptr) {
      cursor = cursor.elements()[std::stoul(name)];
    } else {
      throw InternalError(fmt::format("{} names no element of an array", pointer));
    }
  }
  return cursor;
}

}  // namespace irqloom::scenario
