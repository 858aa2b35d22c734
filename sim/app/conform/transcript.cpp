#include "sim/app/conform/transcript.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "sim/app/expect_kind.h"
#include "sim/check/file_kind.h"
#include "sim/error.h"
#include "sim/scenario/file_reader.h"
#include "sim/scenario/json_reader.h"

namespace irqloom::app::conform {
namespace {

namespace fs = std::filesystem;
using scenario::Complaint;
using scenario::Position;

/// Of `--trace jsonl`. Who names a folder that has some does not mean them.
bool is_trace(const std::string& file) {
  try {
    return check::kind_of(scenario::read_file(file)) == check::FileKind::trace;
  } catch (const InputError&) {
    return false;  // Reading it again will tell.
  }
}

std::vector<std::string> transcripts_below(const std::string& folder) {
  std::vector<std::string> files;
  constexpr auto skip = fs::directory_options::skip_permission_denied;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, skip, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code lost;  // A link that leads nowhere is no file.
    const bool is_meant = entry->is_regular_file(lost) && entry->path().extension() == ".jsonl" &&
                          !is_trace(entry->path().string());
    if (is_meant) files.push_back(entry->path().string());
  }
  if (error) {
    throw InputError(Mistake{.file = folder,
                             .message = "cannot be read: " + error.message(),
                             .expected = "a folder that you may read"});
  }
  if (files.empty()) {
    throw InputError(Mistake{
        .file = folder, .message = "holds no transcript", .expected = "a folder with *.jsonl"});
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// A line of a file, for messages.
struct Line {
  const std::string& file;
  std::uint32_t number;
  std::string_view text;

  /// Replays are fast because they do not note where a value stands; who is wrong is read again.
  [[noreturn]] void refuse(const std::string& pointer, const Complaint& complaint) const {
    const auto origin = std::make_shared<const scenario::Origin>(scenario::Origin{file, "", ""});
    try {
      const scenario::Tree tree = scenario::read_json(text, origin);
      fail(*origin, tree.place(pointer).value, pointer, complaint);
    } catch (const scenario::JsonProblem& problem) {
      fail(*origin, problem.position, problem.pointer, problem.complaint);
    }
  }

 private:
  [[noreturn]] void fail(const scenario::Origin& origin, Position position,
                         const std::string& pointer, const Complaint& complaint) const {
    position.line += number - 1;
    throw InputError(scenario::mistake_at(origin, position, pointer, complaint));
  }
};

Program parse_program(std::string_view text) {
  Program program;
  program.json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (program.json.is_discarded()) throw BadRecord("", {"is no JSON", "a JSON object", ""});
  const Record root = program.root();
  program.id = root.text("id");
  program.model = root.text("model");
  program.class_name = root.text("class");
  const std::vector<std::string> classes = {"defined", "quirk", "wild"};
  if (std::find(classes.begin(), classes.end(), program.class_name) == classes.end()) {
    root.fail_name("class", classes);
  }
  if (root.has("title")) program.title = root.text("title");
  return program;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::vector<std::string> find_transcripts(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code unreadable;  // Reading it will tell.
    if (fs::is_directory(path, unreadable)) {
      const std::vector<std::string> found = transcripts_below(path);
      files.insert(files.end(), found.begin(), found.end());
    } else {
      files.push_back(path);
    }
  }
  return files;
}

bool read_transcript(const std::string& file, const std::function<bool(const Program&)>& visit) {
  const std::string content = scenario::read_file(file);
  const std::string name = scenario::display_name(file);
  expect_kind(check::FileKind::transcript, content, name);
  std::uint32_t number = 1;
  for (std::size_t at = 0; at < content.size(); ++number) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    const Line line{name, number, std::string_view(content).substr(at, end - at)};
    at = end + 1;
    if (is_blank(line.text)) continue;
    try {
      if (!visit(parse_program(line.text))) return false;
    } catch (const BadRecord& bad) {
      line.refuse(bad.pointer, bad.complaint);
    }
  }
  return true;
}

}  // namespace irqloom::app::conform
