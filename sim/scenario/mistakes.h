#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "sim/error.h"

namespace irqloom::scenario {

/// The mistakes of one document. While it is open, reading goes on after a mistake, so that a user
/// learns of several at once; while it is closed, as it is at first, the first one is thrown.
class Mistakes {
 public:
  bool is_open() const noexcept { return open_; }
  void open() noexcept { open_ = true; }
  void close() noexcept { open_ = false; }

  /// Runs `read`. While this is open, the InputError that it throws is kept; otherwise it is thrown
  /// on. Whether nothing was wrong, in the calls within it too.
  template <class Read>
  bool attempt(Read&& read) {
    if (!open_) {
      std::forward<Read>(read)();
      return true;
    }
    const std::size_t before = met_;
    try {
      std::forward<Read>(read)();
    } catch (const InputError& error) {
      keep(error);
    }
    return met_ == before;
  }

  /// Throws one InputError with all that were kept, in the order of their places. Does nothing if
  /// there are none.
  void settle();

 private:
  void keep(const InputError& error);
  bool is_consequence(const Mistake& mistake) const;

  bool open_ = false;
  std::size_t met_ = 0;  // Consequences of others included.
  std::vector<Mistake> kept_;
};

}  // namespace irqloom::scenario
