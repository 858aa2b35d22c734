// Entries that stand beside what they describe and are found by name: a policy, a trace format, a
// kernel is one new file, and no list of another file names it.
#pragma once

#include <algorithm>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

namespace irqloom {

/// The entries of one kind. `Name` is the member that tells them apart: text, each once.
template <class Entry, auto Name = &Entry::name>
class Registry {
 public:
  /// Adds an entry at static initialization: `const Registry<TraceFormat>::Add added{{...}};`
  struct Add {
    explicit Add(Entry entry) { entries().push_back(std::move(entry)); }
  };

  /// An entry that the code names too: `inline const Costs::Named exit_mmio({"exit.mmio", ...});`
  struct Named : Entry {
    explicit Named(Entry entry) : Entry(entry) { entries().push_back(std::move(entry)); }
  };

  /// All, sorted by name, not in the order of linking.
  static std::vector<Entry> all() {
    std::vector<Entry> sorted(entries().begin(), entries().end());
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry& a, const Entry& b) { return a.*Name < b.*Name; });
    return sorted;
  }

  /// Null if nothing has that name; otherwise valid as long as the program runs.
  static const Entry* find(std::string_view name) {
    for (const Entry& entry : entries()) {
      if (entry.*Name == name) return &entry;
    }
    return nullptr;
  }

 private:
  // A deque: what find() gave stays where it is.
  static std::deque<Entry>& entries() {
    static std::deque<Entry> all;
    return all;
  }
};

}  // namespace irqloom

#define IRQLOOM_JOINED(a, b) a##b
#define IRQLOOM_JOIN(a, b) IRQLOOM_JOINED(a, b)
/// A name that no neighbour has, for an object that nobody names.
#define IRQLOOM_UNIQUE(prefix) IRQLOOM_JOIN(prefix, __COUNTER__)
