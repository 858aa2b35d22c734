// What GTKWave needs beside a dump: a save file that arranges the traces, and translate filters
// that put labels in place of numbers (a dump holds no strings: some readers cannot have them).
#pragma once

#include <string>
#include <vector>

#include "sim/trace/record.h"
#include "sim/trace/waves.h"

namespace irqloom::trace {

/// Of the count of violations, a variable beside the waves: "engine.violations".
inline constexpr unsigned violation_bits = 16;

/// "<stem>.gtkw" and the filters that it names, for a dump in "<stem>.vcd". All go into one folder,
/// in which GTKWave has to be started (it looks for filters there).
std::vector<SideFile> gtkwave_files(const Waves& waves, const std::string& stem);

}  // namespace irqloom::trace
