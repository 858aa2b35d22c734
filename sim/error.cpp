#include "sim/error.h"

#include <fmt/format.h>

namespace irqloom {
namespace {

// The folder in which irqloom was built means nothing to the reader of a report.
std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

InternalError::InternalError(std::string_view message, const char* file, int line)
    : Error(ExitCode::internal,
            fmt::format("internal error: {} ({}:{})\n"
                        "  This is a defect of irqloom, not of your input.\n"
                        "  Please report it with this text, the complete command line (with its "
                        "--variant, --set and --seed) and the scenario file.",
                        message, base_name(file), line)) {}

}  // namespace irqloom
