#include "sim/app/statistics.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>

#include "models/events.h"
#include "sim/core/exec.h"

namespace irqloom::app {
namespace {

/// A host's and a guest's context, and steps that are nothing but events.
class Bench {
 public:
  Bench() {
    const RoutineId r = fabric_.routine<&Bench::nothing>(*this, "nothing", "a test");
    host_ = fabric_.context({.name = "cpu0", .layer = "host kernel"}, r);
    guest_ = fabric_.context({.name = "vcpu0", .layer = "guest"}, r);
    for (const char* name : {"dev0", "line", "handled", "unhandled"})
      fabric_.name(name);
    fabric_.seal();
    statistics.begin(fabric_, {});
  }

  void nothing(Exec& x, Frame& self) {
    ROUTINE();
    STEP("nothing");
    RETURN(0);
    ROUTINE_END();
  }

  void host(const EventType& type, std::initializer_list<std::int64_t> args, std::uint64_t us = 0) {
    step(host_, type, args, us);
  }
  void guest(const EventType& type, std::initializer_list<std::int64_t> args,
             std::uint64_t us = 0) {
    step(guest_, type, args, us);
  }

  std::int64_t label(const char* name) { return fabric_.name(name); }

  Statistics statistics;

 private:
  void step(ContextId c, const EventType& type, std::initializer_list<std::int64_t> args,
            std::uint64_t us) {
    StepRecord record;
    record.context = c;
    record.time_ps = us * 1'000'000;
    Event event{&type, {}};
    std::copy(args.begin(), args.end(), event.args.begin());
    record.events.push_back(event);
    statistics.step(record);
  }

  Fabric fabric_;
  ContextId host_ = 0;
  ContextId guest_ = 0;
};

TEST_CASE("statistics: a host's handler counts its entries and refusals", "[app][statistics]") {
  Bench b;
  for (const char* result : {"handled", "unhandled", "handled"}) {
    b.host(event::irq_handler_entry, {16, b.label("dev0")});
    b.host(event::irq_handler_exit, {16, b.label(result)});
  }
  const auto handlers = b.statistics.handlers();
  REQUIRE(handlers.size() == 1);
  CHECK(handlers.at("host kernel: irq 16 dev0").entries == 3);
  CHECK(handlers.at("host kernel: irq 16 dev0").spurious == 1);
}

TEST_CASE("statistics: a guest's handler counts the looks that found nothing",
          "[app][statistics]") {
  Bench b;
  const std::int64_t line = b.label("line");
  const std::int64_t dev0 = b.label("dev0");
  b.guest(event::irq_handler_entry, {16, dev0});
  b.guest(event::work_found, {line, dev0});
  b.guest(event::irq_handler_entry, {16, dev0});
  b.guest(event::work_none, {line, dev0});
  CHECK(b.statistics.handlers().at("guest: dev0").entries == 2);
  CHECK(b.statistics.handlers().at("guest: dev0").spurious == 1);
}

TEST_CASE("statistics: the looks count where the guest has no tracepoint", "[app][statistics]") {
  Bench b;
  b.guest(event::work_none, {b.label("line"), b.label("dev0")});
  CHECK(b.statistics.handlers().at("guest: dev0").entries == 1);
}

TEST_CASE("statistics: latencies run from the raise", "[app][statistics]") {
  Bench b;
  const std::int64_t line = b.label("line");
  const std::int64_t dev0 = b.label("dev0");
  b.host(event::raise, {dev0}, 10);
  b.guest(event::work_found, {line, dev0}, 15);
  b.guest(event::work_found, {line, dev0}, 18);  // Only the first look counts.
  b.guest(event::work_served, {dev0}, 20);
  b.host(event::raise, {dev0}, 100);
  b.guest(event::work_found, {line, dev0}, 101);
  b.guest(event::work_served, {dev0}, 130);
  const Latency handler = b.statistics.to_handler().at("dev0");
  CHECK(handler.count == 2);
  CHECK(handler.min_ps == 1'000'000);
  CHECK(handler.max_ps == 5'000'000);
  CHECK(handler.mean_ps() == 3'000'000);
  const Latency served = b.statistics.to_served().at("dev0");
  CHECK(served.min_ps == 10'000'000);
  CHECK(served.max_ps == 30'000'000);
}

TEST_CASE("statistics: an acknowledge without a raise is no latency", "[app][statistics]") {
  Bench b;
  b.guest(event::work_served, {b.label("dev0")}, 5);
  CHECK(b.statistics.to_served().empty());
}

}  // namespace
}  // namespace irqloom::app
