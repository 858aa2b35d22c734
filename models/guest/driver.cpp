#include "models/guest/driver.h"

#include "models/cost.h"
#include "models/events.h"

namespace irqloom {

namespace {

const PropertyTypes::Named invalid_report(
    {"invalid-report", "a driver passes on a report that its device did not send",
     "models/guest/driver.cpp"});

}  // namespace

Driver::Driver(const sc_core::sc_module_name& module_name, Fabric& fabric, Serves serves,
               std::int64_t line, std::int64_t device_label, bool reports)
    : Module(module_name, fabric),
      serves_(serves),
      line_(line),
      device_label_(device_label),
      reports_(reports),
      serve_(fabric.routine<&Driver::serve>(*this, "serve_device", "a driver in the guest")) {
  action.bind(*this);
}

// kernel/irq/manage.c: irq_default_primary_handler() of a threaded interrupt.
Call Driver::handler(Exec& x) {
  if (serves_ == Serves::thread) return Call::done(irq_wake_thread_result);
  return x.call<DriverLocals>(serve_);
}

Call Driver::thread_fn(Exec& x) {
  return x.call<DriverLocals>(serve_);
}

// Two accesses to the device: what it has is read, and then acknowledged.
void Driver::serve(Exec& x, Frame& self, DriverLocals& f) {
  ROUTINE();
  STEP("read the device's status", cost(costs::device_access), calls(device));
  f.found = device->read_status(x) ? 1 : 0;
  x.emit(f.found != 0 ? event::work_found : event::work_none, {line_, device_label_});
  if (reports_) {
    x.emit(event::driver_report, {device_label_, f.found});
    if (f.found == 0) {
      x.violate(invalid_report, name(), "the driver read a report that the device did not send");
    }
  }
  if (trap_ != nullptr) {
    CALL(trap_->accessed(x));
    LOCAL("the read has returned");
  }
  if (f.found != 0) {
    STEP("acknowledge the device", cost(costs::device_access), calls(device));
    CALL(device->acknowledge(x));
    LOCAL("served");
  }
  RETURN(f.found != 0 ? irq_handled : irq_none);
  ROUTINE_END();
}

void Driver::touches(Footprint& footprint) const {
  device[0]->touches(footprint);
}

IRQLOOM_MODEL("guest/driver", "a driver in the guest, with a primary or a threaded handler",
              "the scenario");

}  // namespace irqloom
