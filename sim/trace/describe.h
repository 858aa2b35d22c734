// How the parts of a step read in a trace: one wording for all formats.
#pragma once

#include <string>

#include "sim/trace/diff.h"

namespace irqloom::trace {

/// The routine of the step and the step itself.
const RoutineInfo& routine_of(const Fabric& fabric, const StepRecord& record);
const StepInfo& step_of(const Fabric& fabric, const StepRecord& record);

/// The step's label; where it had a choice, followed by the one taken: "deliver [choice 1 of
/// 0..2]".
void append_step(std::string& to, const Fabric& fabric, const StepRecord& record);

/// True for the engine's fields that hold a ContextId + 1 (owners of locks and executors).
bool holds_context(const SlotInfo& slot, const Field& field);

/// The dotted name of what changed: "kvm.ioapic.pin16.irr", "gic.dist.enabled[2]".
void append_path(std::string& to, const Fabric& fabric, const Change& change);

/// A value of a field as people read it: a label, the name of a context ("none" for nobody),
/// `0x..` or decimal.
void append_value(std::string& to, const Fabric& fabric, const SlotInfo& slot, const Field& field,
                  std::uint64_t value);

/// "kvm.ioapic.pin16.irr 0>1"; of a set what came and what went: "lapic0.irr vector 0x51 0>1".
void append_change(std::string& to, const Fabric& fabric, const Change& change);

/// One argument as its kind says. A name that the fabric does not know is "?".
void append_arg(std::string& to, const Fabric& fabric, ArgKind kind, std::int64_t value);

/// What the kernel would print after "name: ", see EventType::format.
void append_event_args(std::string& to, const Fabric& fabric, const Event& event);

/// "kvm_set_irq: gsi 16 level 1 source 1"
void append_event(std::string& to, const Fabric& fabric, const Event& event);

/// "returns 1", of a routine that ended in this step with a value other than 0; of one that the
/// step's own routine called, with its name: "check_irq_resend returns 1". Nothing for 0.
void append_returned(std::string& to, const Fabric& fabric, const StepRecord& record);

/// A routine's source without the version that it was read in: the trace's heading says whose
/// functions are cited. "virt/kvm/eventfd.c, a function of its own since Linux 6.3" stays.
std::string_view file_of(std::string_view source);

/// `code` and the versions of the VMM that the fabric's routines cite: "Linux 6.1.192, QEMU 7.2".
std::string code_text(const Fabric& fabric, const std::string& code);

/// "lost-interrupt (dev0): why that is bad"
void append_violation(std::string& to, const Violation& violation);

/// The same and what says so: "...; open since 12.000 us, and nothing moves any more".
void append_violation(std::string& to, const OpenViolation& open);

}  // namespace irqloom::trace
