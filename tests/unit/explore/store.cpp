// The containers below the explorer.
#include "sim/explore/store.h"

#include <algorithm>
#include <deque>

#include "sim/core/random.h"
#include "sim/explore/frontier.h"
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::explore;

namespace {

Fingerprint random_fingerprint(core::Random& random) {
  return Fingerprint{random.next(), random.next()};
}

}  // namespace

TEST_CASE("the store numbers states in order and finds them again", "[explore]") {
  core::Random random(1, "store");
  StateStore store;
  std::vector<Fingerprint> states;
  for (StateNumber n = 0; n < 200000; ++n) {
    states.push_back(random_fingerprint(random));
    const auto [number, is_new] =
        store.insert(states.back(), Link{n / 2, static_cast<ContextId>(n % 7), 3});
    REQUIRE(is_new);
    REQUIRE(number == n);
  }
  CHECK(store.size() == states.size());
  for (StateNumber n = 0; n < states.size(); n += 7) {
    REQUIRE(store.find(states[n]) == n);
    REQUIRE(store.fingerprint(n) == states[n]);
    REQUIRE(store.link(n).parent == n / 2);
    REQUIRE(store.link(n).context == n % 7);
    const auto [number, is_new] = store.insert(states[n], Link{});
    REQUIRE_FALSE(is_new);
    REQUIRE(number == n);
    // All the same but for one bit.
    REQUIRE(store.find(Fingerprint{states[n].low, states[n].high ^ 1}) == no_state);
  }
}

// 16 bytes of fingerprint, 8 of link, and 4 of table for each entry, of which 3/8 to 3/4 are used.
TEST_CASE("the store needs at most 40 bytes a state", "[explore]") {
  core::Random random(2, "store");
  StateStore store;
  for (int n = 0; n < 300000; ++n) {
    store.insert(random_fingerprint(random), Link{});
    if (n < 1000) continue;
    REQUIRE(store.bytes_per_state() > 24 + 4);
    REQUIRE(store.bytes_per_state() < 24 + 4 * 8.0 / 3 + 0.1);
  }
  CHECK(static_cast<double>(store.memory()) / 300000 < 40);
}

TEST_CASE("states that collide in the table are told apart", "[explore]") {
  StateStore store;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    REQUIRE(store.insert(Fingerprint{7, i << 40}, Link{}).number == i);
  }
  for (std::uint64_t i = 0; i < 5000; ++i)
    REQUIRE(store.find(Fingerprint{7, i << 40}) == i);
  CHECK(store.find(Fingerprint{8, 0}) == no_state);
}

// States are pushed as successors of the one that was popped last, as a search does it.
TEST_CASE("the frontier gives back worlds in order, byte for byte", "[explore]") {
  core::Random random(3, "frontier");
  const std::size_t slots = GENERATE(1u, 63u, 64u, 65u, 300u);
  Layout layout;
  std::vector<Slot<toys::Locals>> numbers;  // Four bytes: half of every word is padding.
  for (std::size_t i = 0; i < slots; ++i) {
    numbers.push_back(layout.reserve<toys::Locals>("slot" + std::to_string(i)));
  }
  World world(layout);
  for (const auto& n : numbers)
    world.mut(n).i = static_cast<std::uint32_t>(random.below(3));
  world.clear_written();
  Frontier frontier(world);
  World before = world;
  std::vector<WordChange> differences;
  std::deque<std::vector<std::byte>> expected;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t changes = random.below(slots * 2);
    for (std::uint64_t n = 0; n < changes; ++n) {
      world.mut(numbers[random.below(slots)]).i = static_cast<std::uint32_t>(random.below(3));
    }
    find_changes(layout, before.bytes(), world, differences);
    frontier.push(world, differences);
    expected.emplace_back(world.bytes().begin(), world.bytes().end());
    // Grows to a third of what is pushed, so that blocks are opened, closed and used again.
    if (random.below(3) == 0) continue;
    const std::span<const std::byte> front = frontier.pop();
    REQUIRE(std::ranges::equal(front, expected.front()));
    world.load(front);
    world.clear_written();
    before = world;
    expected.pop_front();
    REQUIRE(frontier.size() == expected.size());
  }
  CHECK(frontier.memory() > 0);
}

// Zero is a word like any other, and a value tells at which place it stands.
TEST_CASE("fingerprints depend on every word and its place", "[explore]") {
  Layout layout;
  const auto numbers = layout.reserve_array<toys::Number>("number", 50);
  std::vector<Fingerprint> seen{fingerprint_of(World(layout))};
  for (std::size_t i = 0; i < numbers.size; ++i) {
    for (std::uint32_t value = 1; value < 50; ++value) {
      World world(layout);
      world.mut(numbers[i]).value = value;
      seen.push_back(fingerprint_of(world));
    }
  }
  const auto less = [](const Fingerprint& a, const Fingerprint& b) { return a.low < b.low; };
  std::sort(seen.begin(), seen.end(), less);
  for (std::size_t i = 1; i < seen.size(); ++i)
    REQUIRE(seen[i - 1].low != seen[i].low);
}
