#include "sim/app/interrupt.h"

#include <csignal>

namespace irqloom::app {
namespace {

std::atomic<bool> flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void note_interrupt(int /*signal*/) {
  flag.store(true, std::memory_order_relaxed);
}

}  // namespace

const std::atomic<bool>& interrupted() {
  return flag;
}

void watch_for_interrupt() {
  struct sigaction action = {};
  action.sa_handler = note_interrupt;
  // One shot, so that the second one kills; and waiting for children or files is not broken off.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace irqloom::app
