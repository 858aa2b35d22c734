#include "sim/app/memory_bound.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace irqloom::app {
namespace {

constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

/// Documentation/filesystems/proc.rst: an estimate of what can be had without swapping.
std::uint64_t available() {
  std::ifstream meminfo("/proc/meminfo");
  std::string name;
  std::uint64_t kib = 0;
  std::string unit;
  while (meminfo >> name >> kib) {
    if (name == "MemAvailable:") return kib * 1024;
    std::getline(meminfo, unit);
  }
  return unknown;
}

/// Documentation/admin-guide/cgroup-v2.rst: "max", or bytes. A container sees its own here.
std::uint64_t limit_of_group() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  std::uint64_t bytes = 0;
  return file >> bytes ? bytes : unknown;
}

}  // namespace

std::uint64_t default_max_memory(unsigned jobs) {
  const std::uint64_t most = std::min(available(), limit_of_group());
  return most == unknown ? 0 : most / 2 / jobs;
}

}  // namespace irqloom::app
