#include "sim/app/scenario.h"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/app/expect_kind.h"
#include "sim/app/machine.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

using scenario::Cursor;
using scenario::Document;

constexpr std::uint64_t ps_per_ms = 1'000'000'000;

/// Members of the document that a variant may patch.
const std::vector<std::string>& patchable_keys() {
  static const std::vector<std::string> keys = {
      "title",   "story",      "about", "platform", "kernel",  "policies",   "devices", "guest",
      "scripts", "thresholds", "costs", "run",      "explore", "properties", "assume"};
  return keys;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys = {"$schema", "name", "variants", "expect"};
  keys.insert(keys.end(), patchable_keys().begin(), patchable_keys().end());
  return keys;
}

// Names of scenarios and variants become parts of file names.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 60 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

constexpr const char* file_name_rule = "lower-case letters, digits, hyphens and dots";

std::vector<std::string> names_of_variants(const Cursor& variants) {
  std::vector<std::string> names;
  for (const auto& [name, variant] : variants.items_or_none()) {
    if (!is_file_name(name))
      variant.fail_key("\"" + name + "\" cannot name a variant", file_name_rule);
    names.push_back(name);
  }
  return names;
}

/// The variant to take: empty for none.
std::string choose_variant(const Document& document, const ScenarioChoice& choice) {
  const Cursor variants = document.root()["variants"];
  const std::vector<std::string> names = names_of_variants(variants);
  if (!choice.variant) return names.empty() ? "" : names.front();
  if (std::find(names.begin(), names.end(), *choice.variant) != names.end()) return *choice.variant;
  (variants ? variants : document.root())
      .fail("there is no variant \"" + *choice.variant + "\"",
            names.empty() ? "no --variant: this scenario has none" : scenario::list_of(names),
            scenario::nearest(*choice.variant, names));
}

/// Applies the variant and takes what only it says.
void apply_variant(Document& document, Scenario& s) {
  const Cursor variant = document.root()["variants"][s.variant];
  variant.unknown_keys({"summary", "patch", "expect", "tags"});
  s.summary = variant["summary"].string_or("");
  for (const Cursor& tag : variant["tags"].elements_or_none())
    s.tags.push_back(tag.one_of({"long"}));
  if (const Cursor patch = variant["patch"]) {
    patch.unknown_keys(patchable_keys());
    document.apply_patch(patch.pointer(), "variant \"" + s.variant + "\"");
  }
}

/// Names of members that have dots in them, which a --set need not write as a JSON pointer.
scenario::KnownNames known_names(const Document& document) {
  scenario::KnownNames known;
  for (const Cost& c : Costs::all())
    known["/costs"].emplace_back(c.name);
  for (const char* parts : {"devices", "scripts"}) {
    const scenario::Json& json = document.json();
    if (!json.contains(parts) || !json[parts].is_object()) continue;
    for (const auto& [name, part] : json[parts].items())
      known["/costs"].push_back(period_key(name));
  }
  for (const PolicySeam& seam : policy_seams())
    known["/policies"].emplace_back(seam.key);
  return known;
}

