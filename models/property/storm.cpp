#include "models/property/storm.h"

#include "models/property/marks.h"

namespace irqloom {

namespace {

const PropertyTypes::Named storm(
    {"storm", "interrupts can be taken for ever although nothing is raised and nothing served",
     "models/property/storm.cpp"});

}  // namespace

void add_storm_properties(Fabric& fabric) {
  const auto progress = static_cast<std::uint8_t>(mark::raise | mark::served);
  fabric.add(Property{.name = std::string(storm.name),
                      .kind = PropertyKind::no_cycle,
                      .where = "guest",
                      .message = "the guest takes interrupts for ever and nothing is served",
                      .mark = mark::guest_entry,
                      .without = progress});
  fabric.add(Property{.name = std::string(storm.name),
                      .kind = PropertyKind::no_cycle,
                      .where = "host",
                      .message = "the host takes interrupts for ever and nothing is served",
                      .mark = mark::host_entry,
                      .without = progress});
}

}  // namespace irqloom
