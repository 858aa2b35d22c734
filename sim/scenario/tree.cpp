#include "sim/scenario/tree.h"

#include <utility>

#include "sim/error.h"

namespace irqloom::scenario {
namespace {

constexpr std::size_t max_shown_bytes = 60;

const Json* element(const Json& array, const std::string& index) {
  const bool digits = !index.empty() && index.size() <= 9 &&
                      index.find_first_not_of("0123456789") == std::string::npos;
  const bool canonical = digits && (index == "0" || index[0] != '0');
  if (!canonical) return nullptr;
  const std::size_t i = std::stoul(index);
  return i < array.size() ? &array[i] : nullptr;
}

const Json* child(const Json& parent, const std::string& name) {
  if (parent.is_array()) return element(parent, name);
  if (!parent.is_object()) return nullptr;
  const auto found = parent.find(name);
  return found == parent.end() ? nullptr : &*found;
}

std::string shown_string(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= max_shown_bytes) return "the string " + text;
  std::size_t cut = max_shown_bytes;
  // Bytes 10xxxxxx continue a UTF-8 character, which is not cut in two.
  while ((static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80)
    --cut;
  return "the string " + text.substr(0, cut) + "...\"";
}

}  // namespace

/// The tree that a patch comes from, and who its values are said to be written by.
struct Tree::Patch {
  const Tree& tree;
  std::shared_ptr<const Origin> origin;

  // What a --set wrote into the patch stays the --set's, also in the patched document.
  Place labelled(Place place) const {
    const bool from_file = place.value.line != 0 && place.origin->writer.empty();
    if (from_file) place.origin = origin;
    return place;
  }
};

const Json* Tree::find(std::string_view pointer) const {
  const auto names = split_pointer(pointer);
  if (!names) return nullptr;
  const Json* value = &json;
  for (const std::string& name : *names) {
    if ((value = child(*value, name)) == nullptr) return nullptr;
  }
  return value;
}

const Place& Tree::place(std::string_view pointer) const {
  for (;;) {
    const auto found = places_.find(pointer);
    if (found != places_.end()) return found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) throw InternalError("a document's root has no position");
    pointer = pointer.substr(0, slash);
  }
}

bool Tree::note(std::string pointer, const Place& place) {
  return places_.try_emplace(std::move(pointer), place).second;
}

void Tree::note_value(std::string_view pointer, Position position) {
  const auto found = places_.find(pointer);
  if (found == places_.end()) throw InternalError("a value without a key's position");
  found->second.value = position;
}

Json& Tree::member(Json& parent, std::string_view parent_pointer, const std::string& name,
                   const Place& place) {
  const auto found = parent.find(name);
  if (found != parent.end()) return *found;
  places_[child_pointer(parent_pointer, name)] = place;
  return parent[name] = Json::object();
}

void Tree::replace(Json& target, const std::string& pointer, const Json& source,
                   const Place& place) {
  target = source;
  forget(pointer);
  places_[pointer] = place;
}

void Tree::remove(Json& parent, std::string_view parent_pointer, const std::string& name,
                  const Place& place) {
  const std::string pointer = child_pointer(parent_pointer, name);
  parent.erase(name);
  forget(pointer);
  places_[pointer] = place;
}

void Tree::erase(const std::string& pointer) {
  const auto names = split_pointer(pointer);
  if (!names || names->empty()) throw InternalError("only a member can be erased");
  Json& parent = json.at(Json::json_pointer(pointer.substr(0, pointer.rfind('/'))));
  if (!parent.is_object()) throw InternalError("an element of an array cannot be erased");
  parent.erase(names->back());
  forget(pointer);
}

void Tree::merge(const Tree& patch, const std::string& patch_pointer,
                 std::shared_ptr<const Origin> origin) {
  const Json* value = patch.find(patch_pointer);
  if (value == nullptr) throw InternalError("there is no patch at " + patch_pointer);
  merge_at(json, "", Patch{patch, std::move(origin)}, *value, patch_pointer);
}

// RFC 7396, section 2, with the positions led along.
void Tree::merge_at(Json& target, const std::string& pointer, const Patch& patch, const Json& value,
                    const std::string& value_pointer) {
  if (!value.is_object()) {
    target = value;
    forget(pointer);
    copy_places(patch, value_pointer, pointer);
    return;
  }
  if (!target.is_object()) {
    replace(target, pointer, Json::object(), patch.labelled(patch.tree.place(value_pointer)));
  }
  for (const auto& [name, patched] : value.items()) {
    const std::string from = child_pointer(value_pointer, name);
    if (patched.is_null()) {
      remove(target, pointer, name, patch.labelled(patch.tree.place(from)));
    } else {
      merge_at(target[name], child_pointer(pointer, name), patch, patched, from);
    }
  }
}

void Tree::copy_places(const Patch& patch, const std::string& from, const std::string& to) {
  places_[to] = patch.labelled(patch.tree.place(from));
  const auto& source = patch.tree.places_;
  const std::string below = from + '/';
  for (auto it = source.lower_bound(below); it != source.end() && it->first.starts_with(below);
       ++it) {
    places_[to + it->first.substr(from.size())] = patch.labelled(it->second);
  }
}

void Tree::forget(const std::string& pointer) {
  places_.erase(pointer);
  const std::string below = pointer + '/';
  auto end = places_.lower_bound(below);
  const auto begin = end;
  while (end != places_.end() && end->first.starts_with(below))
    ++end;
  places_.erase(begin, end);
}

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> names;
  if (pointer.empty()) return names;
  if (pointer[0] != '/') return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      names.emplace_back();
    } else if (pointer[i] != '~') {
      names.back() += pointer[i];
    } else {
      const char code = i + 1 < pointer.size() ? pointer[++i] : '\0';
      if (code != '0' && code != '1') return std::nullopt;
      names.back() += code == '0' ? '~' : '/';
    }
  }
  return names;
}

std::string describe(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return shown_string(value);
    case Json::value_t::object:
      return value.empty() ? "an empty object" : "an object";
    case Json::value_t::array:
      return value.empty() ? "an empty array" : "an array";
    default:
      return value.dump();
  }
}

}  // namespace irqloom::scenario
