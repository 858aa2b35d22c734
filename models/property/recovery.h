// What has to come right without anybody's help: work that is served, a mask that is lifted.
#pragma once

#include <functional>
#include <string>

#include "sim/core/fabric.h"

namespace irqloom {

/// lost-interrupt: from some state, no path serves the work of the device `where` any more.
/// `has_work` tells whether it has some.
Property lost_interrupt(std::string where, std::function<bool(const World&)> has_work);

/// served-eventually: some fair execution never serves the work of the device `where`. Stronger
/// than lost-interrupt, which is content when some execution serves it.
Property served_eventually(std::string where, std::function<bool(const World&)> has_work);

/// Adds both for a device.
void add_service_properties(Fabric& fabric, const std::string& where,
                            const std::function<bool(const World&)>& has_work);

/// stuck-masked: from some state, no path lifts the host's mask of the interrupt of `where`.
Property stuck_masked(std::string where, std::function<bool(const World&)> is_masked);

}  // namespace irqloom
