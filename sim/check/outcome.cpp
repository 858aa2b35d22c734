#include "sim/check/outcome.h"

namespace irqloom::check {

using scenario::Json;

const std::vector<std::pair<std::string, Verdict>>& verdict_names() {
  static const std::vector<std::pair<std::string, Verdict>> names = {
      {"holds", Verdict::holds},
      {"violated", Verdict::violated},
      {"inconclusive", Verdict::inconclusive}};
  return names;
}

Json to_json(const Outcome& o) {
  Json broken = Json::array();
  for (const Broken& b : o.broken)
    broken.push_back(
        {{"property", b.property}, {"where", b.where}, {"steps", b.steps}, {"step", b.step}});
  return {{"verdict", std::string(to_string(o.verdict))},
          {"broken", std::move(broken)},
          {"steps", o.steps},
          {"states", o.states},
          {"transitions", o.transitions},
          {"fingerprint", o.fingerprint},
          {"reason", o.reason},
          {"seconds", o.seconds}};
}

Outcome outcome_from_json(const Json& json) {
  Outcome o;
  for (const auto& [name, verdict] : verdict_names()) {
    if (json.at("verdict") == name) o.verdict = verdict;
  }
  for (const Json& b : json.at("broken")) {
    o.broken.push_back({b.at("property").get<std::string>(), b.at("where").get<std::string>(),
                        b.at("steps").get<std::uint64_t>(), b.at("step").get<std::string>()});
  }
  o.steps = json.at("steps").get<std::uint64_t>();
  o.states = json.at("states").get<std::uint64_t>();
  o.transitions = json.at("transitions").get<std::uint64_t>();
  o.fingerprint = json.at("fingerprint").get<std::string>();
  o.reason = json.at("reason").get<std::string>();
  o.seconds = json.at("seconds").get<double>();
  return o;
}

}  // namespace irqloom::check
