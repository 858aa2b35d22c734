// One handler of a guest line, on every platform.
#pragma once

#include <string>
#include <vector>

#include "models/guest/driver.h"

namespace irqloom {

struct GuestAction {
  std::string device;  ///< Name of an assigned or emulated device.
  Driver::Serves serves = Driver::Serves::thread;
  bool reports = false;
};

/// Their names, in order.
inline std::vector<std::string> devices_of(const std::vector<GuestAction>& actions) {
  std::vector<std::string> names;
  for (const GuestAction& action : actions)
    names.push_back(action.device);
  return names;
}

}  // namespace irqloom
