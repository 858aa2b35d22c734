#include "sim/scenario/suggest.h"

#include <catch2/catch.hpp>

namespace irqloom::scenario {
namespace {

// Each of the four edits of Damerau's 1964 paper counts one.
TEST_CASE("edit distance counts Damerau's edits", "[scenario]") {
  CHECK(edit_distance("ioapic", "ioapic") == 0);
  CHECK(edit_distance("ioapic", "ioapc") == 1);    // Deleted.
  CHECK(edit_distance("ioapic", "ioappic") == 1);  // Inserted.
  CHECK(edit_distance("ioapic", "ioabic") == 1);   // Replaced.
  CHECK(edit_distance("ioapic", "ioaipc") == 1);   // Swapped.
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);  // The textbook example.
  // Optimal string alignment edits no byte twice: CA -> AC -> ABC is not allowed.
  CHECK(edit_distance("CA", "ABC") == 3);
}

TEST_CASE("edit distance ignores case and the kind of dash", "[scenario]") {
  CHECK(edit_distance("GIC_v3", "gic-v3") == 0);
}

TEST_CASE("nearest finds what was meant, and nothing where nothing was", "[scenario]") {
  const std::vector<std::string> names = {"ioapic", "gic", "xics", "postpone-v2"};
  CHECK(nearest("ioapci", names) == "ioapic");
  CHECK(nearest("IOAPIC", names) == "ioapic");
  CHECK(nearest("postpone", names) == "postpone-v2");  // 3 of 11 are missing: a third may be.
  CHECK(nearest("gci", names) == "gic");
  CHECK(nearest("pic", names) == "gic");
  CHECK(nearest("openpic", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(nearest("ioapic", {}).empty());
  // One letter replaced by another has nothing in common with it.
  CHECK(nearest("a", {"b"}).empty());
  CHECK(nearest(std::string(100000, 'x'), names).empty());
}

TEST_CASE("nearest prefers the nearer name, then the first", "[scenario]") {
  CHECK(nearest("mask", {"masks1", "masks"}) == "masks");
  CHECK(nearest("pin", {"pia", "pib"}) == "pia");
}

TEST_CASE("lists of names read as English", "[scenario]") {
  CHECK(list_of({"a"}) == "\"a\"");
  CHECK(list_of({"a", "b"}) == "\"a\" or \"b\"");
  CHECK(list_of({"a", "b", "c"}) == "\"a\", \"b\" or \"c\"");
  CHECK(list_of({}) == "nothing");
}

}  // namespace
}  // namespace irqloom::scenario
