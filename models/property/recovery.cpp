#include "models/property/recovery.h"

#include <utility>

namespace irqloom {

namespace {

const PropertyTypes::Named lost_interrupt_type(
    {"lost-interrupt", "a device's work can never be served again without help",
     "models/property/recovery.cpp"});
const PropertyTypes::Named served_eventually_type(
    {"served-eventually", "a device's work can wait for ever although its interrupt is not lost",
     "models/property/recovery.cpp", true});
const PropertyTypes::Named stuck_masked_type(
    {"stuck-masked", "the host's mask of an interrupt can never be lifted without help",
     "models/property/recovery.cpp"});

}  // namespace

Property lost_interrupt(std::string where, std::function<bool(const World&)> has_work) {
  return Property{.name = std::string(lost_interrupt_type.name),
                  .kind = PropertyKind::recoverable,
                  .where = std::move(where),
                  .message = "the device's work is never served unless somebody helps",
                  .p = std::not_fn(std::move(has_work))};
}

Property served_eventually(std::string where, std::function<bool(const World&)> has_work) {
  Property property{.name = std::string(served_eventually_type.name),
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
      .name = std::string(stuck_masked_type.name),
      .kind = PropertyKind::recoverable,
      .where = std::move(where),
      .message = "the host's mask of the interrupt is never lifted unless somebody helps",
      .p = std::not_fn(std::move(is_masked))};
}

}  // namespace irqloom
