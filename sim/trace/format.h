// The formats that a trace can be written in. Each is registered beside its sink.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "sim/registry.h"
#include "sim/trace/record.h"

namespace irqloom::trace {

/// What a sink may want to know before the trace begins.
struct FormatOptions {
  bool timed = true;    ///< As in TraceInfo.
  std::string version;  ///< Of irqloom.
};

/// One format.
struct TraceFormat {
  std::string_view name;       ///< As `--trace` names it: "vcd".
  std::string_view what;       ///< One line: what it is for.
  std::string_view extension;  ///< Of its file: ".perfetto.json".
  /// The sink writes into `out`, which must outlive it.
  std::unique_ptr<Sink> (*make)(std::ostream& out, const FormatOptions& options);
};

using TraceFormats = Registry<TraceFormat>;

/// For a sink that needs nothing but its stream.
template <class S>
std::unique_ptr<Sink> make_sink(std::ostream& out, const FormatOptions& /*options*/) {
  return std::make_unique<S>(out);
}

}  // namespace irqloom::trace
