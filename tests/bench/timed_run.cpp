#include "tests/bench/timed_run.h"

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <streambuf>

#include "models/module.h"
#include "sim/core/exec.h"
#include "sim/timed/simcontext.h"
#include "sim/timed/timed.h"
#include "sim/trace/ftrace_sink.h"
#include "sim/trace/jsonl_sink.h"
#include "sim/trace/perfetto_sink.h"
#include "sim/trace/text_sink.h"
#include "sim/trace/vcd_sink.h"
#include "tests/bench/islands.h"

namespace irqloom::bench {

namespace {

/// Takes everything and keeps nothing.
class NullBuffer : public std::streambuf {
 protected:
  int_type overflow(int_type c) override { return traits_type::not_eof(c); }
  std::streamsize xsputn(const char* /*s*/, std::streamsize n) override { return n; }
};

std::unique_ptr<Sink> make_sink(Format format, std::ostream& out) {
  switch (format) {
    case Format::none:
      break;
    case Format::text:
      return std::make_unique<trace::TextSink>(out);
    case Format::jsonl:
      return std::make_unique<trace::JsonlSink>(out);
    case Format::vcd:
      return std::make_unique<trace::VcdSink>(out);
    case Format::perfetto: {
      trace::PerfettoOptions options;
      options.max_events = std::numeric_limits<std::uint64_t>::max();
      return std::make_unique<trace::PerfettoSink>(out, options);
    }
    case Format::ftrace:
      return std::make_unique<trace::FtraceSink>(out);
  }
  return nullptr;
}

/// A context that opens the stopwatch, as Opener: not a process of somebody else's.
class OpenerContext : public Module {
 public:
  OpenerContext(Fabric& fabric, std::function<void()> open)
      : Module("opener", fabric), open_(std::move(open)) {
    fabric.context({.name = "opener", .layer = "bench"},
                   fabric.routine<&OpenerContext::run>(*this, "opener", "tests/bench"));
  }

 private:
  void run(Exec& x, Frame& self) {
    ROUTINE();
    STEP("wait", cost("opener"));
    STEP("open");
    open_();
    RETURN(0);
    ROUTINE_END();
  }

  std::function<void()> open_;
};

/// The islands in a simulation context of their own, ready to run.
struct Setup {
  timed::FreshSimcontext fresh;
  Fabric fabric;
  Islands islands;
  Stopwatch stopwatch{[this] { return islands.handled(); }};
  timed::CostTable costs = island_costs();
  OpenerContext opener;

  Setup(unsigned devices, const Span& span, bool opens)
      : islands(fabric, devices), opener(fabric, [this, opens] {
          if (opens) stopwatch.open();
        }) {
    costs["opener"] = {core::fixed_cost(span.start_ps), timed::CostKind::elsewhere};
    timed::elaborate();
    fabric.seal();
  }

  timed::TimedOptions options(std::uint64_t until_ps) const {
    timed::TimedOptions options;
    options.until_ps = until_ps;
    options.scan_guards = false;
    return options;
  }
};

}  // namespace

TimedIslands::TimedIslands(unsigned devices, const Span& span, Count count)
    : devices_(devices), span_(span), count_(count) {
  if (count == Count::steps) steps_ = steps_until(span.end_ps) - steps_until(span.start_ps);
}

std::uint64_t TimedIslands::steps_until(std::uint64_t ps) {
  Setup setup(devices_, span_, false);
  contexts_ = setup.fabric.contexts().size();
  timed::TimedRun run(setup.fabric, setup.costs, setup.options(ps));
  return run.run().steps;
}

Sample TimedIslands::run(Format format, Company company) const {
  Setup setup(devices_, span_, company == Company::none);
  std::optional<Opener> opener;
  if (company == Company::other) opener.emplace(setup.stopwatch, span_.start_ps);
  NullBuffer buffer;
  std::ostream out(&buffer);
  const std::unique_ptr<Sink> sink = make_sink(format, out);
  std::vector<Sink*> sinks;
  if (sink) sinks.push_back(sink.get());
  timed::TimedRun run(setup.fabric, setup.costs, setup.options(span_.end_ps), sinks);
  run.run();
  Sample sample = setup.stopwatch.close();
  if (count_ == Count::steps) sample.done = steps_;
  return sample;
}

}  // namespace irqloom::bench