std::string hash_of(const Document& document) {
  const nlohmann::json sorted = nlohmann::json::parse(document.json().dump());
  const std::string text = sorted.dump();
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

RunSettings read_run(const Cursor& run) {
  RunSettings settings{20 * ps_per_ms, 5 * ps_per_ms, 1};
  if (!run) return settings;
  run.unknown_keys({"until", "patience", "seed"});
  settings.until_ps = run["until"].duration_or(settings.until_ps);
  if (settings.until_ps == 0) run["until"].fail("a run that ends at 0 shows nothing");
  settings.patience_ps = run["patience"].duration_or(settings.patience_ps);
  settings.seed = run["seed"].uint_or(settings.seed);
  return settings;
}

std::uint64_t read_max_states(const Cursor& explore) {
  if (!explore) return 0;
  explore.unknown_keys({"max_states"});
  const Cursor bound = explore["max_states"];
  return bound ? bound.uint(1) : 0;
}

Document read_document(const std::string& file) {
  return Document::from_file(file, [](std::string_view text, const std::string& name) {
    expect_kind(check::FileKind::scenario, text, name);
  });
}

void read_name(const Cursor& name, Scenario& s) {
  s.name = name.strict().string();
  if (!is_file_name(s.name)) name.fail("\"" + s.name + "\" cannot name a scenario", file_name_rule);
}

void read_expectations(const Cursor& expect, Scenario& s) {
  if (!expect) return;
  expect.unknown_keys({"run", "explore", "why"});
  const std::vector<std::string>& judged = s.properties.judged;
  const auto read = [&](const Cursor& mode, std::optional<check::Expectation>& expected) {
    if (mode) mode.attempt([&] { expected = check::read_expectation(mode, judged); });
  };
  read(expect["run"], s.expected_run);
  read(expect["explore"], s.expected_explore);
  expect["why"].string();
}

/// Sets one value. What the file alone says of itself was read before: a set of it would do
/// nothing.
void apply_set(Document& document, const std::string& set) {
  const scenario::Json before = document.json();
  document.set(set, known_names(document));
  for (const char* key : {"$schema", "name", "variants", "expect"}) {
    const auto value_in = [key](const scenario::Json& json) {
      return json.contains(key) ? json[key] : scenario::Json();
    };
    if (value_in(before) == value_in(document.json())) continue;
    throw InputError(Mistake{.file = "--set " + set,
                             .message = fmt::format("\"{}\" is the file's alone", key),
                             .expected = scenario::list_of(patchable_keys())});
  }
}

/// What only the topology shows: pins that lead nowhere, inputs that stand no second user, ...
void check_machine(const Document& document) {
  for (const platform::Problem& p : problems_of_machine(document.root())) {
    if (p.severity != platform::Problem::Severity::error) continue;
    const Cursor cursor = document.at(p.where);
    cursor.attempt([&] { cursor.fail(p.message); });
  }
}

/// Who may have a cost of his own, where the machine cannot be read for mistakes.
std::vector<std::string> all_names(const Cursor& root) {
  std::vector<std::string> names;
  for (const char* part : {"devices", "scripts"}) {
    for (const auto& [name, member] : root[part].items_or_none())
      names.push_back(name);
  }
  return names;
}

/// Keeps each section's mistakes from the others.
void read_settings(const Document& document, Scenario& s) {
  const Cursor root = document.root();
  s.title = root["title"].string();
  root["story"].string_or("");
  root["about"].string_or("");
  root.attempt([&] {
    s.policies = read_policies(root);
    s.code = cited_code(root, s.policies);
  });
  const bool has_machine = root.attempt([&] { s.devices = device_names(root); });
  if (!has_machine) s.devices = all_names(root);
  root.attempt([&] { s.thresholds = read_thresholds(root); });
  // A device may have a cost of its own; where there is none at all, that is the mistake.
  const bool has_devices = has_machine || !root["devices"].items_or_none().empty();
  if (has_devices) s.costs = read_costs(root["costs"], s.devices);
  root["run"].attempt([&] { s.run = read_run(root["run"]); });
  s.max_states = read_max_states(root["explore"]);
  const Cursor properties = root["properties"];
  if (properties.attempt([&] { s.properties = read_properties(properties); })) return;
  // An expectation may be about one that was misspelt there.
  for (const PropertyType& p : PropertyTypes::all())
    s.properties.judged.emplace_back(p.name);
}

Scenario read_scenario(Document document, const ScenarioChoice& choice,
                       scenario::Collecting& mistakes) {
  // The patched document keeps no expectation; this cursor keeps the file as it was read.
  const Cursor file = document.root();
  file.unknown_keys(all_keys());
  file["$schema"].string_or("");
  Scenario s(document);
  s.choice = choice;
  file.attempt([&] { read_name(file["name"], s); });
  if (!file.attempt([&] { s.variant = choose_variant(document, choice); })) mistakes.settle();
  s.defaulted = !choice.variant && !s.variant.empty();
  file.attempt([&] {
    if (!s.variant.empty()) apply_variant(document, s);
  });
  for (const std::string& set : choice.sets)
    file.attempt([&] { apply_set(document, set); });
  document.remove("/variants");
  document.remove("/expect");
  document.root().unknown_keys(all_keys());
  s.hash = hash_of(document);
  s.document = document;
  if (!file.attempt([&] { check_architecture(document.root()); })) mistakes.settle();
  read_settings(document, s);
  read_expectations(s.variant.empty() ? file["expect"] : file["variants"][s.variant]["expect"], s);
  mistakes.settle();
  check_machine(document);
  mistakes.settle();
  return s;
}

}  // namespace

Scenario load_scenario(const ScenarioChoice& choice) {
  const Document document = read_document(choice.file);
  scenario::Collecting mistakes(document);
  return read_scenario(document, choice, mistakes);
}

std::vector<std::string> variant_names(const std::string& file) {
  return names_of_variants(read_document(file).root()["variants"]);
}

}  // namespace irqloom::app
