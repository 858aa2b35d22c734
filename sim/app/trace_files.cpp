#include "sim/app/trace_files.h"

#include <utility>

#include "sim/scenario/output.h"
#include "sim/trace/format.h"

namespace irqloom::app {

struct TraceFiles::File {
  explicit File(std::string where) : path(std::move(where)), out(path) {}

  std::string path;
  scenario::AtomicFile out;
  std::unique_ptr<Sink> sink;  // Writes into `out`.
};

namespace {

void write_file(const std::string& path, const std::string& text) {
  scenario::AtomicFile file(path);
  file << text;
  file.commit();
}

}  // namespace

std::vector<std::string> trace_formats() {
  std::vector<std::string> names;
  for (const trace::TraceFormat& format : trace::TraceFormats::all())
    names.emplace_back(format.name);
  return names;
}

TraceFiles::TraceFiles(const std::vector<std::string>& formats, std::string folder,
                       std::string stem, bool timed)
    : folder_(std::move(folder)), stem_(std::move(stem)) {
  const trace::FormatOptions options{.timed = timed, .version = IRQLOOM_VERSION};
  for (const std::string& name : formats) {
    const trace::TraceFormat& format = *trace::TraceFormats::find(name);
    auto file = std::make_unique<File>(folder_ + "/" + stem_ + std::string(format.extension));
    file->sink = format.make(file->out, options);
    files_.push_back(std::move(file));
  }
}

TraceFiles::~TraceFiles() = default;

std::vector<Sink*> TraceFiles::sinks() const {
  std::vector<Sink*> sinks;
  for (const auto& file : files_)
    sinks.push_back(file->sink.get());
  return sinks;
}

std::vector<std::string> TraceFiles::commit() {
  std::vector<std::string> paths;
  for (const auto& file : files_) {
    file->out.commit();
    paths.push_back(file->path);
    if (const std::string notice = file->sink->notice(); !notice.empty())
      notices_.push_back(notice);
    for (const SideFile& side : file->sink->side_files(stem_)) {
      paths.push_back(folder_ + "/" + side.name);
      write_file(paths.back(), side.text);
    }
  }
  return paths;
}

}  // namespace irqloom::app
