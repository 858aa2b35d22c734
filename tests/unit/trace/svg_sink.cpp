#include "sim/trace/svg_sink.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>

#include "sim/error.h"
#include "tests/unit/trace/svg_elements.h"
#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using svg_test::Element;
using svg_test::ends_of;
using svg_test::with_class;
using trace::SvgOptions;
using trace::SvgSink;

namespace {

using Elements = std::vector<Element>;

/// A fabric of contexts that only walk, and a picture of steps that the test makes up.
class Walkers {
 public:
  explicit Walkers(const std::vector<std::string>& layers) {
    const RoutineId walk = fabric_.routine<&Walkers::walk>(*this, "walk", "this test");
    for (const std::string& layer : layers) {
      ContextInfo info;
      info.name = "walker " + std::to_string(fabric_.contexts().size());
      info.layer = layer;
      fabric_.context(std::move(info), walk);
    }
    fabric_.seal();
  }

  void begin(const SvgOptions& options = {}, const TraceInfo& info = toy::info()) {
    sink_.emplace(out_, options);
    sink_->begin(fabric_, info);
  }
  /// In nanoseconds. Returns the step's number.
  std::uint64_t step(ContextId context, std::uint64_t time, std::uint64_t duration,
                     std::uint64_t cause = no_step, std::vector<Violation> violations = {}) {
    StepRecord record;
    record.seq = next_seq_++;
    record.time_ps = time * 1000;
    record.duration_ps = duration * 1000;
    record.context = context;
    record.routine = fabric_.contexts()[context].main;
    record.pc = 1;
    record.cause = cause;
    record.before = record.after = &fabric_.initial();
    record.violations = &violations;
    sink_->step(record);
    return record.seq;
  }
  Elements end(const std::string& verdict = "holds") {
    sink_->end(0, verdict);
    return svg_test::Reader::read(out_.str());
  }

 private:
  void walk(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("walk");
    }
    ROUTINE_END();
  }

  Fabric fabric_;
  std::ostringstream out_;
  std::optional<SvgSink> sink_;
  std::uint64_t next_seq_ = 0;
};

std::string told_text(const SvgOptions& options = {}, const TraceInfo& info = toy::info()) {
  return toy::told_by([&](std::ostream& out) { return SvgSink(out, options); }, info);
}

Elements told(const SvgOptions& options = {}, const TraceInfo& info = toy::info()) {
  return svg_test::Reader::read(told_text(options, info));
}

Elements boxes_of(const Elements& elements) {
  return with_class(elements, "box");
}
int end_of(const Element& box) {
  return box.number("x") + box.number("width");
}

std::vector<std::string> texts(const Elements& elements) {
  std::vector<std::string> all;
  for (const Element& e : elements) {
    if (e.name == "text") all.push_back(e.text);
  }
  return all;
}

bool has_text(const Elements& elements, const std::string& wanted) {
  const std::vector<std::string> all = texts(elements);
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

/// What holds for every picture: boxes can be seen, lie in it in the order of execution, and no two
/// of a lane lie on another.
void check_boxes(const Elements& elements) {
  const int width = elements[0].number("width");
  std::map<int, int> lane_ends;
  int latest = 0;
  for (const Element& box : boxes_of(elements)) {
    CHECK(box.number("width") >= 3);
    CHECK(box.number("x") >= latest);
    CHECK(end_of(box) <= width);
    latest = box.number("x");
    int& end = lane_ends[box.number("y")];
    CHECK(box.number("x") >= end);
    end = end_of(box);
  }
}

}  // namespace

TEST_CASE("svg: complete in itself, on a white ground", "[trace][svg]") {
  const std::string text = told_text();
  const Elements elements = svg_test::Reader::read(text);
  CHECK(elements[0].name == "svg");
  CHECK(elements[0].attributes.at("xmlns") == "http://www.w3.org/2000/svg");
  for (const Element& e : elements) {
    CHECK(e.name != "script");
    CHECK(e.name != "image");
    for (const auto& [key, value] : e.attributes) {
      CHECK(key.find("href") == std::string::npos);
      CHECK(key.rfind("on", 0) != 0);
    }
  }
  for (const char* foreign : {"@import", "@font-face", "url(h", "<?", "<!"})
    CHECK(text.find(foreign) == std::string::npos);
  const auto ground = std::find_if(elements.begin(), elements.end(),
                                   [](const Element& e) { return e.name == "rect"; });
  REQUIRE(ground != elements.end());
  CHECK(ground->attributes == std::map<std::string, std::string>{
                                  {"width", "100%"}, {"height", "100%"}, {"fill", "#fff"}});
}

