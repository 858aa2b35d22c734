#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sim/error.h"
#include "sim/scenario/document.h"

namespace irqloom::scenario {

/// How failing checks show a position.
inline std::ostream& operator<<(std::ostream& out, Position position) {
  return out << position.line << ':' << position.column;
}

}  // namespace irqloom::scenario

namespace irqloom::scenario::test {

/// The text of the exception of type E that `action` throws; fails if it throws none.
template <typename E = InputError, typename Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

/// A document called "s.json".
inline Document document(std::string_view text) {
  return Document::from_text(text, "s.json");
}

/// Why `text` is refused as a document.
inline std::string refusal(std::string_view text) {
  return message_of([&] { document(text); });
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// An empty folder that is removed in the end, open to every user.
class TempFolder {
 public:
  TempFolder() {
    const std::string unique(6, 'X');  // What mkdtemp() replaces.
    std::string name = (std::filesystem::temp_directory_path() / ("irqloom-" + unique)).string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
    ::chmod(name.c_str(), 0777);
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_),
                                                  std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

/// For as long as it lives, root is nobody: root may read and write whatever its mode says.
class Unprivileged {
 public:
  Unprivileged() : was_(::geteuid()) {
    if (was_ == 0 && ::seteuid(65534) != 0) throw std::runtime_error("seteuid failed");
  }
  ~Unprivileged() {
    if (was_ == 0 && ::seteuid(0) != 0) std::abort();
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

 private:
  uid_t was_;
};

inline void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace irqloom::scenario::test
