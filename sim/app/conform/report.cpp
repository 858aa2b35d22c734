#include "sim/app/report.h"

#include <fmt/format.h>

#include <set>

#include "sim/app/conform/conform.h"

namespace irqloom::app::conform {
namespace {

std::string text_member(const Json& op, const char* key) {
  const auto found = op.find(key);
  return found != op.end() && found->is_string() ? found->get<std::string>() : "";
}

/// What an operation is about: "read GICC_IAR", "observe cpu_irq", "ack".
std::string kind_of(const Json& op) {
  std::string kind = text_member(op, "op");
  for (const char* key : {"reg", "what"}) {
    if (const std::string name = text_member(op, key); !name.empty()) kind += ' ' + name;
  }
  return kind;
}

/// The operation without what is told beside it.
std::string op_text(const Json& op) {
  Json rest = op;
  for (const char* key : {"value", "title", "trace"})
    rest.erase(key);
  return rest.dump();
}

std::string table_text(const Result& result) {
  std::string text =
      fmt::format("{:<12} {:<8} {:>8} {:>7}\n", "model", "class", "programs", "match");
  for (const auto& [model, classes] : result.tallies()) {
    for (const auto& [name, tally] : classes) {
      text += fmt::format("{:<12} {:<8} {:>8} {:>7}\n", model, name, tally.total, tally.match);
    }
  }
  return text;
}

std::string quirks_text(const Result& result) {
  std::string text;
  for (const ProgramResult& p : result.programs) {
    if (p.class_name != "quirk") continue;
    const char* outcome = p.mismatch                ? "differs"
                          : p.soft_differences != 0 ? "differs where disputed"
                                                    : "matches";
    text += fmt::format("  {}: {}\n    {}\n", p.id, outcome, p.quirk.empty() ? p.title : p.quirk);
  }
  return text.empty() ? text : "\nclass quirk, all:\n" + text;
}

/// Of each kind of operation the first program that differs there.
std::string mismatches_text(const Result& result, const std::string& class_name) {
  std::string text;
  std::set<std::string> kinds;
  for (const ProgramResult& p : result.programs) {
    if (!p.mismatch || p.class_name != class_name) continue;
    if (!kinds.insert(p.model + ' ' + kind_of(p.mismatch->op)).second) continue;
    text += fmt::format("  {}, operation {}: {}\n    expected {}\n    got      {}\n", p.id,
                        p.mismatch->index, op_text(p.mismatch->op), p.mismatch->expected.dump(),
                        p.mismatch->got.dump());
  }
  return text.empty()
             ? text
             : fmt::format("\nclass {}, the first mismatch of each kind:\n{}", class_name, text);
}

Json mismatch_json(const ProgramResult& p) {
  return {{"id", p.id},
          {"op", p.mismatch->op},
          {"index", p.mismatch->index},
          {"expected", p.mismatch->expected},
          {"got", p.mismatch->got}};
}

Json mismatches_json(const Result& result, const std::string& class_name) {
  Json list = Json::array();
  for (const ProgramResult& p : result.programs) {
    if (p.mismatch && p.class_name == class_name) list.push_back(mismatch_json(p));
  }
  return list;
}

Json quirks_json(const Result& result) {
  Json list = Json::array();
  for (const ProgramResult& p : result.programs) {
    if (p.class_name != "quirk") continue;
    Json entry = {{"id", p.id}, {"matches", !p.mismatch}};
    entry["reason"] = p.quirk.empty() ? p.title : p.quirk;
    if (p.mismatch) entry.update(mismatch_json(p));
    list.push_back(std::move(entry));
  }
  return list;
}

std::uint64_t soft_differences(const Result& result) {
  std::uint64_t sum = 0;
  for (const ProgramResult& p : result.programs)
    sum += p.soft_differences;
  return sum;
}

}  // namespace

std::string report_text(const Result& result, bool quiet) {
  const Tally defined = result.tally("defined");
  std::string text = table_text(result);
  if (!quiet) {
    text += quirks_text(result);
    for (const char* class_name : {"wild", "defined"})
      text += mismatches_text(result, class_name);
    text += fmt::format("\n{} differences in values that the recordings call disputed\n",
                        soft_differences(result));
  }
  if (result.has_fault()) text += "a model faulted: see what it got\n";
  if (!result.mistakes.empty()) text += "\nnot replayed to the end of the file:\n";
  for (const Mistake& mistake : result.mistakes)
    text += text_of(mistake) + '\n';
  if (result.is_interrupted) text += "interrupted: there are more programs\n";
  text += fmt::format("{} of {} defined programs match\n", defined.match, defined.total);
  return text;
}

Json report_json(const Result& result) {
  const Tally defined = result.tally("defined");
  Json models = Json::object();
  for (const auto& [model, classes] : result.tallies()) {
    for (const auto& [name, tally] : classes) {
      models[model][name] = {{"total", tally.total}, {"match", tally.match}};
    }
  }
  Json json = {{"total", defined.total},
               {"match", defined.match},
               {"by_model", models},
               {"mismatches", mismatches_json(result, "defined")},
               {"quirks", quirks_json(result)},
               {"wild", mismatches_json(result, "wild")},
               {"soft_differences", soft_differences(result)},
               {"has_fault", result.has_fault()}};
  if (!result.mistakes.empty()) json["errors"] = errors_json(result.mistakes);
  return json;
}

}  // namespace irqloom::app::conform
