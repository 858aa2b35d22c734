// DOT output: its text, and, where Graphviz is installed, that Graphviz takes it.
#include "sim/topology/dot.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "models/platform/x86_topology.h"
#include "tests/unit/topology/machines.h"
#include "tests/unit/topology/toys.h"

namespace irqloom::topology {

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool has_graphviz() {
  return std::system("command -v dot >/dev/null 2>&1") == 0;
}

bool graphviz_takes(const std::string& dot) {
  FILE* pipe = popen("dot -Tsvg >/dev/null 2>&1", "w");
  if (pipe == nullptr) return false;
  std::fputs(dot.c_str(), pipe);
  return pclose(pipe) == 0;
}

Topology two_layers() {
  Node a{"a", "pin", "upper", {{"shown", "yes"}, {"hidden", "no"}}};
  Node b{"b", "cpu", "lower"};
  return {{a, b}, {{0, 1, "go", {"x", "y"}}, {1, 0, "answer", {}, Way::back}}};
}

TEST_CASE("dot: layers are boxes in the wanted order", "[topology]") {
  const Topology t({{"a", "k", "one"}, {"b", "k", "two"}, {"c", "k", "three"}}, {});
  DotStyle style;
  style.layers = {"three", "absent", "one"};
  const std::string dot = to_dot(t, style);
  CHECK(dot.find("label=\"three\"") < dot.find("label=\"one\""));
  CHECK(dot.find("label=\"one\"") < dot.find("label=\"two\""));
  CHECK(has(dot, "label=\"two\""));
  CHECK_FALSE(has(dot, "absent"));
}

TEST_CASE("dot: nodes have the shape of their kind and the attributes asked for", "[topology]") {
  DotStyle style;
  style.shapes = {{"pin", "octagon"}};
  style.shown = {"shown"};
  const std::string dot = to_dot(two_layers(), style);
  CHECK(has(dot, R"(n0 [label="a\npin\nshown: yes", shape=octagon)"));
  CHECK(has(dot, R"(tooltip="a\nshown: yes\nhidden: no")"));
  CHECK(has(dot, R"(n1 [label="b\ncpu", shape=box)"));
}

TEST_CASE("dot: edges are labelled with their seams, an answer has its arrow at the tail",
          "[topology]") {
  const std::string dot = to_dot(two_layers());
  CHECK(has(dot, R"(n0 -> n1 [label="go", tooltip="x + y"];)"));
  CHECK(has(dot, R"(n0 -> n1 [dir=back, style=dashed, label="answer")"));
}

TEST_CASE("dot: any name can be written", "[topology]") {
  const Topology t({{"a\"b\\n\nc", "k", "l"}}, {});
  CHECK(has(to_dot(t), R"(label="a\"b\\n\nc\nk")"));
}

TEST_CASE("dot: the same graph gives the same text", "[topology]") {
  CHECK(to_dot(two_layers()) == to_dot(two_layers()));
}

TEST_CASE("dot: Graphviz takes it", "[topology]") {
  if (!has_graphviz()) {
    WARN("skipped: Graphviz is not installed");
    return;
  }
  REQUIRE_FALSE(graphviz_takes("digraph { n0 -> ; }"));
  CHECK(graphviz_takes(to_dot(Topology({}, {}))));
  DotStyle style = x86::dot_style();
  style.title = "a \"title\"\nof two lines\\";
  CHECK(graphviz_takes(to_dot(x86::describe(x86::machines::rich()), style)));
  CHECK(graphviz_takes(to_dot(Topology({{"a\"b\\", "k", "\\"}}, {{0, 0, "\"", {"\\"}}}))));
}

}  // namespace

}  // namespace irqloom::topology
