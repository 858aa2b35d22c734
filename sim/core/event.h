// Trace events: what a step tells the observers. No model ever reads one.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "sim/core/ids.h"

namespace irqloom {

/// How an argument is meant, for formats that print it differently.
enum class ArgKind : std::uint8_t {
  number,  ///< Decimal.
  hex,     ///< Hexadecimal without prefix, as the kernel's %x.
  flag,    ///< 0 or 1.
  name     ///< Index into Fabric::names().
};

struct EventArg {
  std::string_view name;
  ArgKind kind = ArgKind::number;
};

inline constexpr std::size_t max_event_args = 8;

/// A kind of event, declared once as a static constant. `system` and `name` are the kernel's where
/// the kernel has such a tracepoint; our own are in system "irqloom".
class EventType {
 public:
  /// `format` is the text after "name: " in ftrace output, with {0}, {1}... for the arguments'
  /// printed forms. Empty: "arg=value arg=value".
  EventType(std::string_view system, std::string_view name, std::initializer_list<EventArg> args,
            std::string_view format = {});
  EventType(const EventType&) = delete;
  EventType& operator=(const EventType&) = delete;

  std::string_view system;
  std::string_view name;
  std::vector<EventArg> args;
  std::string_view format;
  std::uint16_t id;  ///< Dense; differs between builds, so never printed and never sorted by.

  /// All declared types, sorted by system and name.
  static std::vector<const EventType*> all();
  static std::size_t count();
};

/// One occurrence. Unused arguments are 0.
struct Event {
  const EventType* type = nullptr;
  std::array<std::int64_t, max_event_args> args{};
};

}  // namespace irqloom
