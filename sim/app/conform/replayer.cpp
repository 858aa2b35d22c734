#include "sim/app/conform/replayer.h"

namespace irqloom::app::conform {

std::optional<Difference> Replayer::compare(const Record& op, const char* key, const Json& got) {
  shown_[key] = got;
  if (!op.has(key)) return std::nullopt;
  const Json& expected = op.value(key);
  if (expected == got) return std::nullopt;
  return Difference{{{key, expected}}, {{key, got}}};
}

}  // namespace irqloom::app::conform
