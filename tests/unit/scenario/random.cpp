#include "sim/core/random.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::core {
namespace {

using scenario::test::message_of;

CostSpec exponential(std::uint64_t mean_ps, std::uint64_t max_ps) {
  CostSpec cost;
  cost.kind = CostSpec::Kind::exponential;
  cost.mean_ps = mean_ps;
  cost.max_ps = max_ps;
  return cost;
}

CostSpec uniform(std::uint64_t min_ps, std::uint64_t max_ps) {
  CostSpec cost;
  cost.kind = CostSpec::Kind::uniform;
  cost.min_ps = min_ps;
  cost.max_ps = max_ps;
  return cost;
}

// The test vectors of FNV's authors.
TEST_CASE("the hash of names is FNV-1a", "[scenario]") {
  CHECK(stable_hash("") == 0xcbf29ce484222325);
  CHECK(stable_hash("a") == 0xaf63dc4c8601ec8c);
  CHECK(stable_hash("foobar") == 0x85944171f73967e8);
}

// What Vigna's splitmix64.c gives for the seed 1234567.
TEST_CASE("seeds are spread by SplitMix64", "[scenario]") {
  SplitMix64 mix(1234567);
  CHECK(mix.next() == 6457827717110365317u);
  CHECK(mix.next() == 3203168211198807973u);
  CHECK(mix.next() == 9817491932198370423u);
  CHECK(mix.next() == 4593380528125082431u);
  CHECK(mix.next() == 16408922859458223821u);
}

// What Blackman and Vigna's xoshiro256starstar.c gives from the state 1, 2, 3, 4.
TEST_CASE("the generator is xoshiro256**", "[scenario]") {
  Random random(Random::State{1, 2, 3, 4});
  for (const std::uint64_t expected : {11520u, 0u, 1509978240u}) {
    CHECK(random.next() == expected);
  }
  CHECK(random.next() == 1215971899390074240u);
  CHECK(random.next() == 1216172134540287360u);
  CHECK(random.next() == 607988272756665600u);
  CHECK(random.next() == 16172922978634559625u);
  CHECK(random.next() == 8476171486693032832u);
  CHECK(random.next() == 10595114339597558777u);
  CHECK(random.next() == 2904607092377533576u);
}

TEST_CASE("seed and name decide on the sequence, and nothing else", "[scenario]") {
  Random a(7, "cpu0"), same(7, "cpu0");
  for (int i = 0; i < 100; ++i)
    CHECK(a.next() == same.next());
  std::set<std::uint64_t> first_draws;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (const char* name : {"", "cpu0", "cpu1", "irq/16-vfio"}) {
      first_draws.insert(Random(seed, name).next());
    }
  }
  CHECK(first_draws.size() == 120);
}

TEST_CASE("below stays below", "[scenario]") {
  Random random(1, "below");
  for (int i = 0; i < 1000; ++i) {
    CHECK(random.below(1) == 0);
    CHECK(random.below(3) < 3);
    CHECK(random.below(UINT64_MAX) < UINT64_MAX);
  }
  CHECK_THROWS_AS(random.below(0), InternalError);
}

// Multiply-and-shift alone would give the third of the values that are multiples of 3 two chances
// out of four: with n = 3 * 2^62 this bias is as gross as it can get.
TEST_CASE("below is unbiased also where 2^64 is no multiple", "[scenario]") {
  Random random(2, "bias");
  const std::uint64_t n = std::uint64_t{3} << 62;
  std::map<std::uint64_t, int> count;
  const int draws = 30000;
  for (int i = 0; i < draws; ++i)
    ++count[random.below(n) % 3];
  // 10000 each; the standard deviation is 82, so 500 is six of them.
  for (std::uint64_t residue = 0; residue < 3; ++residue) {
    CHECK(std::abs(count[residue] - draws / 3) < 500);
  }
}

TEST_CASE("a fixed cost is that cost and consumes nothing", "[scenario]") {
  Random random(3, "fixed"), untouched(3, "fixed");
  CHECK(random.draw(fixed_cost(42)) == 42);
  CHECK(random.next() == untouched.next());
}

TEST_CASE("a uniform cost takes every value of its range", "[scenario]") {
  Random random(4, "uniform");
  std::map<std::uint64_t, int> count;
  for (int i = 0; i < 10000; ++i)
    ++count[random.draw(uniform(5, 9))];
  CHECK(count.size() == 5);
  CHECK(count.begin()->first == 5);
  CHECK(count.rbegin()->first == 9);
  // 2000 each; the standard deviation is 40.
  for (const auto& [value, times] : count)
    CHECK(std::abs(times - 2000) < 240);
}

