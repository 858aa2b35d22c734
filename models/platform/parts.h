// What the topologies of all machines have in common: kinds of parts, seams, roads, and what a
// graph alone shows to be wrong.
//
// Parts that have state carry the names of their slots (dev0_wire, kvm.ioapic.pin16), so that a
// trace, a world and a graph speak of the same things. Costs of edges are the keys of the models'
// steps; they are those of an interrupt that finds its road idle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/topology/dot.h"
#include "sim/topology/topology.h"

namespace irqloom::platform {

/// Layers, named as those of contexts.
namespace layer {
inline constexpr const char* hardware = "hardware";
inline constexpr const char* host = "host kernel";
inline constexpr const char* kvm = "kvm";
inline constexpr const char* vmm = "vmm";
inline constexpr const char* guest = "guest";
}  // namespace layer

/// Kinds of parts. Beside each stands its layer.
namespace kind {
inline constexpr const char* device = "device";              ///< hardware: assigned
inline constexpr const char* emulated = "emulated device";   ///< vmm
inline constexpr const char* wire = "wire";                  ///< hardware
inline constexpr const char* host_pin = "host pin";          ///< hardware: of the I/O APIC
inline constexpr const char* host_vector = "host vector";    ///< host kernel: of a CPU
inline constexpr const char* host_irq = "host irq";          ///< host kernel: an irq descriptor
inline constexpr const char* vfio = "vfio INTx";             ///< host kernel: action and unmask
inline constexpr const char* eventfd = "eventfd";            ///< host kernel
inline constexpr const char* virqfd = "virqfd";              ///< host kernel: wakes on resample
inline constexpr const char* irqfd = "irqfd";                ///< kvm
inline constexpr const char* resampler = "resampler";        ///< kvm: of one GSI
inline constexpr const char* source = "irq source";          ///< kvm: one level of a GSI
inline constexpr const char* gsi = "GSI";                    ///< kvm
inline constexpr const char* route = "route";                ///< kvm
inline constexpr const char* guest_pin = "guest pin";        ///< kvm: of its I/O APIC
inline constexpr const char* delayed_work = "delayed work";  ///< kvm: the EOI throttle
inline constexpr const char* vcpu = "vCPU";                  ///< kvm: its thread in KVM_RUN
inline constexpr const char* handler = "eventfd handler";    ///< vmm: of a device's trigger
inline constexpr const char* process_exit = "process exit";  ///< host kernel: of a VMM
inline constexpr const char* guest_vector = "guest vector";  ///< guest: of a vCPU
inline constexpr const char* guest_line = "guest line";      ///< guest
inline constexpr const char* action = "driver action";       ///< guest
inline constexpr const char* script = "script";              ///< vmm or guest
}  // namespace kind

/// How one part acts on another.
namespace seam {
inline constexpr const char* wire = "wire";                        ///< device to wire
inline constexpr const char* pin = "pin";                          ///< to a controller's input
inline constexpr const char* vector = "vector";                    ///< controller to CPU
inline constexpr const char* irq = "irq";                          ///< CPU to genirq
inline constexpr const char* action = "action";                    ///< genirq to driver
inline constexpr const char* irqreturn = "irqreturn";              ///< driver to genirq
inline constexpr const char* chip_operations = "chip operations";  ///< genirq to controller
inline constexpr const char* eoi = "EOI";  ///< guest to every pin with its vector
inline constexpr const char* eventfd_signal = "eventfd signal";
inline constexpr const char* eventfd_wake = "eventfd wake";
inline constexpr const char* gsi_level = "gsi level";  ///< kvm_set_irq()
inline constexpr const char* routing = "routing";      ///< GSI to route
inline constexpr const char* ack_notifier = "ack notifier";
inline constexpr const char* mask_notifier = "mask notifier";
inline constexpr const char* resample_at_unmask = "resample at unmask";
inline constexpr const char* config_access = "config access";  ///< VFIO to INTx Disable
inline constexpr const char* unmask = "unmask";                ///< virqfd to VFIO
inline constexpr const char* irq_line = "irq line";            ///< driver to genirq
inline constexpr const char* mask_events = "mask events";
inline constexpr const char* device_access = "device access";  ///< driver to device
inline constexpr const char* eoi_throttle = "EOI throttle";
inline constexpr const char* re_injection = "re-injection";
inline constexpr const char* kvm_irqfd = "KVM_IRQFD";
inline constexpr const char* set_irqs = "VFIO_DEVICE_SET_IRQS";
inline constexpr const char* poll = "poll";              ///< eventfd to a main loop
inline constexpr const char* trap = "trap";              ///< driver to who emulates the access
inline constexpr const char* exit = "exit";              ///< guest to its vCPU's thread
inline constexpr const char* fold = "fold";              ///< list registers to KVM's state
inline constexpr const char* set_up = "set-up";          ///< ioctls and a guest's first accesses
inline constexpr const char* kick = "kick";              ///< to a vCPU's thread
inline constexpr const char* sigkill = "SIGKILL";        ///< to a process
inline constexpr const char* exit_files = "exit files";  ///< what goes with a process
}  // namespace seam

/// Keys of attributes.
namespace attribute {
/// Where a scenario describes the part, as a JSON pointer: "/devices/dev0".
inline constexpr const char* part = "part";
/// A context of the machine that executes the part; there may be several.
inline constexpr const char* context = "context";
}  // namespace attribute

/// How to draw it: layers from the hardware to the guest, shapes by kind.
topology::DotStyle dot_style();

/// The ends of the way of one device's interrupt to one handler, and back.
struct Road {
  topology::NodeId device;  ///< Where it starts (kind::device or kind::emulated).
  topology::NodeId line;    ///< The guest line that handles it: there the acknowledge begins.
  topology::NodeId action;  ///< The handler that serves the device.
  /// Where the host lifts its mask after the acknowledge: the device, or the host pin of one
  /// without INTx Disable. Nothing for an emulated device: nobody masks it.
  std::optional<topology::NodeId> unmask;
};

/// All roads of a topology that describe() made, by action. How long the two ways take at least:
/// `fastest(device, action, time, topology::is_forth)`, `fastest(line, *unmask, time,
/// topology::is_back)`.
std::vector<Road> roads(const topology::Topology& topology);

/// Something about a machine that its author wants to know.
struct Problem {
  enum class Severity : std::uint8_t {
    error,  ///< The machine makes no sense, or the machine cannot be built.
    note    ///< It may be meant so.
  };
  Severity severity = Severity::error;
  std::string where;    ///< A JSON pointer into a scenario: "/devices/dev0/host_pin".
  std::string message;  ///< Starts in lower case, no full stop.
};

/// What the graph alone shows, for topologies with the kinds and attributes of describe(): pins
/// that lead nowhere, lines that nobody drives, inputs with users that stand no other, circles that
/// are not closed by an acknowledge; as notes: who shares a line, and whom nobody serves.
std::vector<Problem> validate(const topology::Topology& topology);

}  // namespace irqloom::platform
