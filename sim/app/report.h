// What commands say about a scenario and its verdict, as text and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/app/scenario.h"
#include "sim/check/outcome.h"
#include "sim/error.h"
#include "sim/scenario/tree.h"

namespace irqloom::app {

/// Two or three lines: which scenario, which variant, which code.
std::string title_text(const Scenario& scenario);

/// "PROPERTY at WHERE", or only the property.
std::string place_text(const std::string& property, const std::string& where);

/// What is not as `expected`, or nothing: there is no expectation, or a `--set` made another
/// scenario of it. An empty list: all is as expected.
std::optional<std::vector<std::string>> surprises(const Scenario& scenario,
                                                  const std::optional<check::Expectation>& expected,
                                                  const check::Outcome& outcome);

/// The line (or lines) that says so; empty where there is nothing to say.
std::string surprises_text(const std::optional<std::vector<std::string>>& surprises);

/// The members that every answer begins with.
scenario::Json answer_json(const Scenario& scenario, std::string_view mode, Verdict verdict);

/// [{"file","line","column","pointer","message","expected","did_you_mean"}]: all of them always
/// there, null where there is none; "written_by", "note" and "what_to_do" only where there is one.
scenario::Json errors_json(const std::vector<Mistake>& mistakes);

/// 0, 1 or 3.
ExitCode exit_code_of(Verdict verdict);

/// Prints to stdout, with a newline.
void print_json(const scenario::Json& json);

}  // namespace irqloom::app
