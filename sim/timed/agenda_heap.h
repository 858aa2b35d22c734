// The agenda's entries, earliest first. Only for agenda.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/core/ids.h"

namespace irqloom::timed {

struct AgendaEntry {
  std::uint64_t time_ps = 0;
  ContextId context = 0;

  friend bool operator<(const AgendaEntry& a, const AgendaEntry& b) {
    return a.time_ps != b.time_ps ? a.time_ps < b.time_ps : a.context < b.context;
  }
};

// A heap of four children each, smallest first: half as deep as a binary one, and what is compared
// lies together.
class AgendaHeap {
 public:
  void reserve(std::size_t n) { entries_.reserve(n); }
  bool empty() const { return entries_.empty(); }
  const AgendaEntry& head() const { return entries_.front(); }

  void push(const AgendaEntry& entry) {
    std::size_t hole = entries_.size();
    entries_.push_back(entry);
    while (hole != 0 && entry < entries_[(hole - 1) / 4]) {
      entries_[hole] = entries_[(hole - 1) / 4];
      hole = (hole - 1) / 4;
    }
    entries_[hole] = entry;
  }

  void pop() {
    const AgendaEntry last = entries_.back();
    entries_.pop_back();
    std::size_t hole = 0;
    for (std::size_t child = 1; child < entries_.size(); child = 4 * hole + 1) {
      const std::size_t end = std::min(child + 4, entries_.size());
      std::size_t least = child;
      for (std::size_t c = child + 1; c < end; ++c) {
        if (entries_[c] < entries_[least]) least = c;
      }
      if (last < entries_[least]) break;
      entries_[hole] = entries_[least];
      hole = least;
    }
    if (!entries_.empty()) entries_[hole] = last;
  }

 private:
  std::vector<AgendaEntry> entries_;
};

}  // namespace irqloom::timed
