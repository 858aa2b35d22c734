// Traces on disk: the formats that `--trace` names, written side by side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/trace/record.h"

namespace irqloom::app {

/// The names of all formats (sim/trace/format.h), sorted.
std::vector<std::string> trace_formats();

/// The files of one trace: STEM and the format's extension, and what its sink puts beside that.
class TraceFiles {
 public:
  /// `formats` are some of trace_formats(), each once; `folder` is made if need be. `timed` as in
  /// TraceInfo. Throws OutputError.
  TraceFiles(const std::vector<std::string>& formats, std::string folder, std::string stem,
             bool timed);
  ~TraceFiles();
  TraceFiles(const TraceFiles&) = delete;
  TraceFiles& operator=(const TraceFiles&) = delete;

  /// In the order of `formats`. They live as long as this object.
  std::vector<Sink*> sinks() const;
  /// Puts the files into their places, after the trace has ended; before, none of them is seen.
  /// The paths of all of them. Throws OutputError.
  std::vector<std::string> commit();
  /// What to tell the user after that; mostly nothing.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  struct File;
  std::string folder_;
  std::string stem_;
  std::vector<std::unique_ptr<File>> files_;
  std::vector<std::string> notices_;
};

}  // namespace irqloom::app
