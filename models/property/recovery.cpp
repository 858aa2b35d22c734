#include "models/property/recovery.h"

#include <utility>

namespace irqloom {

Property lost_interrupt(std::string where, std::function<bool(const World&)> has_work) {
  return Property{.name = "lost-interrupt",
                  .kind = PropertyKind::recoverable,
                  .where = std::move(where),
                  .message = "the device's work is never served unless somebody helps",
                  .p = std::not_fn(std::move(has_work))};
}

Property stuck_masked(std::string where, std::function<bool(const World&)> is_masked) {
  return Property{
      .name = "stuck-masked",
      .kind = PropertyKind::recoverable,
      .where = std::move(where),
      .message = "the host's mask of the interrupt is never lifted unless somebody helps",
      .p = std::not_fn(std::move(is_masked))};
}

}  // namespace irqloom
