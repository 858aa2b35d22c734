#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>

#include "tests/bench/benches.h"
#include "tests/bench/by_hand.h"
#include "tests/bench/islands.h"
#include "tests/bench/timed_run.h"

namespace irqloom::bench {

namespace {

constexpr std::array sizes = {10U, 100U, 1'000U, 10'000U};
constexpr std::array formats = {Format::none, Format::text,     Format::jsonl,
                                Format::vcd,  Format::perfetto, Format::ftrace};

// A step is some 1,000 ns with the slowest trace, and a round has six runs of each size.
constexpr std::uint64_t wanted_steps = 250'000;
constexpr std::uint64_t steps_per_interrupt = 10;

/// From when every device has raised once, for the wanted number of steps.
Span span_of(unsigned devices) {
  const std::uint64_t interrupts = wanted_steps / steps_per_interrupt;
  return Span{longest_period, longest_period + mean_period * interrupts / devices};
}

double nanoseconds(const Sample& sample) {
  return 1e9 * sample.seconds / static_cast<double>(sample.done);
}

/// Times of all rounds.
struct Rounds {
  std::vector<double> ns;
  std::vector<double> ratios;  ///< To what it is compared with, in the same round.

  void add(double value, double base) {
    ns.push_back(value);
    ratios.push_back(value / base);
  }
  double ns_median() const { return median(ns); }
  double ratio_median() const { return median(ratios); }
};

Cell ns_and_ratio(const Rounds& r) {
  Cell cell{fmt::format("{:.0f} ({:.2f}x)", r.ns_median(), r.ratio_median()), {}};
  cell.value = {{"ns", r.ns_median()}, {"ratio", r.ratio_median()}};
  return cell;
}

struct SizeResult {
  std::uint64_t processes = 0;
  std::vector<double> raw;
  std::map<Format, Rounds> formats;
  Rounds in_company;
};

SizeResult measure_size(unsigned devices, unsigned rounds) {
  const Span span = span_of(devices);
  const TimedIslands islands(devices, span, Count::steps);
  SizeResult result;
  result.processes = islands.contexts();
  for (unsigned round = 0; round < rounds; ++round) {
    const double raw = nanoseconds(run_raw_loop(devices, span));
    result.raw.push_back(raw);
    for (const Format f : formats)
      result.formats[f].add(nanoseconds(islands.run(f)), raw);
    result.in_company.add(nanoseconds(islands.run(Format::none, Company::other)), raw);
  }
  return result;
}

}  // namespace

void measure_timed(Report& report, unsigned rounds) {
  Table table{"timed: ns per step (in brackets: times the raw SystemC loop)",
              "timed",
              {{"devices", "devices"},
               {"processes", "processes"},
               {"raw loop", "raw_ns"},
               {"no trace", "none"},
               {"in company", "in_company"},
               {"text", "text"},
               {"jsonl", "jsonl"},
               {"vcd", "vcd"},
               {"perfetto", "perfetto"},
               {"ftrace", "ftrace"}},
              {},
              {"raw loop: as many SC_METHODs with the same delays, and an activation per step",
               "in company: no trace, and one more process of SystemC's, so that every instant is "
               "one of its kernel's"}};
  double least = 0;
  double most = 0;
  for (const unsigned devices : sizes) {
    const SizeResult result = measure_size(devices, rounds);
    table.rows.push_back({number(devices), number(static_cast<double>(result.processes)),
                          number(median(result.raw))});
    for (const Format f : formats) {
      table.rows.back().push_back(ns_and_ratio(result.formats.at(f)));
      if (f == Format::none) table.rows.back().push_back(ns_and_ratio(result.in_company));
    }
    const double ratio = result.formats.at(Format::none).ratio_median();
    least = least == 0 ? ratio : std::min(least, ratio);
    most = std::max(most, ratio);
  }
  report.add(table);
  report.add(Aim{"timed: a step without traces, times a raw activation", most, Aim::Bound::at_most,
                 2, ""});
  report.add(Aim{"timed: that ratio, largest by smallest, 10 to 10,000 devices", most / least,
                 Aim::Bound::at_most, 1.5, ""});
}

void measure_interrupts(Report& report, unsigned rounds) {
  Table table{
      "timed: ns per handled interrupt (in brackets: times the signal model that waits "
      "where we step)",
      "interrupts",
      {{"devices", "devices"},
       {"signals, per step", "signals_per_step_ns"},
       {"signals, per hop", "signals_per_hop"},
       {"irqloom", "irqloom"},
       {"in company", "in_company"}},
      {},
      {"signals: device > sc_signal > wire > I/O APIC pin > CPU (SC_THREAD) > handler > ack"}};
  double worst = 0;
  for (const unsigned devices : sizes) {
    const Span span = span_of(devices);
    const TimedIslands islands(devices, span, Count::interrupts);
    std::vector<double> by_step;
    Rounds by_hop;
    Rounds ours;
    Rounds in_company;
    for (unsigned round = 0; round < rounds; ++round) {
      const double base = nanoseconds(run_signal_model(devices, span, Grain::step));
      by_step.push_back(base);
      by_hop.add(nanoseconds(run_signal_model(devices, span, Grain::hop)), base);
      ours.add(nanoseconds(islands.run(Format::none)), base);
      in_company.add(nanoseconds(islands.run(Format::none, Company::other)), base);
    }
    table.rows.push_back({number(devices), number(median(by_step)), ns_and_ratio(by_hop),
                          ns_and_ratio(ours), ns_and_ratio(in_company)});
    worst = std::max(worst, ours.ratio_median());
  }
  report.add(table);
  report.add(Aim{"timed: an interrupt, times the signal model that waits where we step", worst,
                 Aim::Bound::at_most, 1, ""});
}

}  // namespace irqloom::bench
