#include "sim/app/trace_files.h"

#include <utility>

#include "sim/scenario/output.h"
#include "sim/trace/ftrace_sink.h"
#include "sim/trace/jsonl_sink.h"
#include "sim/trace/perfetto_sink.h"
#include "sim/trace/svg_sink.h"
#include "sim/trace/text_sink.h"
#include "sim/trace/vcd_sink.h"

namespace irqloom::app {

struct TraceFiles::File {
  explicit File(std::string where) : path(std::move(where)), out(path) {}

  std::string path;
  scenario::AtomicFile out;
  std::unique_ptr<Sink> sink;  // Writes into `out`.
  // The same sink, where it has more to say than a sink in general.
  const trace::VcdSink* vcd = nullptr;
  const trace::PerfettoSink* perfetto = nullptr;
};

namespace {

std::string_view extension_of(std::string_view format) {
  if (format == "text") return ".txt";
  if (format == "jsonl") return ".jsonl";
  if (format == "vcd") return ".vcd";
  if (format == "perfetto") return ".perfetto.json";
  if (format == "svg") return ".svg";
  return ".ftrace.txt";
}

void write_file(const std::string& path, const std::string& text) {
  scenario::AtomicFile file(path);
  file << text;
  file.commit();
}

}  // namespace

const std::vector<std::string>& trace_formats() {
  static const std::vector<std::string> names = {"text",     "jsonl",  "vcd",
                                                 "perfetto", "ftrace", "svg"};
  return names;
}

TraceFiles::TraceFiles(const std::vector<std::string>& formats, std::string folder,
                       std::string stem, bool timed)
    : folder_(std::move(folder)), stem_(std::move(stem)) {
  for (const std::string& format : formats) {
    auto file = std::make_unique<File>(folder_ + "/" + stem_ + std::string(extension_of(format)));
    if (format == "text") {
      file->sink = std::make_unique<trace::TextSink>(file->out);
    } else if (format == "jsonl") {
      file->sink = std::make_unique<trace::JsonlSink>(file->out);
    } else if (format == "vcd") {
      auto sink = std::make_unique<trace::VcdSink>(file->out);
      file->vcd = sink.get();
      file->sink = std::move(sink);
    } else if (format == "perfetto") {
      auto sink = std::make_unique<trace::PerfettoSink>(
          file->out, trace::PerfettoOptions{.version = IRQLOOM_VERSION});
      file->perfetto = sink.get();
      file->sink = std::move(sink);
    } else if (format == "svg") {
      file->sink = std::make_unique<trace::SvgSink>(file->out);
    } else {
      file->sink = std::make_unique<trace::FtraceSink>(file->out,
                                                       trace::FtraceOptions{.nanoseconds = !timed});
    }
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
    if (file->perfetto != nullptr && !file->perfetto->notice().empty())
      notices_.push_back(file->perfetto->notice());
    if (file->vcd == nullptr) continue;
    for (const trace::SideFile& side : file->vcd->side_files(stem_)) {
      paths.push_back(folder_ + "/" + side.name);
      write_file(paths.back(), side.text);
    }
  }
  return paths;
}

}  // namespace irqloom::app
