#include "models/property/livelock.h"

#include "models/property/marks.h"

namespace irqloom {

void add_livelock_property(Fabric& fabric) {
  fabric.add(Property{.name = "livelock",
                      .kind = PropertyKind::no_cycle,
                      .where = "vCPU entry",
                      .message = "a vCPU leaves its guest for ever before the guest has run",
                      .mark = mark::turned_back,
                      .without = static_cast<std::uint8_t>(mark::raise | mark::served)});
}

}  // namespace irqloom
