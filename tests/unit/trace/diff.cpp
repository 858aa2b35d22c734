#include "sim/trace/diff.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "sim/trace/append.h"
#include "sim/trace/describe.h"
#include "tests/unit/trace/toy.h"

using namespace irqloom;         // NOLINT(google-build-using-namespace)
using namespace irqloom::trace;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using toy::Toy;

namespace {

std::vector<std::string> changes_of(const Toy& t, Stacks stacks = Stacks::skip) {
  std::vector<Change> changes;
  diff(t.fabric, t.record, changes, stacks);
  std::vector<std::string> texts;
  for (const Change& c : changes)
    append_change(texts.emplace_back(), t.fabric, c);
  return texts;
}

std::string event_text(const Fabric& fabric, const Event& event) {
  std::string text;
  append_event(text, fabric, event);
  return text;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("diff: the fields that changed, as their tables say", "[trace][diff]") {
  Toy t;
  t.take(0, 0, 1);
  CHECK(changes_of(t) ==
        Texts{"dev0.pin.line 0>1", "dev0.pin.mode idle>pending", "dev0.pin.raised 0>1"});
  t.take(1, 0, 1);
  t.take(1, 0, 1);
  t.take(1, 0, 1);
  t.take(2, 0, 1);
  CHECK(changes_of(t).empty());
  t.take(2, 0, 1);
  CHECK(changes_of(t) == Texts{"executor.cpu0.holder none>kworker/0:2",
                               "lock.kvm.ioapic.lock.owner none>kworker/0:2"});
  t.take(2, 0, 1);
  const Texts changes = changes_of(t);
  REQUIRE(changes.size() == 5);
  CHECK(changes[0] == "kvm.ioapic.pin16.vector 0x0>0x51");
  CHECK(changes[1] == "kvm.ioapic.pin16.irr[1] 0>1");
  CHECK(changes[2] == "kvm.ioapic.pin16.wide 0>70000");
}

TEST_CASE("diff: the headers of stacks are shown when asked for", "[trace][diff]") {
  Toy t;
  t.take(0, 0, 1);
  t.take(1, 0, 1);
  t.take(1, 0, 1);
  t.take(2, 0, 1);
  t.take(2, 0, 1);
  const Texts changes = changes_of(t, Stacks::headers);
  CHECK(std::count(changes.begin(), changes.end(), "context.kworker/0:2.spins 0>1") == 1);
}

TEST_CASE("describe: events print as the kernel prints them", "[trace][describe]") {
  Toy t;
  const std::int64_t dev = t.fabric.name("dev0");
  CHECK(event_text(t.fabric, Event{&toy::set_irq, {16, 1, 1}}) ==
        "kvm_set_irq: gsi 16 level 1 source 1");
  CHECK(event_text(t.fabric, Event{&toy::line_event, {dev, 0}}) == "line: dev=dev0 level=0");
  // dst is %x: hexadecimal without prefix.
  const std::string pin = event_text(t.fabric, Event{&toy::ioapic_set_irq, {20, 0xff, 81, 99}});
  CHECK(pin == "kvm_ioapic_set_irq: pin 20 dst ff vec 81 (?)");
}

TEST_CASE("describe: braces that are no placeholder stay", "[trace][describe]") {
  static const EventType odd{"toy", "odd", {{"a"}}, "{0}{1} {x} {0 {"};
  Toy t;
  CHECK(event_text(t.fabric, Event{&odd, {-7}}) == "odd: -7{1} {x} {0 {");
}

TEST_CASE("describe: a step with a choice says which one", "[trace][describe]") {
  Toy t;
  std::string text;
  append_step(text, t.fabric, t.take(3, 0, 1, 1));
  CHECK(text == "choose; \"quoted\" <1> #2 [choice 1 of 0..2]");
}

TEST_CASE("append: numbers", "[trace][append]") {
  std::string text;
  append_decimal(text, 1234567, 3, 10);
  CHECK(text == "  1234.567");
  text.clear();
  append_decimal(text, 45, 6);
  CHECK(text == "0.000045");
  text.clear();
  append_us(text, 1'999'999);
  CHECK(text == "1.999");
  text.clear();
  append_hex(text, 0);
  append_hex(text, std::numeric_limits<std::uint64_t>::max());
  CHECK(text == "0ffffffffffffffff");
  text.clear();
  append_signed(text, std::numeric_limits<std::int64_t>::min());
  append_number(text, std::numeric_limits<std::uint64_t>::max());
  CHECK(text == "-922337203685477580818446744073709551615");
}

// RFC 8259, section 7: quotation mark, reverse solidus and U+0000 to U+001F must be escaped.
TEST_CASE("append: JSON strings", "[trace][append]") {
  std::string text;
  append_json(text, "a\"b\\c\n\x1f é");
  CHECK(text == "\"a\\\"b\\\\c\\u000a\\u001f é\"");
}
