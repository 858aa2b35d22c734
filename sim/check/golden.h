// Golden results: what came out when somebody last looked and agreed. Counts are the sharpest
// regression oracle that an explorer has.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/outcome.h"

namespace irqloom::check {

/// The golden results of one scenario: a file that people read in diffs.
class Golden {
 public:
  /// Reads FOLDER/SCENARIO.json. No file: nothing is golden yet. Throws InputError where it is none
  /// of ours.
  Golden(const std::string& folder, const std::string& scenario);

  const std::string& path() const { return path_; }
  /// Of one variant ("" is the scenario itself) in one mode ("run" or "explore").
  std::optional<Outcome> find(const std::string& variant, const std::string& mode) const;
  /// Accepts an outcome, whose time and reason are left out.
  void accept(const std::string& variant, const std::string& mode, const Outcome& outcome);
  /// Accepts an outcome that is the golden one but for the fingerprint of a space, which depends on
  /// how a state is laid out; that of a run does not. Otherwise nothing changes, and it says why, a
  /// sentence each.
  std::vector<std::string> accept_if_counts_equal(const std::string& variant,
                                                  const std::string& mode, const Outcome& outcome);
  /// Forgets the variants that are not among `names`.
  void keep_only(const std::vector<std::string>& names);
  /// Writes the file if something changed. Throws OutputError.
  void write() const;

 private:
  std::string path_;
  std::string scenario_;
  std::map<std::pair<std::string, std::string>, Outcome> outcomes_;
  bool changed_ = false;
};

/// How `outcome` differs from `golden`, a sentence each.
std::vector<std::string> differences(const Outcome& golden, const Outcome& outcome);

}  // namespace irqloom::check
