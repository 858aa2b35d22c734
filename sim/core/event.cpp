#include "sim/core/event.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace irqloom {

namespace {

std::vector<const EventType*>& registry() {
  static std::vector<const EventType*> types;
  return types;
}

}  // namespace

EventType::EventType(std::string_view system_name, std::string_view event_name,
                     std::initializer_list<EventArg> event_args, std::string_view print_format)
    : system(system_name),
      name(event_name),
      args(event_args),
      format(print_format),
      id(static_cast<std::uint16_t>(registry().size())) {
  if (args.size() > max_event_args) throw std::logic_error("event with too many arguments");
  registry().push_back(this);
}

std::vector<const EventType*> EventType::all() {
  std::vector<const EventType*> sorted = registry();
  std::sort(sorted.begin(), sorted.end(), [](const EventType* a, const EventType* b) {
    return std::tie(a->system, a->name) < std::tie(b->system, b->name);
  });
  return sorted;
}

std::size_t EventType::count() {
  return registry().size();
}

}  // namespace irqloom
