#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <thread>

#include "sim/app/check_items.h"
#include "sim/app/commands.h"
#include "sim/app/interrupt.h"
#include "sim/app/memory_bound.h"
#include "sim/app/report.h"
#include "sim/app/shipped.h"
#include "sim/app/terminal.h"
#include "sim/app/unwritten.h"
#include "sim/check/find_scenarios.h"
#include "sim/check/fork.h"
#include "sim/check/golden.h"
#include "sim/check/junit.h"
#include "sim/scenario/output.h"

namespace irqloom::app {
namespace {

using Items = std::vector<CheckItem>;
using scenario::Json;

std::string name_of(const CheckItem& item) {
  return item.variant.empty() ? to_string(item.mode) : item.variant + " " + to_string(item.mode);
}

// --- checking -----------------------------------------------------------------------------------

void run_items(const CheckOptions& options, Items& items) {
  const unsigned jobs =
      std::max(options.jobs != 0 ? options.jobs : std::thread::hardware_concurrency(), 1U);
  const std::uint64_t max_memory = default_max_memory(jobs);
  std::vector<CheckItem*> pending;
  std::vector<std::function<std::string()>> work;
  for (CheckItem& item : items) {
    if (item.skipped || !item.error.empty()) continue;
    pending.push_back(&item);
    work.emplace_back([&item, max_memory] { return check_in_child(item, max_memory); });
  }
  ProgressLine progress(shows_progress() && !options.quiet && !options.json);
  const auto show = [&](std::size_t n) { progress.show(fmt::format("{} of {}", n, work.size())); };
  const auto results = check::run_forked(work, jobs, interrupted(), show);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].finished) {
      take_answer(*pending[i], results[i].output);
    } else if (results[i].started) {
      pending[i]->error = "its process " + results[i].failure;
    } else {
      pending[i]->interrupted = true;
    }
  }
}

/// Why this outcome is not golden, a sentence each; with --promote it becomes so.
std::vector<std::string> compare_with_golden(const CheckOptions& options, check::Golden& file,
                                             CheckItem& item) {
  const std::string mode = to_string(item.mode);
  if (options.promote && !options.if_counts_equal) {
    file.accept(item.variant, mode, *item.outcome);
    item.has_golden = true;
    return {};
  }
  const auto known = file.find(item.variant, mode);
  item.has_golden = known.has_value();
  if (options.promote) return file.accept_if_counts_equal(item.variant, mode, *item.outcome);
  if (!known) return {};
  return check::differences(*known, *item.outcome);
}

void compare_with_golden(const CheckOptions& options, Items& items, Unwritten& unwritten) {
  std::map<std::string, check::Golden> golden;
  std::map<std::string, std::vector<std::string>> variants;
  for (CheckItem& item : items) {
    if (item.wrong_input) continue;
    auto& file =
        golden.try_emplace(item.scenario, options.out + "/golden", item.scenario).first->second;
    variants[item.scenario].push_back(item.variant);
    if (!item.outcome) continue;
    for (std::string& reason : compare_with_golden(options, file, item))
      item.reasons.push_back(std::move(reason));
  }
  if (!options.promote) return;
  for (auto& [scenario, file] : golden) {
    if (!options.if_counts_equal) file.keep_only(variants[scenario]);
    unwritten.attempt([&, &golden = file] { golden.write(); });
  }
}

// --- reports ------------------------------------------------------------------------------------

std::string result_text(const CheckItem& item) {
  if (item.skipped) return "skipped (long)";
  if (item.interrupted) return "interrupted";
  if (!item.error.empty()) return "ERROR";
  if (!item.reasons.empty()) return "UNEXPECTED";
  const std::string text = item.expects ? "as expected" : "nothing expected";
  return item.has_golden ? text : text + ", nothing golden";
}

void print_row(const CheckItem& item, std::size_t name_width) {
  std::string numbers;
  std::string verdict;
  if (item.outcome) {
    const check::Outcome& o = *item.outcome;
    verdict = irqloom::to_string(o.verdict);
    numbers = item.mode == Mode::run
                  ? grouped(o.steps) + " steps"
                  : fmt::format("{} states, {:.1f} s", grouped(o.states), o.seconds);
  }
  std::cout << fmt::format("  {:<{}}  {:<7}  {:<12}  {:<24}  {}\n",
                           item.variant.empty() ? "(no variants)" : item.variant, name_width,
                           to_string(item.mode), verdict, numbers, result_text(item));
  for (const std::string& reason : item.reasons)
    std::cout << "      " << reason << '\n';
  if (!item.error.empty()) std::cout << item.error << '\n';
}

void print_table(const Items& items) {
  std::size_t width = 13;
  for (const CheckItem& item : items)
    width = std::max(width, item.variant.size());
  const std::string* file = nullptr;
  for (const CheckItem& item : items) {
    if (file == nullptr || *file != item.file) {
      std::cout << item.file << '\n';
      file = &item.file;
    }
    if (item.wrong_input) {
      std::cout << item.error << '\n';
    } else {
      print_row(item, width);
    }
  }
}

Json json_of(const CheckItem& item) {
  Json json = {{"scenario", item.scenario},
               {"variant", item.variant},
               {"mode", to_string(item.mode)},
               {"file", item.file}};
  if (item.outcome) json["verdict"] = std::string(irqloom::to_string(item.outcome->verdict));
  json["reasons"] = item.reasons;
  if (!item.error.empty()) json["reasons"].push_back(item.error);
  if (item.interrupted) json["reasons"].push_back("interrupted");
  return json;
}

