// SystemC without its habits: no banner, nothing on stdout, and more than one elaboration in a
// process.
#pragma once

#include <systemc>

namespace irqloom::timed {

/// Switches the banner off, drops SystemC's notes, sends its warnings to stderr and throws its
/// errors (sc_core::sc_report). To be called before anything else of SystemC; calling it again does
/// nothing.
void quiet_systemc();

/// While it lives, SystemC works in a simulation context of its own, in which nothing was
/// elaborated yet (a second elaboration in one context is SystemC's error E529). Modules, events
/// and runs that were made meanwhile must be gone before it. Not to be nested in a running
/// simulation.
class FreshSimcontext {
 public:
  FreshSimcontext();
  ~FreshSimcontext();
  FreshSimcontext(const FreshSimcontext&) = delete;
  FreshSimcontext& operator=(const FreshSimcontext&) = delete;

 private:
  sc_core::sc_simcontext* before_;
  sc_core::sc_simcontext* global_before_;
  sc_core::sc_simcontext* fresh_;
};

/// Ends elaboration of the current simulation context (ports are bound, end_of_elaboration() was
/// called) without running a process.
void elaborate();

}  // namespace irqloom::timed