TEST_CASE("svg: names may contain anything", "[trace][svg]") {
  toy::Toy t("a<b>&\"\x01\xc3\xa4'");
  std::ostringstream out;
  SvgSink sink(out);
  toy::tell(t, sink);
  CHECK(has_text(svg_test::Reader::read(out.str()), "a<b>&\" \xc3\xa4'"));
}

TEST_CASE("svg: a box for each step, which tells what happened", "[trace][svg]") {
  const Elements elements = told();
  CHECK(boxes_of(elements).size() == 9);
  check_boxes(elements);
  const auto first = std::find_if(elements.begin(), elements.end(), [](const Element& e) {
    return e.name == "title" && e.text.rfind("step 0,", 0) == 0;
  });
  REQUIRE(first != elements.end());
  for (const char* part : {"dev0", "toy_raise: raise the line", "dev0.pin.mode idle>pending",
                           "~ line: dev=dev0 level=1"}) {
    CHECK(first->text.find(part) != std::string::npos);
  }
  CHECK(has_text(elements, "raise the line"));
  CHECK(has_text(elements, "toy, mainline: violated"));
}

TEST_CASE("svg: lanes stand in the order of layers, for those who act", "[trace][svg]") {
  Walkers w({"guest", "something else", "vmm", "kvm", "hardware", "host kernel", "hardware"});
  w.begin();
  for (const int context : {0, 1, 2, 3, 5, 6})
    w.step(static_cast<ContextId>(context), 0, 100);
  const Elements elements = w.end();
  CHECK(texts(with_class(elements, "name")) == std::vector<std::string>{"walker 6", "walker 5",
                                                                        "walker 3", "walker 2",
                                                                        "walker 0", "walker 1"});
  CHECK(texts(with_class(elements, "layer")) == std::vector<std::string>{"hardware", "host kernel",
                                                                         "kvm", "vmm", "guest",
                                                                         "something else"});
  const Elements grounds = with_class(elements, "ground");
  REQUIRE(grounds.size() == 6);
  for (std::size_t i = 1; i < grounds.size(); ++i)
    CHECK(grounds[i].number("y") >= grounds[i - 1].number("y") + grounds[i - 1].number("height"));
}

TEST_CASE("svg: steps that take the same time are equally wide", "[trace][svg]") {
  Walkers w({"kvm"});
  w.begin();
  for (std::uint64_t i = 0; i < 4; ++i)
    w.step(0, i * 1000, 1000);
  const Elements boxes = boxes_of(w.end());
  REQUIRE(boxes.size() == 4);
  CHECK(boxes[1].number("width") == boxes[0].number("width"));
}

TEST_CASE("svg: a long silence is cut out and marked", "[trace][svg]") {
  Walkers w({"kvm"});
  w.begin();
  for (std::uint64_t i = 0; i < 20; ++i)
    w.step(0, (i < 10 ? 0U : 10'000'000U) + i % 10 * 1000, 1000);
  const Elements elements = w.end();
  check_boxes(elements);
  CHECK(elements[0].number("width") <= 1400);
  const Elements cuts = with_class(elements, "cut");
  const Elements boxes = boxes_of(elements);
  REQUIRE(cuts.size() == 1);
  const int cut = std::stoi(cuts[0].attributes.at("d").substr(1));
  CHECK(cut > end_of(boxes[9]));
  CHECK(cut < boxes[10].number("x"));
  CHECK(boxes[3].number("width") >= 20);
  CHECK(has_text(elements, "10000"));  // Microseconds.
}

