#include "sim/app/report.h"

#include <fmt/format.h>

#include <iostream>

namespace irqloom::app {

using scenario::Json;

std::string title_text(const Scenario& s) {
  std::string text = fmt::format("{}: {}\n", s.name, s.title);
  if (!s.variant.empty()) {
    text += fmt::format("variant {}{}{}\n", s.variant, s.summary.empty() ? "" : ": ", s.summary);
    if (s.defaulted) text += "(the first variant of the file; --variant names another)\n";
  }
  return text;
}

std::string place_text(const std::string& property, const std::string& where) {
  return where.empty() ? property : property + " at " + where;
}

std::optional<std::vector<std::string>> surprises(const Scenario& s,
                                                  const std::optional<check::Expectation>& expected,
                                                  const check::Outcome& outcome) {
  if (!expected || !s.choice.sets.empty()) return std::nullopt;
  return check::compare(*expected, outcome);
}

std::string surprises_text(const std::optional<std::vector<std::string>>& surprises) {
  if (!surprises) return {};
  if (surprises->empty()) return "as this scenario expects\n";
  std::string text = "not as this scenario expects:\n";
  for (const std::string& s : *surprises)
    text += "  " + s + "\n";
  return text;
}

Json answer_json(const Scenario& s, std::string_view mode, Verdict verdict) {
  return {{"scenario", s.name},
          {"variant", s.variant},
          {"mode", std::string(mode)},
          {"verdict", std::string(to_string(verdict))}};
}

Json errors_json(const std::vector<Mistake>& mistakes) {
  const auto text = [](const std::string& t) { return t.empty() ? Json(nullptr) : Json(t); };
  const auto number = [](std::uint32_t n) { return n == 0 ? Json(nullptr) : Json(n); };
  Json list = Json::array();
  for (const Mistake& m : mistakes) {
    Json json = {{"file", text(m.file)},
                 {"line", number(m.line)},
                 {"column", number(m.column)},
                 {"pointer", text(m.pointer)},
                 {"message", shortened(m.message)},
                 {"expected", text(m.expected)},
                 {"did_you_mean", text(m.suggestion)}};
    if (!m.writer.empty()) json["written_by"] = m.writer;
    if (!m.note.empty()) json["note"] = m.note;
    if (!m.way_out.empty()) json["what_to_do"] = m.way_out;
    list.push_back(std::move(json));
  }
  return list;
}

ExitCode exit_code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return ExitCode::ok;
    case Verdict::violated:
      return ExitCode::violated;
    case Verdict::inconclusive:
      return ExitCode::inconclusive;
  }
  return ExitCode::internal;
}

void print_json(const Json& json) {
  std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace irqloom::app
