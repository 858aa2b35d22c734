// Schedule files: counterexamples on disk, as `irqloom explore` writes and `irqloom replay` reads
// them. JSON, one step a line, so that two of them can be compared with diff.
#pragma once

#include <string>
#include <string_view>

#include "sim/explore/schedule.h"
#include "sim/scenario/document.h"

namespace irqloom::app {

/// The complete text of a schedule file.
std::string schedule_text(const explore::Schedule& schedule);

/// Reads a schedule. Throws InputError, with line and column, where something is missing, unknown
/// or of another kind.
explore::Schedule parse_schedule(const scenario::Document& document);

/// Throws InputError as above, and where the file cannot be read or is no JSON.
explore::Schedule read_schedule(const std::string& path);

/// Throws OutputError where the file cannot be written. Missing folders are made.
void write_schedule(const std::string& path, const explore::Schedule& schedule);

}  // namespace irqloom::app
