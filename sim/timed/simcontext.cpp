#include "sim/timed/simcontext.h"

#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

#include <cstdlib>
#include <iostream>
#include <vector>

#pragma weak __sanitizer_start_switch_fiber
#pragma weak __sanitizer_finish_switch_fiber

namespace irqloom::timed {

namespace {

// The default handler prints to stdout, which belongs to the results.
void report(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
  if ((actions & sc_core::SC_DISPLAY) != 0) {
    std::cerr << sc_core::sc_report_compose_message(report) << '\n';
  }
  if ((actions & sc_core::SC_THROW) != 0) throw report;
}

// SystemC 2.3.4 tells the address sanitizer of every change to a thread's stack, but has no bounds
// to tell when it returns to the main stack (sysc/kernel/sc_cor_qt.cpp). Exceptions would be taken
// for errors from then on. Without the sanitizer the functions are not there.
// The callers' frames, which the sanitizer may keep elsewhere, stay as they are, and this function
// has none there.
__attribute__((no_sanitize("address"))) void tell_sanitizer_of_main_stack() {
  if (__sanitizer_start_switch_fiber == nullptr) return;
  pthread_attr_t attributes;
  void* bottom = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &size);
  pthread_attr_destroy(&attributes);
  void* frames = nullptr;
  __sanitizer_start_switch_fiber(&frames, bottom, size);
  __sanitizer_finish_switch_fiber(frames, nullptr, nullptr);
}

// For ever: they are still needed when static objects are destroyed.
std::vector<sc_core::sc_simcontext*>& kept_contexts() {
  static auto& contexts = *new std::vector<sc_core::sc_simcontext*>;
  return contexts;
}

}  // namespace

void quiet_systemc() {
  setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
  using Handler = sc_core::sc_report_handler;
  Handler::set_handler(report);
  Handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  Handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DISPLAY);
  Handler::set_actions(sc_core::SC_ERROR, sc_core::SC_THROW);
  Handler::set_actions(sc_core::SC_FATAL, sc_core::SC_THROW);
  // A fabric in which nothing can happen is no mistake of SystemC's user.
  Handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_, sc_core::SC_DO_NOTHING);
}

FreshSimcontext::FreshSimcontext()
    : before_(sc_core::sc_curr_simcontext), global_before_(sc_core::sc_default_global_context) {
  quiet_systemc();
  fresh_ = new sc_core::sc_simcontext;
  sc_core::sc_curr_simcontext = fresh_;
  sc_core::sc_default_global_context = fresh_;
}

// SystemC loses the memory of notifications that are pending when their context is deleted, so such
// a context stays. Asking for pending ones also clears away the cancelled ones.
FreshSimcontext::~FreshSimcontext() {
  if (sc_core::sc_pending_activity(fresh_)) {
    kept_contexts().push_back(fresh_);
  } else {
    delete fresh_;
  }
  tell_sanitizer_of_main_stack();
  sc_core::sc_curr_simcontext = before_;
  sc_core::sc_default_global_context = global_before_;
}

void elaborate() {
  sc_core::sc_get_curr_simcontext()->initialize(true);
}

}  // namespace irqloom::timed
