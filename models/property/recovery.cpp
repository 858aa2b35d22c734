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

Property served_eventually(std::string where, std::function<bool(const World&)> has_work) {
  Property property{.name = "served-eventually",
                    .kind = PropertyKind::leads_to,
                    .where = std::move(where),
                    .message = "the device's work can wait for ever although nothing stands still"};
  property.q = std::not_fn(has_work);
  property.p = std::move(has_work);
  return property;
}

void add_service_properties(Fabric& fabric, const std::string& where,
                            const std::function<bool(const World&)>& has_work) {
  fabric.add(lost_interrupt(where, has_work));
  fabric.add(served_eventually(where, has_work));
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
