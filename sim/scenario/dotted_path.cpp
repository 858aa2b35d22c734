#include "sim/scenario/dotted_path.h"

#include <algorithm>
#include <span>

namespace irqloom::scenario {
namespace {

using Parts = std::span<const std::string>;

std::string joined(Parts parts) {
  std::string name;
  for (const std::string& part : parts)
    name += (name.empty() ? "" : ".") + part;
  return name;
}

/// How many of the first parts are a name that `fits`, for each such number.
template <class Fits>
std::vector<std::size_t> lengths(Parts parts, Fits fits) {
  std::vector<std::size_t> list;
  for (std::size_t n = 1; n <= parts.size(); ++n) {
    if (fits(joined(parts.first(n)))) list.push_back(n);
  }
  return list;
}

}  // namespace

std::vector<std::string> join_names(const Json& document, const std::vector<std::string>& parts,
                                    const KnownNames& known, std::vector<std::string>& ambiguous) {
  std::vector<std::string> names;
  std::string pointer;
  const Json* object = &document;
  for (Parts rest(parts); !rest.empty();) {
    const auto list = known.find(pointer);
    std::vector<std::size_t> fitting = lengths(rest, [&](const std::string& name) {
      return list != known.end() && std::ranges::find(list->second, name) != list->second.end();
    });
    // The longest: "device.period" is a cost, and so is "device".
    std::size_t length = fitting.empty() ? 0 : fitting.back();
    if (length == 0) {
      fitting = lengths(rest, [&](const std::string& name) {
        return object != nullptr && object->is_object() && object->contains(name);
      });
      const std::size_t otherwise = list == known.end() ? 1 : rest.size();
      length = fitting.empty() ? otherwise : fitting.front();
    }
    if (list == known.end() && fitting.size() > 1) {
      for (const std::size_t n : fitting)
        ambiguous.push_back(child_pointer(pointer, joined(rest.first(n))));
      return {};
    }
    names.push_back(joined(rest.first(length)));
    rest = rest.subspan(length);
    const bool is_there =
        object != nullptr && object->is_object() && object->contains(names.back());
    object = is_there ? &object->at(names.back()) : nullptr;
    pointer = child_pointer(pointer, names.back());
  }
  return names;
}

}  // namespace irqloom::scenario
