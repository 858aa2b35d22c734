#include "sim/trace/columns.h"

#include <array>
#include <catch2/catch.hpp>

using irqloom::trace::append_row;
using irqloom::trace::Cell;
using irqloom::trace::columns;
using irqloom::trace::wrap;

namespace {
using Pieces = std::vector<std::string_view>;
}  // namespace

TEST_CASE("columns: a UTF-8 character is one column", "[trace][columns]") {
  CHECK(columns("") == 0);
  CHECK(columns("│ └ é") == 5);
}

TEST_CASE("columns: wrapping prefers spaces, then punctuation, then cuts", "[trace][columns]") {
  CHECK(wrap("", 5).empty());
  CHECK(wrap("abcde", 5) == Pieces{"abcde"});
  CHECK(wrap("ab cd ef", 5) == Pieces{"ab cd", "ef"});
  CHECK(wrap("kvm.ioapic.pin16", 12) == Pieces{"kvm.ioapic.", "pin16"});
  CHECK(wrap("abcdefgh", 3) == Pieces{"abc", "def", "gh"});
  CHECK(wrap("ééééé", 2) == Pieces{"éé", "éé", "é"});
  CHECK(wrap("ab      cd", 4) == Pieces{"ab  ", "cd"});
}

TEST_CASE("columns: wrapped lines never exceed the width and lose nothing but spaces",
          "[trace][columns]") {
  const std::string text = "lock.kvm.ioapic.lock.owner none>irq/16-dev0 and a-very-long-word";
  for (std::size_t width = 1; width < 40; ++width) {
    std::string joined;
    for (const std::string_view line : wrap(text, width)) {
      CHECK(columns(line) <= width);
      for (const char c : line) {
        if (c != ' ') joined += c;
      }
    }
    CHECK(joined == "lock.kvm.ioapic.lock.ownernone>irq/16-dev0anda-very-long-word");
  }
}

TEST_CASE("columns: items stay whole where they fit", "[trace][columns]") {
  Cell cell{12};
  cell.fill("a 0>1");
  cell.fill("b 0>1");
  cell.fill("c 0>1");
  CHECK(cell.lines == std::vector<std::string>{"a 0>1  b 0>1", "c 0>1"});
}

TEST_CASE("columns: cells stand side by side without trailing spaces", "[trace][columns]") {
  std::string text;
  const std::array cells = {Cell{3, {"1", "2"}}, Cell{4, {"│"}}, Cell{2, {"x", "", "z"}}};
  append_row(text, cells);
  CHECK(text ==
        "1    │     x\n"
        "2\n"
        "           z\n");
  text.clear();
  append_row(text, std::array{Cell{3}});
  CHECK(text == "\n");
}
