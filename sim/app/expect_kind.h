// Which command takes which kind of file.
#pragma once

#include <string>
#include <string_view>

#include "sim/check/file_kind.h"

namespace irqloom::app {

/// Throws InputError if the text, of a file that messages call `name`, is evidently of another kind
/// than `wanted`; it says which command takes it.
void expect_kind(check::FileKind wanted, std::string_view text, const std::string& name);

}  // namespace irqloom::app
