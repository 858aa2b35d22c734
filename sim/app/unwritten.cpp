#include "sim/app/unwritten.h"

#include <iostream>

#include "sim/app/report.h"

namespace irqloom::app {

void Unwritten::add_to(scenario::Json& answer) const {
  for (const scenario::Json& mistake : errors_json(mistakes_))
    answer["errors"].push_back(mistake);
}

void Unwritten::print() const {
  std::cout.flush();
  for (const Mistake& mistake : mistakes_)
    std::cerr << text_of(mistake) << '\n';
}

ExitCode Unwritten::exit_code_or(ExitCode code) const {
  return mistakes_.empty() ? code : ExitCode::output;
}

}  // namespace irqloom::app
