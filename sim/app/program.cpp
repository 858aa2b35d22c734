#include "sim/app/program.h"

#include <csignal>
#include <exception>
#include <iostream>
#include <new>
#include <systemc>

#include "sim/app/command_line.h"
#include "sim/app/interrupt.h"
#include "sim/app/report.h"
#include "sim/error.h"

namespace irqloom::app {
namespace {

void flush_stdout() {
  std::cout.flush();
  if (!std::cout) {
    throw OutputError({.file = "standard output",
                       .message = "cannot be written",
                       .way_out = "make room on the disk, if it is full"});
  }
}

void tell(const std::vector<Mistake>& mistakes, const std::string& text, bool as_json) {
  std::cout.flush();
  if (as_json && std::cout) {
    print_json({{"errors", errors_json(mistakes)}});
    std::cout.flush();
  }
  if (!as_json || !std::cout) std::cerr << text << '\n';
}

ExitCode report_unknown(const char* what, bool as_json) {
  const std::string text =
      std::string("irqloom " IRQLOOM_VERSION ": internal error: ") + what +
      "\nThis is no mistake of yours. Please report it, with the command line, the scenario and "
      "this text.";
  tell({Mistake{.message = text}}, text, as_json);
  return ExitCode::internal;
}

ExitCode report_no_memory(bool as_json) {
  const Mistake mistake{.file = "irqloom",
                        .message = "there is no memory left",
                        .way_out = "free some, or bound an exploration with --max-memory"};
  tell({mistake}, text_of(mistake), as_json);
  return ExitCode::inconclusive;
}

ExitCode run_guarded(int argc, const char* const* argv) {
  const bool as_json = asks_for_json(argc, argv);
  try {
    watch_for_interrupt();
    // A file that may not grow any further makes write() fail, which is reported.
    std::signal(SIGXFSZ, SIG_IGN);
    Action action;
    const std::optional<ExitCode> ended = read_command_line(argc, argv, action);
    const ExitCode code = ended ? *ended : action();
    flush_stdout();
    return code;
  } catch (const Error& e) {
    tell(e.mistakes(), e.what(), as_json);
    return e.exit_code();
  } catch (const std::bad_alloc&) {
    return report_no_memory(as_json);
  } catch (const sc_core::sc_report& e) {
    return report_unknown(e.what(), as_json);
  } catch (const std::exception& e) {
    return report_unknown(e.what(), as_json);
  } catch (...) {
    return report_unknown("an exception of unknown type", as_json);
  }
}

}  // namespace

int run_program(int argc, const char* const* argv) noexcept {
  return static_cast<int>(run_guarded(argc, argv));
}

}  // namespace irqloom::app