TEST_CASE("a uniform cost may be one value or all of them", "[scenario]") {
  Random random(5, "edges"), bits(5, "edges");
  CHECK(random.draw(uniform(7, 7)) == 7);
  bits.next();
  CHECK(random.draw(uniform(0, UINT64_MAX)) == bits.next());
}

TEST_CASE("a weighted cost follows its weights", "[scenario]") {
  CostSpec cost;
  cost.kind = CostSpec::Kind::weighted;
  cost.choices = {{5, 3}, {50, 1}};
  Random random(6, "weighted");
  std::map<std::uint64_t, int> count;
  for (int i = 0; i < 10000; ++i)
    ++count[random.draw(cost)];
  CHECK(count.size() == 2);
  // 7500 of 10000; the standard deviation is 43.
  CHECK(std::abs(count[5] - 7500) < 260);
}

// -ln(u / 2^64), from 50-digit decimal arithmetic.
TEST_CASE("the integer logarithm is a logarithm", "[scenario]") {
  const auto check = [](std::uint64_t u, std::uint64_t expected) {
    const std::uint64_t got = negative_log_q40(u);
    INFO(u << ": " << got << ", expected " << expected);
    CHECK((got > expected ? got - expected : expected - got) <= 16);  // 2^-36.
  };
  check(1, 48775896626292);
  check(2, 48013773241506);
  check(3, 47567959640484);
  check(1000, 41180739375220);
  check(0x123456789abcdef, 5955065369426);
  check(0x7fffffffffffffff, 762123384786);
  check(0x8000000000000000, 762123384786);
  check(0x5e2d58d8b3bcdf1b, 1099511627776);
  check(0xc000000000000000, 316309783763);
  check(0xffffffff00000000, 256);
  check(0xffffffffffffffff, 0);
}

TEST_CASE("the integer logarithm never grows", "[scenario]") {
  std::uint64_t last = negative_log_q40(1);
  for (std::uint64_t u = 1; u < (std::uint64_t{1} << 63); u += u / 3 + 1) {
    const std::uint64_t next = negative_log_q40(u);
    CHECK(next <= last);
    last = next;
  }
}

TEST_CASE("an exponential cost is exponential below its limit", "[scenario]") {
  const std::uint64_t mean = 1'000'000;
  const CostSpec cost = exponential(mean, 20 * mean);
  Random random(8, "exponential");
  const int draws = 40000;
  std::uint64_t sum = 0;
  int above_mean = 0, above_thrice = 0;
  for (int i = 0; i < draws; ++i) {
    const std::uint64_t ps = random.draw(cost);
    sum += ps;
    above_mean += ps > mean;
    above_thrice += ps > 3 * mean;
  }
  // The mean's standard deviation is mean / sqrt(draws) = mean / 200.
  const auto average = static_cast<std::int64_t>(sum / draws);
  CHECK(std::abs(average - static_cast<std::int64_t>(mean)) < 30'000);
  CHECK(std::abs(above_mean - 14715) < 580);   // 1/e of the draws; standard deviation 96.
  CHECK(std::abs(above_thrice - 1991) < 260);  // e^-3 of the draws; standard deviation 44.
}

TEST_CASE("an exponential cost never exceeds its limit nor piles up there", "[scenario]") {
  const CostSpec cost = exponential(1000, 1000);
  Random random(9, "cut");
  int at_limit = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t ps = random.draw(cost);
    CHECK(ps <= 1000);
    at_limit += ps == 1000;
  }
  // The density at the limit is e^-1 / (1 - e^-1) / 1000: 12 draws. Clamping would make it 7358.
  CHECK(at_limit < 40);
}

TEST_CASE("an exponential cost may be as long as can be", "[scenario]") {
  const CostSpec cost = exponential(UINT64_MAX, UINT64_MAX);
  Random random(10, "long");
  std::set<std::uint64_t> draws;
  for (int i = 0; i < 100; ++i)
    draws.insert(random.draw(cost));
  CHECK(draws.size() == 100);
}

TEST_CASE("a cost that breaks its rules is an internal error", "[scenario]") {
  Random random(11, "rules");
  CostSpec empty;
  empty.kind = CostSpec::Kind::weighted;
  CHECK_THROWS_AS(random.draw(empty), InternalError);
  CHECK_THROWS_AS(random.draw(uniform(2, 1)), InternalError);
  CHECK_THROWS_AS(random.draw(exponential(0, 10)), InternalError);
  CHECK_THROWS_AS(random.draw(exponential(11, 10)), InternalError);
}

}  // namespace
}  // namespace irqloom::core