struct Totals {
  std::size_t total = 0;
  std::size_t as_expected = 0;
  std::size_t nothing_expected = 0;
  bool wrong_input = false;
  bool interrupted = false;
};

Totals count(const Items& items) {
  Totals t;
  for (const CheckItem& item : items) {
    if (item.skipped) continue;
    ++t.total;
    if (item.as_expected()) ++t.as_expected;
    if (item.nothing_expected()) ++t.nothing_expected;
    t.wrong_input = t.wrong_input || item.wrong_input;
    t.interrupted = t.interrupted || item.interrupted;
  }
  return t;
}

/// Adds "errors", if there are any. What is wrong with a file is met by each of its items.
void add_errors(Json& answer, const Items& items) {
  for (const CheckItem& item : items) {
    for (const Json& mistake : item.mistakes) {
      const bool is_known = answer.contains("errors") &&
                            std::ranges::find(answer["errors"], mistake) != answer["errors"].end();
      if (!is_known) answer["errors"].push_back(mistake);
    }
  }
}

void print_answer_json(const Items& items, const Totals& totals, const Unwritten& unwritten) {
  Json json = {{"total", totals.total}, {"as_expected", totals.as_expected}};
  json["unexpected"] = Json::array();
  json["nothing_expected"] = Json::array();
  json["without_golden"] = Json::array();
  json["skipped"] = Json::array();
  for (const CheckItem& item : items) {
    if (item.skipped) {
      json["skipped"].push_back(json_of(item));
      continue;
    }
    const bool is_fine = item.as_expected() || item.nothing_expected();
    if (!is_fine) json["unexpected"].push_back(json_of(item));
    if (item.nothing_expected()) json["nothing_expected"].push_back(json_of(item));
    if (is_fine && !item.has_golden) json["without_golden"].push_back(json_of(item));
  }
  add_errors(json, items);
  unwritten.add_to(json);
  print_json(json);
}

check::JunitCase junit_case(const CheckItem& item, bool is_strict) {
  using Result = check::JunitCase::Result;
  check::JunitCase c{item.file, name_of(item), 0, Result::passed, {}};
  if (item.outcome) c.seconds = item.outcome->seconds;
  for (const std::string& reason : item.reasons)
    c.text += (c.text.empty() ? "" : "\n") + reason;
  if (item.skipped) {
    c.result = Result::skipped;
    c.text = "long";
  } else if (!item.error.empty() || item.interrupted) {
    c.result = Result::error;
    c.text = item.interrupted ? "interrupted" : item.error;
  } else if (!item.reasons.empty()) {
    c.result = Result::failed;
  } else if (item.nothing_expected()) {
    c.result = is_strict ? Result::failed : Result::skipped;
    c.text = "nothing is expected of it";
  }
  return c;
}

void write_junit(const std::string& path, const Items& items, bool is_strict) {
  std::vector<check::JunitCase> cases;
  for (const CheckItem& item : items)
    cases.push_back(junit_case(item, is_strict));
  scenario::AtomicFile file(path);
  file << check::junit_text(cases);
  file.commit();
}

std::string totals_text(const Totals& totals) {
  std::string text = fmt::format("{} of {} as expected", totals.as_expected, totals.total);
  if (totals.nothing_expected != 0)
    text += fmt::format(", {} with nothing expected", totals.nothing_expected);
  return text + "\n";
}

ExitCode exit_code_of(const Totals& totals, bool is_strict) {
  if (totals.interrupted) return ExitCode::interrupted;
  if (totals.wrong_input) return ExitCode::input;
  const std::size_t fine = totals.as_expected + (is_strict ? 0 : totals.nothing_expected);
  return fine == totals.total ? ExitCode::ok : ExitCode::violated;
}

/// What to check; nobody named anything: the scenarios here, or the shipped ones.
std::vector<std::string> paths_of(const CheckOptions& options) {
  if (!options.paths.empty()) return options.paths;
  const std::string folder = shipped_scenarios();
  if (!folder.empty()) return {folder};
  throw InputError(Mistake{.file = "irqloom check",
                           .message = "there are no scenarios in any of " + searched_text(),
                           .expected = "a scenario, or a folder of scenarios"});
}

/// Before the work, which may take long.
void try_outputs(const CheckOptions& options) {
  if (options.promote) scenario::probe_folder(options.out + "/golden");
  if (!options.junit.empty()) scenario::AtomicFile::probe(options.junit);
}

}  // namespace

ExitCode check_command(const CheckOptions& options) {
  Items items = find_items(check::find_scenarios(paths_of(options)), options.with_long);
  if (!options.only.empty()) {
    std::erase_if(items, [&](const CheckItem& item) {
      return !item.wrong_input && to_string(item.mode) != options.only;
    });
  }
  try_outputs(options);
  run_items(options, items);
  Unwritten unwritten;
  compare_with_golden(options, items, unwritten);
  const Totals totals = count(items);
  unwritten.attempt([&] {
    if (!options.junit.empty()) write_junit(options.junit, items, options.strict);
  });
  if (options.json) {
    print_answer_json(items, totals, unwritten);
  } else {
    if (!options.quiet) print_table(items);
    std::cout << totals_text(totals);
    unwritten.print();
  }
  return unwritten.exit_code_or(exit_code_of(totals, options.strict));
}

}  // namespace irqloom::app