TEST_CASE("svg: steps at one time stand side by side", "[trace][svg]") {
  Walkers w({"hardware", "kvm"});
  w.begin();
  w.step(0, 5, 0);
  w.step(0, 5, 0);
  const std::uint64_t cause = w.step(0, 5, 0);
  w.step(1, 5, 0, cause);
  w.step(1, 5, 7);
  w.step(1, 6, 0);  // Although the one before is not over.
  const Elements elements = w.end();
  CHECK(boxes_of(elements).size() == 6);
  check_boxes(elements);
}

TEST_CASE("svg: arrows go from cause to effect", "[trace][svg]") {
  Walkers w({"hardware", "host kernel", "kvm", "guest"});
  w.begin();
  const std::uint64_t raise = w.step(0, 0, 10);
  const std::uint64_t inject = w.step(2, 40, 10, raise);
  w.step(1, 60, 10, inject);
  w.step(3, 60, 10);
  const Elements elements = w.end();
  const Elements boxes = boxes_of(elements);
  const Elements arrows = with_class(elements, "arrow");
  REQUIRE(arrows.size() == 2);
  const auto top = [&](std::size_t box) { return boxes[box].number("y"); };
  const auto bottom = [&](std::size_t box) { return top(box) + boxes[box].number("height"); };
  const auto is_at = [&](int x, std::size_t box) {
    return boxes[box].number("x") <= x && x <= end_of(boxes[box]);
  };
  const svg_test::Ends down = ends_of(arrows[0].attributes.at("d"));
  CHECK((is_at(down.x1, 0) && down.y1 == bottom(0)));
  CHECK((is_at(down.x2, 1) && down.y2 == top(1)));
  const svg_test::Ends up = ends_of(arrows[1].attributes.at("d"));
  CHECK((is_at(up.x1, 1) && up.y1 == top(1)));
  CHECK((is_at(up.x2, 2) && up.y2 == bottom(2)));
}

TEST_CASE("svg: what is violated is red and has a caption", "[trace][svg]") {
  const Elements elements = told();
  const Elements bad = with_class(elements, "bad");
  REQUIRE(bad.size() == 1);
  CHECK(bad[0].attributes == boxes_of(elements).back().attributes);
  CHECK(has_text(elements, "violated: lost-interrupt"));
  CHECK(has_text(elements, "violated: lost-interrupt (dev0): nobody will serve the device"));
  CHECK(with_class(elements, "when").size() == 1);

  Walkers w({"kvm"});
  w.begin();
  w.step(0, 0, 10);
  const Elements fine = w.end();
  CHECK(with_class(fine, "bad").empty());
  CHECK(with_class(fine, "when").empty());
}

TEST_CASE("svg: chosen flags are waves", "[trace][svg]") {
  SvgOptions options;
  options.levels = {"dev0.pin.line", "kvm.ioapic.pin16.irr[0]", "kvm.ioapic.pin16.irr[1]"};
  const Elements elements = told(options);
  const Elements boxes = boxes_of(elements);
  const Elements waves = with_class(elements, "wave");
  const Elements high = with_class(elements, "high");
  REQUIRE(waves.size() == 3);
  // The line is high from step 0 to step 2; irr[1] from step 7 on; irr[0] never.
  REQUIRE(high.size() == 2);
  CHECK(high[0].number("x") == boxes[0].number("x"));
  CHECK(end_of(high[0]) == boxes[2].number("x"));
  CHECK(high[1].number("x") == boxes[7].number("x"));
  CHECK(end_of(high[1]) >= end_of(boxes[8]));
  CHECK(waves[1].attributes.at("d").find('V') == std::string::npos);
  for (const std::string& name : options.levels)
    CHECK(has_text(elements, name));
  CHECK(with_class(told(), "wave").empty());
}

TEST_CASE("svg: a level that does not exist is refused", "[trace][svg]") {
  const std::string name = GENERATE("dev0.pin.lime", "dev0.pin", "dev0.pin.line[1]",
                                    "kvm.ioapic.pin16.irr", "", "context.dev0.flags");
  SvgOptions options;
  options.levels = {"dev0.pin.line", name};
  CHECK_THROWS_AS(told(options), InputError);
}

