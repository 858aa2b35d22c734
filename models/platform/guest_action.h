// One handler of a guest line, on every platform.
#pragma once

#include <string>

#include "models/guest/driver.h"

namespace irqloom {

struct GuestAction {
  std::string device;  ///< Name of an assigned or emulated device.
  Driver::Serves serves = Driver::Serves::thread;
  bool reports = false;
};

}  // namespace irqloom
