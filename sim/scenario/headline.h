// What a list of scenario files shows of each.
#pragma once

#include <string>

namespace irqloom::scenario {

struct Headline {
  std::string name;
  std::string title;
};

/// The members "name" and "title" of the file. Reads no further than it has to: what comes after
/// them is not looked at. Throws InputError as Document::from_file() does.
Headline read_headline(const std::string& path);

}  // namespace irqloom::scenario