TEST_CASE("svg: at most 60 boxes, the beginning of what holds and the end of what does not",
          "[trace][svg]") {
  const std::string verdict = GENERATE("holds", "violated");
  Walkers w({"kvm", "guest"});
  w.begin();
  // No two steps of a context touch, so none can share a box.
  for (std::uint64_t i = 0; i < 200; ++i)
    w.step(static_cast<ContextId>(i % 2), i * 1000, 1000);
  const Elements elements = w.end(verdict);
  CHECK(boxes_of(elements).size() == 60);
  check_boxes(elements);
  CHECK(has_text(elements, "60 of 200 steps are drawn"));
  CHECK(has_text(elements, "0") == (verdict == "holds"));
  CHECK(has_text(elements, "140") == (verdict == "violated"));
}

TEST_CASE("svg: steps without a part in the story share a box", "[trace][svg]") {
  SvgOptions options;
  options.max_boxes = 4;
  Walkers w({"kvm", "guest"});
  w.begin(options);
  for (std::uint64_t i = 0; i < 5; ++i)
    w.step(0, i * 10, 10);
  const std::uint64_t cause = w.step(0, 50, 10);
  w.step(0, 60, 10);
  w.step(1, 60, 10, cause);
  w.step(1, 70, 10);
  const Elements elements = w.end();
  check_boxes(elements);
  CHECK(boxes_of(elements).size() == 4);
  CHECK(with_class(elements, "arrow").size() == 1);
}

TEST_CASE("svg: only a range", "[trace][svg]") {
  SvgOptions options;
  options.first = 1;
  options.last = 4;
  const Elements elements = told(options);
  CHECK(boxes_of(elements).size() == 4);
  // Step 1 comes from step 0, which is not drawn.
  CHECK(with_class(elements, "arrow").empty());
  CHECK_FALSE(has_text(elements, "raise the line"));
  CHECK(has_text(elements, "enter"));
  CHECK(has_text(elements, "4 of 9 steps are drawn"));
}

TEST_CASE("svg: the first violation is the end, unless a range is asked for", "[trace][svg]") {
  const bool has_range = GENERATE(false, true);
  SvgOptions options;
  if (has_range) options.last = 2;
  Walkers w({"kvm"});
  w.begin(options);
  w.step(0, 0, 10);
  w.step(0, 10, 10, no_step, {{"storm", "line 4", "it never ends"}});
  w.step(0, 20, 10);
  CHECK(boxes_of(w.end("violated")).size() == (has_range ? 3 : 2));
}

TEST_CASE("svg: a replay counts steps, and its loop is framed", "[trace][svg]") {
  TraceInfo info = toy::info(false);
  info.loop_start = 5;
  const Elements elements = told({}, info);
  check_boxes(elements);
  CHECK(has_text(elements, "step"));
  CHECK_FALSE(has_text(elements, "time (us)"));
  CHECK(has_text(elements, "8"));
  CHECK(has_text(elements, "for ever"));
  const Elements boxes = boxes_of(elements);
  const Elements loop = with_class(elements, "loop");
  REQUIRE(loop.size() == 1);
  CHECK(loop[0].number("x") <= boxes[5].number("x"));
  CHECK(loop[0].number("x") > boxes[4].number("x"));
  CHECK(end_of(loop[0]) >= end_of(boxes[8]));
  CHECK(with_class(told(), "loop").empty());
}

TEST_CASE("svg: a wait beyond the last step does not stretch the picture", "[trace][svg]") {
  Walkers w({"hardware", "kvm"});
  w.begin();
  w.step(0, 0, 5'000'000);
  w.step(1, 100, 100);
  w.step(1, 200, 100);
  const Elements elements = w.end();
  const Elements boxes = boxes_of(elements);
  CHECK(end_of(boxes[0]) == end_of(boxes[2]));
  CHECK(with_class(elements, "cut").empty());
}

TEST_CASE("svg: a trace without steps is a picture too", "[trace][svg]") {
  Walkers w({"kvm"});
  w.begin();
  CHECK(boxes_of(w.end("inconclusive")).empty());
}

TEST_CASE("svg: the same trace gives the same picture", "[trace][svg]") {
  CHECK(told_text() == told_text());
}
