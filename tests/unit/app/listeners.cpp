// A transcript whose extraction listens to a step that nobody takes.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/app/transcript/extraction.h"
#include "sim/error.h"
#include "tests/unit/explore/toys.h"

namespace irqloom::app::transcript {
namespace {

class ToyExtraction final : public Extraction {
 public:
  explicit ToyExtraction(std::vector<Listener> wanted)
      : Extraction({}, {}, {}), wanted_(std::move(wanted)) {}

 private:
  std::vector<Listener> listeners() override { return wanted_; }
  void hear(const Event& /*event*/) override {}
  Json state(const World& /*world*/) const override { return {}; }
  std::string close_operation() const override { return {}; }

  std::vector<Listener> wanted_;
};

/// What it says, in a fabric with the routine "counter_main" and its step "count"; empty: nothing.
std::string complaint_of(Listener listener) {
  Fabric fabric;
  toys::Counter counter(fabric, "counter", 3);
  fabric.seal();
  ToyExtraction extraction({std::move(listener)});
  try {
    extraction.begin(fabric, {});
  } catch (const InternalError& e) {
    return e.what();
  }
  return "";
}

// Who rewords a label of a model has to be told: the operation would be missing without a word.
TEST_CASE("transcript: to listen to a step that the machine lacks is a fault of the program",
          "[app][transcript]") {
  const auto nothing = [] {};
  CHECK(complaint_of({"counter_main", "count", nothing}).empty());
  CHECK(complaint_of({"counter_main", "reworded", nothing}).find("\"reworded\"") !=
        std::string::npos);
  CHECK(!complaint_of({"renamed", "count", nothing}).empty());
  // A part that this machine does not have, and one that it has and that was reworded.
  CHECK(complaint_of({"renamed", "count", nothing, true}).empty());
  CHECK(!complaint_of({"counter_main", "reworded", nothing, true}).empty());
}

}  // namespace
}  // namespace irqloom::app::transcript
