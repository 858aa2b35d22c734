// Scenario files on disk.
#pragma once

#include <string>
#include <vector>

namespace irqloom::check {

/// The scenario files that `paths` name: files as they are given; of folders, every .json below
/// them, sorted, that is no file of another kind (see FileKind). No file twice.
/// Throws InputError for a path at which there is nothing, and for a folder without any.
std::vector<std::string> find_scenarios(const std::vector<std::string>& paths);

/// The "name" of the scenario in `file`, or "" where that is no scenario.
std::string name_in(const std::string& file);

}  // namespace irqloom::check
