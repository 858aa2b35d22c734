#include "models/property/storm.h"

#include "models/property/marks.h"

namespace irqloom {

void add_storm_properties(Fabric& fabric) {
  const auto progress = static_cast<std::uint8_t>(mark::raise | mark::served);
  fabric.add(Property{.name = "storm",
                      .kind = PropertyKind::no_cycle,
                      .where = "guest",
                      .message = "the guest takes interrupts for ever and nothing is served",
                      .mark = mark::guest_entry,
                      .without = progress});
  fabric.add(Property{.name = "storm",
                      .kind = PropertyKind::no_cycle,
                      .where = "host",
                      .message = "the host takes interrupts for ever and nothing is served",
                      .mark = mark::host_entry,
                      .without = progress});
}

}  // namespace irqloom
