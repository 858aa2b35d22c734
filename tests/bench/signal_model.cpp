#include <memory>
#include <string>

#include "sim/core/random.h"
#include "sim/timed/simcontext.h"
#include "tests/bench/by_hand.h"
#include "tests/bench/islands.h"

namespace irqloom::bench {

namespace {

sc_core::sc_time ps(std::uint64_t n) {
  return sc_core::sc_time::from_value(n);
}

class SignalDevice : public sc_core::sc_module {
 public:
  sc_core::sc_out<bool> line;

  SC_HAS_PROCESS(SignalDevice);
  SignalDevice(const sc_core::sc_module_name& module_name, const bool& over)
      : sc_module(module_name), over_(over), random_(1, name()) {
    period_.kind = core::CostSpec::Kind::uniform;
    period_.min_ps = shortest_period;
    period_.max_ps = longest_period;
    SC_THREAD(raise);
  }

  bool has_work() const { return work_; }
  void acknowledge() {
    work_ = false;
    line.write(false);
    acknowledged_.notify();
  }

 private:
  void raise() {
    while (!over_) {
      wait(ps(random_.draw(period_)));
      while (work_)
        wait(acknowledged_);
      work_ = true;
      line.write(true);
      wait(ps(raise_time));
    }
  }

  const bool& over_;
  core::Random random_;
  core::CostSpec period_;
  bool work_ = false;
  sc_core::sc_event acknowledged_;
};

/// The wires of one line, tied together.
class SignalWire : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> in[devices_per_line];
  sc_core::sc_out<bool> out;

  SC_HAS_PROCESS(SignalWire);
  explicit SignalWire(const sc_core::sc_module_name& module_name) : sc_module(module_name) {
    SC_METHOD(drive);
    for (auto& port : in)
      sensitive << port;
  }

 private:
  void drive() {
    bool level = false;
    for (auto& port : in)
      level = level || port.read();
    out.write(level);
  }
};

/// One pin of an I/O APIC: requests while its input is up and nothing is in service.
class SignalPin : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> in;
  sc_core::sc_out<bool> request;

  SC_HAS_PROCESS(SignalPin);
  explicit SignalPin(const sc_core::sc_module_name& module_name) : sc_module(module_name) {
    SC_METHOD(service);
    sensitive << in << ended_;
  }

  /// The CPU takes the interrupt; it is in service until the end of interrupt.
  void acknowledge() { request.write(false); }
  void end_of_interrupt() {
    remote_irr_ = false;
    ended_.notify();
  }

 private:
  void service() {
    if (!in.read() || remote_irr_) return;
    remote_irr_ = true;
    request.write(true);
  }

  bool remote_irr_ = false;
  sc_core::sc_event ended_;
};

/// An I/O APIC, a CPU and what is wired to them.
class SignalIsland : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(SignalIsland);
  SignalIsland(const sc_core::sc_module_name& module_name, std::size_t index, Grain grain,
               std::uint64_t& handled, const bool& over)
      : sc_module(module_name), grain_(grain), handled_(handled) {
    for (std::size_t n = 0; n < lines; ++n)
      build_line(lines_[n], std::to_string(index * lines + n), over);
    SC_THREAD(run);
    for (const Line& line : lines_)
      sensitive << line.requested;
  }

 private:
  static constexpr std::size_t lines = devices_per_island / devices_per_line;

  struct Line {
    std::unique_ptr<SignalDevice> devices[devices_per_line];
    sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> levels[devices_per_line];
    std::unique_ptr<SignalWire> wire;
    sc_core::sc_signal<bool> level;
    std::unique_ptr<SignalPin> pin;
    sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> requested;
  };

  static void build_line(Line& line, const std::string& number, const bool& over) {
    line.wire = std::make_unique<SignalWire>(("wire" + number).c_str());
    for (unsigned i = 0; i < devices_per_line; ++i) {
      line.devices[i] =
          std::make_unique<SignalDevice>(("dev" + number + "_" + std::to_string(i)).c_str(), over);
      line.devices[i]->line.bind(line.levels[i]);
      line.wire->in[i].bind(line.levels[i]);
    }
    line.wire->out.bind(line.level);
    line.pin = std::make_unique<SignalPin>(("pin" + number).c_str());
    line.pin->in.bind(line.level);
    line.pin->request.bind(line.requested);
  }

  // The highest vector first, as the local APIC does.
  Line* deliverable() {
    for (std::size_t n = lines; n-- > 0;) {
      if (lines_[n].requested.read()) return &lines_[n];
    }
    return nullptr;
  }

  void run() {
    for (;;) {
      Line* line = deliverable();
      if (line == nullptr) {
        wait();
        continue;
      }
      line->pin->acknowledge();
      if (grain_ == Grain::step) {
        handle_by_steps(*line);
      } else {
        handle_by_hops(*line);
      }
    }
  }

  // common_interrupt() with handle_fasteoi_irq(): a wait wherever the islands' context has a step.
  void handle_by_steps(Line& line) {
    wait(ps(entry_time));
    wait(ps(cpu_time));  // desc->lock
    for (const auto& device : line.devices) {
      serve(*device);
      wait(ps(cpu_time));
    }
    wait(ps(cpu_time));  // desc->lock again
    line.pin->end_of_interrupt();
    wait(ps(irqchip_time));
    wait(ps(cpu_time));
    wait(ps(exit_time));
  }

  void handle_by_hops(Line& line) {
    wait(ps(entry_time + cpu_time));
    for (const auto& device : line.devices)
      serve(*device);
    wait(ps((devices_per_line + 1) * cpu_time));
    line.pin->end_of_interrupt();
    wait(ps(irqchip_time + cpu_time + exit_time));
  }

  void serve(SignalDevice& device) {
    if (!device.has_work()) return;
    device.acknowledge();
    ++handled_;
  }

  Grain grain_;
  std::uint64_t& handled_;
  Line lines_[lines];
};

}  // namespace

Sample run_signal_model(unsigned devices, const Span& span, Grain grain) {
  const timed::FreshSimcontext fresh;
  std::uint64_t handled = 0;
  bool over = false;
  std::vector<std::unique_ptr<SignalIsland>> islands;
  for (std::size_t i = 0; i < devices / devices_per_island; ++i) {
    islands.push_back(std::make_unique<SignalIsland>(("island" + std::to_string(i)).c_str(), i,
                                                     grain, handled, over));
  }
  Stopwatch stopwatch([&handled] { return handled; });
  const Opener opener(stopwatch, span.start_ps);
  timed::elaborate();
  sc_core::sc_start(sc_core::sc_time::from_value(span.end_ps));
  const Sample sample = stopwatch.close();
  over = true;
  sc_core::sc_start();  // What is pending would keep the simulation context, with all its stacks.
  return sample;
}

}  // namespace irqloom::bench
