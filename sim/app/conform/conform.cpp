#include "sim/app/conform/conform.h"

#include <algorithm>
#include <memory>
#include <ostream>

#include "sim/app/conform/replayer.h"
#include "sim/app/interrupt.h"
#include "sim/scenario/file_reader.h"

namespace irqloom::app::conform {
namespace {

/// A replayer per model and configuration. They end in the reverse of the order in which they were
/// made, as their SystemC contexts must.
class Replayers {
 public:
  Replayers() = default;
  ~Replayers() {
    while (!made_.empty())
      made_.pop_back();
  }
  Replayers(const Replayers&) = delete;
  Replayers& operator=(const Replayers&) = delete;

  Replayer& find(const Program& program) {
    const Record config = program.root().object("config");
    const std::string key = program.model + config.json().dump();
    const auto known =
        std::find_if(made_.begin(), made_.end(), [&](const Made& m) { return m.key == key; });
    if (known != made_.end()) return *known->replayer;
    made_.push_back({key, make(program, config)});
    return *made_.back().replayer;
  }

 private:
  struct Made {
    std::string key;
    std::unique_ptr<Replayer> replayer;
  };

  static std::unique_ptr<Replayer> make(const Program& program, const Record& config) {
    std::vector<std::string> models;
    for (const Replayer::Entry& e : Replayer::all()) {
      models.emplace_back(e.model);
      if (e.model != program.model) continue;
      try {
        return e.make(config);
      } catch (const std::invalid_argument& wrong) {
        program.root().fail("config", wrong.what());
      }
    }
    program.root().fail_name("model", models);
  }

  std::vector<Made> made_;
};

/// What the operation showed, an exception of the model included.
std::optional<Mismatch> perform(Replayer& replayer, const Program& program, const Record& op) {
  Mismatch mismatch;
  try {
    const std::optional<Difference> difference = replayer.perform(op);
    if (difference) {
      mismatch.expected = difference->expected;
      mismatch.got = difference->got;
      return mismatch;
    }
    if (program.class_name == "defined") return std::nullopt;
    const std::string impossible = replayer.impossible();
    if (impossible.empty()) return std::nullopt;
    mismatch.got = "impossible: " + impossible;
  } catch (const BadRecord&) {
    throw;
  } catch (const Impossible& e) {
    mismatch.expected = "the operation";
    mismatch.got = std::string("impossible: ") + e.what();
    return mismatch;
  } catch (const std::exception& e) {
    mismatch.got = std::string("exception: ") + e.what();
  }
  mismatch.is_fault = true;
  return mismatch;
}

/// Ends the program in every way out of its replay.
class Ending {
 public:
  explicit Ending(Replayer& replayer) : replayer_(replayer) {}
  ~Ending() { replayer_.end(); }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  Replayer& replayer_;
};

ProgramResult replay(Replayer& replayer, const Program& program) {
  ProgramResult result;
  result.id = program.id;
  result.model = program.model;
  result.class_name = program.class_name;
  result.title = program.title;
  if (program.class_name == "quirk") result.quirk = replayer.quirk(program);
  const Ending ending(replayer);
  replayer.begin(program);
  const std::vector<Record> ops = program.root().objects("ops");
  for (std::size_t i = 0; i < ops.size(); ++i) {
    std::optional<Mismatch> mismatch = perform(replayer, program, ops[i]);
    if (!mismatch) continue;
    if (!mismatch->is_fault && ops[i].number_or("soft", 0, 1) != 0) {
      ++result.soft_differences;
      continue;
    }
    // What differs after the first difference is usually its consequence. A wild program is played
    // to its end all the same: it is there to try the model.
    if (!result.mismatch || mismatch->is_fault) {
      mismatch->index = i;
      mismatch->op = ops[i].json();
      const bool is_fault = mismatch->is_fault;
      result.mismatch = std::move(mismatch);
      if (is_fault) break;
    }
    if (program.class_name != "wild") break;
  }
  return result;
}

}  // namespace

std::map<std::string, std::map<std::string, Tally>> Result::tallies() const {
  std::map<std::string, std::map<std::string, Tally>> result;
  for (const ProgramResult& p : programs) {
    Tally& tally = result[p.model][p.class_name];
    ++tally.total;
    if (!p.mismatch) ++tally.match;
  }
  return result;
}

Tally Result::tally(const std::string& class_name) const {
  Tally sum;
  for (const auto& [model, classes] : tallies()) {
    const auto found = classes.find(class_name);
    if (found == classes.end()) continue;
    sum.total += found->second.total;
    sum.match += found->second.match;
  }
  return sum;
}

bool Result::has_fault() const {
  return std::any_of(programs.begin(), programs.end(),
                     [](const ProgramResult& p) { return p.mismatch && p.mismatch->is_fault; });
}

Result replay_all(const std::vector<std::string>& paths) {
  Result result;
  Replayers replayers;
  result.files = find_transcripts(paths);
  for (const std::string& file : result.files) {
    try {
      const bool is_complete = read_transcript(file, [&](const Program& program) {
        result.programs.push_back(replay(replayers.find(program), program));
        return !interrupted();
      });
      result.is_interrupted = !is_complete;
    } catch (const InputError& wrong) {
      const std::vector<Mistake>& mistakes = wrong.mistakes();
      result.mistakes.insert(result.mistakes.end(), mistakes.begin(), mistakes.end());
    }
    if (result.is_interrupted) return result;
  }
  if (!result.programs.empty()) return result;
  if (!result.mistakes.empty()) throw InputError(result.mistakes);
  throw InputError(
      Mistake{.file = scenario::display_name(result.files.front()), .message = "holds no program"});
}

// As of `check`: a file that is wrong comes first, for what it holds has not been judged.
ExitCode exit_code_of(const Result& result) {
  if (result.is_interrupted) return ExitCode::interrupted;
  if (!result.mistakes.empty()) return ExitCode::input;
  const Tally defined = result.tally("defined");
  return defined.match == defined.total && !result.has_fault() ? ExitCode::ok : ExitCode::violated;
}

ExitCode conform(const std::vector<std::string>& paths, const Options& options, std::ostream& out) {
  const Result result = replay_all(paths);
  if (options.json) {
    out << report_json(result).dump(2) << '\n';
  } else {
    out << report_text(result, options.quiet);
  }
  return exit_code_of(result);
}

}  // namespace irqloom::app::conform
