#include "sim/app/members.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <tuple>

namespace irqloom::app {
namespace {

constexpr std::size_t longest_name = 31;

// The platform's modules and slots, which a part of the same name would be mistaken for.
constexpr std::array<std::string_view, 9> taken = {"kvm", "cpu",  "vcpu",    "lapic",   "resampler",
                                                   "irq", "lock", "context", "executor"};

bool is_well_formed(std::string_view name) {
  if (name.empty() || name.size() > longest_name) return false;
  if (name.front() < 'a' || name.front() > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// "kvm", or "vcpu" and a number.
bool is_taken(std::string_view name) {
  return std::any_of(taken.begin(), taken.end(), [name](std::string_view own) {
    return name.starts_with(own) &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(own.size()), name.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
  });
}

}  // namespace

std::vector<Member> by_name(const scenario::Cursor& object) {
  std::vector<Member> members = object.items_or_none();
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.first < b.first; });
  return members;
}

std::vector<Member> by_order(const scenario::Cursor& object) {
  using Keyed = std::pair<std::int64_t, Member>;
  std::vector<Keyed> keyed;
  for (Member& m : object.items_or_none()) {
    const std::int64_t order = m.second["order"].integer_or(0, -1'000'000, 1'000'000);
    keyed.emplace_back(order, std::move(m));
  }
  std::sort(keyed.begin(), keyed.end(), [](const Keyed& a, const Keyed& b) {
    return std::tie(a.first, a.second.first) < std::tie(b.first, b.second.first);
  });
  std::vector<Member> members;
  for (Keyed& k : keyed)
    members.push_back(std::move(k.second));
  return members;
}

void check_part_name(const Member& member) {
  const auto& [name, cursor] = member;
  if (!is_well_formed(name)) {
    cursor.fail_key(
        "\"" + name + "\" cannot name a part of the fabric",
        "lower-case letters, digits and hyphens, a letter first, at most 31 characters");
  }
  if (is_taken(name)) {
    cursor.fail_key("\"" + name + "\" is the name of a part of the platform",
                    "a name of its own, such as \"dev0\"");
  }
}

}  // namespace irqloom::app
