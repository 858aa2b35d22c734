#pragma once

#include <string>

namespace irqloom::scenario {

/// The path that stands for standard input.
inline constexpr const char* standard_input = "-";

/// What messages call the file at `path`: that, or `<stdin>`.
std::string display_name(const std::string& path);

/// The bytes of the file, or pipe, at `path`; of standard input, as often as it is asked for.
/// Throws InputError, which begins with the path and tells the system's reason, if it cannot be
/// read, is a folder, or holds more than 64 MiB. If nothing is there but something with a similar
/// name is, the message names that.
std::string read_file(const std::string& path);

}  // namespace irqloom::scenario
