// Files of recorded programs: JSON Lines, a program a line.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/app/conform/record.h"

namespace irqloom::app::conform {

/// One recorded program: what was done to a controller or a kernel, and what it did.
struct Program {
  std::string id;
  std::string model;
  std::string class_name;  ///< "defined", "quirk" or "wild".
  std::string title;       ///< May be empty.
  Json json;

  Record root() const { return Record(json, ""); }
};

/// The files that `paths` name: files as they are given; of folders, every .jsonl below them,
/// sorted. Throws InputError for a path at which there is nothing, and for a folder without any.
std::vector<std::string> find_transcripts(const std::vector<std::string>& paths);

/// Calls `visit` with each program of the file until it returns false. Throws InputError, with line
/// and column, for what cannot be read, and for a BadRecord that `visit` throws. Whether all were
/// visited.
bool read_transcript(const std::string& file, const std::function<bool(const Program&)>& visit);

}  // namespace irqloom::app::conform
