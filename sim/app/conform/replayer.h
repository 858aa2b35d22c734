// Who replays a recorded program on a model. One file per model, found by the name that transcripts
// have for it.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/app/conform/record.h"
#include "sim/app/conform/transcript.h"
#include "sim/registry.h"

namespace irqloom::app::conform {

/// What the recording says of an operation, and what the model did.
struct Difference {
  Json expected;
  Json got;
};

/// The model is in a state in which it cannot do what the recorded one did.
class Impossible : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A model, elaborated for one configuration. All programs of that configuration run on it, one
/// after another.
class Replayer {
 public:
  virtual ~Replayer() = default;

  /// Goes back to the state in which the program starts.
  virtual void begin(const Program& program) = 0;
  /// The program is over, whatever came of it.
  virtual void end() {}
  /// Does what the operation says. Nothing, or how it differs. Throws BadRecord for an operation
  /// that this model does not have, Impossible for one that it cannot do now.
  virtual std::optional<Difference> perform(const Record& op) = 0;
  /// What the last operation showed, by the members that recordings have for it: results, and of
  /// an observation what it names. Filled by the models of VMs.
  const Json& shown() const { return shown_; }
  /// What is impossible about the state after the last operation; empty if nothing is.
  virtual std::string impossible() { return ""; }
  /// Why this model and the recorded one may differ in a program of class "quirk": one line; empty
  /// if there is nothing to say beyond its title.
  virtual std::string quirk(const Program& /*program*/) const { return ""; }

  // --- registry --------------------------------------------------------------------------------

  struct Entry {
    std::string_view model;    ///< As in a program's "model".
    std::string_view summary;  ///< One line.
    /// Elaborates. Throws BadRecord for a configuration that cannot be.
    std::unique_ptr<Replayer> (*make)(const Record& config);
  };
  using Models = Registry<Entry, &Entry::model>;
  /// Registers a replayer at static initialization.
  using Register = Models::Add;
  /// All replayers, sorted by model.
  static std::vector<Entry> all() { return Models::all(); }

 protected:
  /// Notes in shown_ what the operation showed under that member. Nothing, or how it differs from
  /// what the recording has there.
  std::optional<Difference> compare(const Record& op, const char* key, const Json& got);

  /// To be emptied before each operation.
  Json shown_ = Json::object();
};

/// The factory of a replayer class.
template <class R>
std::unique_ptr<Replayer> make_replayer(const Record& config) {
  return std::make_unique<R>(config);
}

}  // namespace irqloom::app::conform
