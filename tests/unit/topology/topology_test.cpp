// The questions that a topology answers, on graphs whose answers can be seen at a glance.
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <stdexcept>

#include "tests/unit/topology/toys.h"

namespace irqloom::topology {

namespace {

using toys::arrows;
using toys::graph;
using toys::letters;
using toys::node;

using Ids = std::vector<NodeId>;
using Texts = std::vector<std::string>;

Texts texts(const Topology& t, const std::vector<Path>& paths) {
  Texts result;
  for (const Path& p : paths)
    result.push_back(t.text(p));
  return result;
}

/// A cost for each edge of a toy graph.
EdgeTime times(std::map<std::string, std::uint64_t, std::less<>> ps) {
  return sum_of([ps = std::move(ps)](std::string_view key) { return ps.find(key)->second; });
}

TEST_CASE("topology: nodes and edges keep the order of their description", "[topology]") {
  const Topology t = graph("cab", {"ca", "ab", "cb", "ca"});
  CHECK(t.names() == Texts{"c", "a", "b"});
  CHECK(t.find("b") == NodeId{2});
  CHECK_FALSE(t.find("d"));
  CHECK(t.edges_from(0) == std::vector<EdgeId>{0, 2, 3});
  CHECK(t.edges_to(2) == std::vector<EdgeId>{1, 2});
  const auto first = [](const Edge& e) { return e.costs.front() == "ab"; };
  CHECK(t.edges_to(2, first) == std::vector<EdgeId>{1});
}

TEST_CASE("topology: a description that is no graph is refused", "[topology]") {
  CHECK_THROWS_AS(Topology({node("a"), node("a")}, {}), std::invalid_argument);
  CHECK_THROWS_AS(Topology({node("a")}, {{0, 1, "s"}}), std::invalid_argument);
  CHECK_THROWS_AS(Topology({node("a")}, {{1, 0, "s"}}), std::invalid_argument);
  CHECK(Topology({}, {}).cycles().empty());
}

TEST_CASE("topology: attributes are found by key and value", "[topology]") {
  Node a = node("a");
  a.attributes = {{"context", "x"}, {"context", "y"}, {"part", "y"}};
  const Topology t({node("b"), a}, {});
  CHECK(t.nodes()[1].attribute("context") == "x");
  CHECK(t.nodes()[1].attribute("other").empty());
  CHECK(t.with("context", "y") == Ids{1});
  CHECK(t.with("part", "x").empty());
}

TEST_CASE("topology: a circle is reported once, and a shortest one", "[topology]") {
  CHECK(graph("abc", {"ab", "ac", "bc"}).cycles().empty());

  const Topology two = graph("abcde", {"ab", "bc", "cd", "da", "ca", "de", "ee"});
  CHECK(texts(two, two.cycles()) == Texts{"a -> b -> c -> a", "e -> e"});

  const auto without_ca = [](const Edge& e) { return e.costs.front() != "ca"; };
  CHECK(texts(two, two.cycles(without_ca)) == Texts{"a -> b -> c -> d -> a", "e -> e"});
}

TEST_CASE("topology: an answer closes a circle that the way forth does not have", "[topology]") {
  std::vector<Edge> edges = arrows("abc", {"ab", "bc", "ca"});
  edges[2].way = Way::back;
  const Topology t(letters("abc"), edges);
  CHECK(t.cycles().size() == 1);
  CHECK(t.cycles(is_forth).empty());
  CHECK(t.cycles(is_back).empty());
}

TEST_CASE("topology: who reaches whom", "[topology]") {
  // a -> b -> c -> b, d -> c, e alone.
  const Topology t = graph("abcde", {"ab", "bc", "cb", "dc"});
  CHECK(t.reached(0, {"a", "b", "c", "d", "e"}) == Ids{1, 2});
  CHECK(t.reached(0, {"c", "d"}) == Ids{2});
  CHECK(t.reaching(2, {"a", "b", "c", "d", "e"}) == Ids{0, 1, 3});
  // A node on a circle does not count as another one.
  CHECK(t.reached(1, {"b"}).empty());
  CHECK(t.unreachable({"b", "d", "e"}, {"a"}) == Ids{3, 4});
  CHECK(t.dead_ends({"a", "d", "e"}, {"b"}) == Ids{4});
  const auto no_cb = [](const Edge& e) { return e.costs.front() != "cb"; };
  CHECK(t.dead_ends({"a", "d", "e"}, {"b"}, no_cb) == Ids{3, 4});
}

TEST_CASE("topology: reachability is transitive and reflexive", "[topology]") {
  const Reachability r = graph("abcdef", {"ab", "bc", "dc", "ef"}).reachability();
  CHECK(r.reaches(0, 0));
  CHECK(r.reaches(0, 2));
  CHECK_FALSE(r.reaches(2, 0));
  CHECK_FALSE(r.reaches(0, 3));
  // a and d do not reach one another, but both act on c; e and f act on nothing of theirs.
  CHECK(r.meet(0, 3));
  CHECK(r.meet(0, 1));
  CHECK(r.meet(4, 5));
  CHECK_FALSE(r.meet(0, 4));
  CHECK_FALSE(r.meet(3, 5));
}

TEST_CASE("topology: sharings are by seam, and name who stands no other", "[topology]") {
  std::vector<Edge> edges = {{0, 3, "wire"},
                             {1, 3, "wire", {}, Way::forth, Use::exclusive},
                             {2, 3, "other"},
                             {0, 3, "wire"},
                             {0, 4, "wire", {}, Way::forth, Use::exclusive},
                             {0, 4, "wire", {}, Way::forth, Use::exclusive}};
  const Topology t(letters("abcde"), edges);
  const std::vector<Sharing> found = t.sharings();
  // e has one user, who acts on it twice.
  REQUIRE(found.size() == 1);
  CHECK(found[0].node == 3);
  CHECK(found[0].seam == "wire");
  CHECK(found[0].users == Ids{0, 1});
  CHECK(found[0].exclusive == Ids{1});
}

TEST_CASE("topology: paths come by length and enter no node twice", "[topology]") {
  const Topology t = graph("abcd", {"ab", "bc", "cd", "ac", "bd", "cb", "ba"});
  CHECK(texts(t, t.paths(0, 3)) ==
        Texts{"a -> b -> d", "a -> c -> d", "a -> b -> c -> d", "a -> c -> b -> d"});
  CHECK(texts(t, t.paths(0, 3, {}, 2)) == Texts{"a -> b -> d", "a -> c -> d"});
  CHECK(t.paths(3, 0).empty());
  CHECK(t.paths(0, 0) == std::vector<Path>{Path{}});
  const Topology twice = graph("ab", {"ab", "ab"});
  CHECK(twice.paths(0, 1) == std::vector<Path>{{0}, {1}});
}

TEST_CASE("topology: the fastest path", "[topology]") {
  const Topology t = graph("abcd", {"ac", "ab", "bc", "cd"});
  const auto slow = t.fastest(0, 3, times({{"ac", 10}, {"ab", 3}, {"bc", 4}, {"cd", 1}}));
  REQUIRE(slow);
  CHECK(slow->ps == 8);
  CHECK(t.text(slow->path) == "a -> b -> c -> d");
  const auto direct = t.fastest(0, 3, times({{"ac", 6}, {"ab", 3}, {"bc", 4}, {"cd", 1}}));
  CHECK(direct->ps == 7);
  CHECK(t.text(direct->path) == "a -> c -> d");
}

TEST_CASE("topology: of equally fast paths one with few edges is taken", "[topology]") {
  const Topology t = graph("abc", {"ab", "bc", "ac"});
  const auto path = t.fastest(0, 2, times({{"ab", 0}, {"bc", 0}, {"ac", 0}}));
  REQUIRE(path);
  CHECK(path->ps == 0);
  CHECK(t.text(path->path) == "a -> c");
}

TEST_CASE("topology: no path, no edge and no end of time", "[topology]") {
  constexpr std::uint64_t longest = std::numeric_limits<std::uint64_t>::max();
  const Topology t = graph("abc", {"ab", "bc"});
  const EdgeTime time = times({{"ab", longest}, {"bc", longest}});
  CHECK_FALSE(t.fastest(2, 0, time));
  CHECK(t.fastest(1, 1, time)->path.empty());
  CHECK(t.fastest(1, 1, time)->ps == 0);
  // The sum stays at the end of the range.
  const auto path = t.fastest(0, 2, time);
  REQUIRE(path);
  CHECK(path->ps == longest);
  CHECK(t.text(path->path) == "a -> b -> c");
  CHECK_FALSE(t.fastest(0, 2, time, [](const Edge& e) { return e.from != 1; }));
}

TEST_CASE("topology: an edge's costs add up, each as often as it stands there", "[topology]") {
  const EdgeTime time = sum_of([](std::string_view key) { return key == "x" ? 3ULL : 100ULL; });
  CHECK(time({0, 0, "s", {"x", "y", "x"}}) == 106);
  CHECK(time({0, 0, "s", {}}) == 0);
}

}  // namespace

}  // namespace irqloom::topology
