// What is wrong with the description of an x86 machine.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "models/platform/graph_builder.h"
#include "models/platform/x86_topology.h"

namespace irqloom::x86 {

namespace {

using Severity = Problem::Severity;

using Problems = std::vector<Problem>;

std::string quoted(const std::string& name) {
  return "\"" + name + "\"";
}

std::string device_part(const std::string& name) {
  return "/devices/" + name;
}
std::string line_part(unsigned gsi) {
  return number("/guest/lines/", gsi);
}

void error(Problems& to, std::string where, std::string message) {
  to.push_back({Severity::error, std::move(where), std::move(message)});
}

void note(Problems& to, std::string where, std::string message) {
  to.push_back({Severity::note, std::move(where), std::move(message)});
}

// --- the description --------------------------------------------------------------------------

void check_names(const Spec& spec, Problems& found) {
  std::set<std::string> names;
  const auto take = [&](const std::string& name, const std::string& where) {
    if (!names.insert(name).second) error(found, where, "a second part is named " + quoted(name));
  };
  for (const AssignedSpec& d : spec.devices)
    take(d.name, device_part(d.name));
  for (const EmulatedSpec& e : spec.emulated)
    take(e.name, device_part(e.name));
  for (const ScriptSpec& s : spec.scripts)
    take(s.name, "/scripts/" + s.name);

  std::set<unsigned> lines;
  std::set<std::string> served;
  for (const GuestLine& l : spec.lines) {
    if (!lines.insert(l.gsi).second) {
      error(found, line_part(l.gsi), number("the guest has a second line on GSI ", l.gsi));
    }
    for (const GuestAction& a : l.actions) {
      if (!served.insert(a.device).second) {
        error(found, line_part(l.gsi) + "/actions/" + a.device,
              quoted(a.device) + " has a second driver");
      }
    }
  }
}

void check_policy(const Spec& spec, Problems& found) {
  const auto is_it = [&](const ResamplePolicy::Entry& e) { return e.name == spec.resample_policy; };
  if (std::ranges::none_of(ResamplePolicy::all(), is_it)) {
    error(found, "/policies/kvm.resample", "no policy is named " + quoted(spec.resample_policy));
  }
}

// A thread that is woken on a vCPU that halts takes an IPI of the guest's, which there is not.
void check_vcpu_policy(const Spec& spec, Problems& found) {
  const auto policy = std::ranges::find(VcpuPolicy::all(), spec.vcpu_policy, &VcpuPolicy::name);
  if (policy == VcpuPolicy::all().end()) {
    error(found, "/policies/kvm.vcpu", "no policy is named " + quoted(spec.vcpu_policy));
    return;
  }
  if (!policy->traits.has_thread) return;
  for (const GuestLine& l : spec.lines) {
    if (l.raw) error(found, line_part(l.gsi) + "/os", "vCPUs that halt have no raw guest");
    if (l.moves) error(found, line_part(l.gsi), "a line moves to a vCPU that may have halted");
  }
}

void check_range(unsigned n, unsigned count, const std::string& what, const std::string& where,
                 Problems& found) {
  if (n < count) return;
  error(found, where,
        number(what + " ", n) + " does not exist: there are " + std::to_string(count) +
            ", counted from 0");
}

void check_ranges(const Spec& spec, Problems& found) {
  for (const AssignedSpec& d : spec.devices) {
    check_range(d.host_pin, spec.pins, "host pin", device_part(d.name) + "/host_pin", found);
    check_range(d.gsi, spec.pins, "GSI", device_part(d.name) + "/gsi", found);
  }
  for (const EmulatedSpec& e : spec.emulated) {
    check_range(e.config.gsi, spec.pins, "GSI", device_part(e.name) + "/gsi", found);
  }
  for (const GuestLine& l : spec.lines) {
    check_range(l.gsi, spec.pins, "GSI", line_part(l.gsi), found);
    check_range(l.vcpu, spec.vcpus, "vCPU", line_part(l.gsi) + "/vcpu", found);
  }
  for (const ScriptSpec& s : spec.scripts) {
    if (s.in_guest) check_range(s.vcpu, spec.vcpus, "vCPU", "/scripts/" + s.name + "/vcpu", found);
  }
}

/// What names in a description may refer to.
struct Parts {
  std::map<std::string, unsigned> gsis;  ///< Of every device.
  std::set<std::string> assigned;
  std::set<unsigned> linux_lines;
};

Parts parts_of(const Spec& spec) {
  Parts parts;
  for (const AssignedSpec& d : spec.devices) {
    parts.gsis[d.name] = d.gsi;
    parts.assigned.insert(d.name);
  }
  for (const EmulatedSpec& e : spec.emulated)
    parts.gsis[e.name] = e.config.gsi;
  for (const GuestLine& l : spec.lines) {
    if (!l.raw) parts.linux_lines.insert(l.gsi);
  }
  return parts;
}

void check_actions(const Spec& spec, const Parts& parts, Problems& found) {
  for (const GuestLine& l : spec.lines) {
    for (const GuestAction& a : l.actions) {
      const std::string where = line_part(l.gsi) + "/actions/" + a.device;
      const auto device = parts.gsis.find(a.device);
      if (device == parts.gsis.end()) {
        error(found, where, "there is no device " + quoted(a.device));
      } else if (device->second != l.gsi) {
        error(found, where,
              quoted(a.device) + number(" raises GSI ", device->second) + number(", not ", l.gsi));
      }
    }
  }
}

void check_operations(const Spec& spec, const Parts& parts, Problems& found) {
  using Kind = ScriptOp::Kind;
  for (const ScriptSpec& s : spec.scripts) {
    const std::string where = "/scripts/" + s.name + "/ops";
    for (const ScriptOp& op : s.ops) {
      if (op.kind == Kind::wait) continue;
      if (is_of_device(op.kind)) {
        if (!parts.assigned.contains(op.device)) {
          error(found, where, "there is no assigned device " + quoted(op.device));
        }
      } else if (!parts.linux_lines.contains(op.gsi)) {
        error(found, where, number("no line of a Linux guest is on GSI ", op.gsi));
      }
    }
  }
}

void note_unassigned(const Spec& spec, Problems& found) {
  std::set<std::string> assigned;
  for (const ScriptSpec& s : spec.scripts) {
    for (const ScriptOp& op : s.ops) {
      if (op.kind == ScriptOp::Kind::assign) assigned.insert(op.device);
    }
  }
  for (const AssignedSpec& d : spec.devices) {
    if (d.assigned_at_reset || assigned.contains(d.name)) continue;
    note(found, device_part(d.name) + "/assigned",
         "no script assigns " + quoted(d.name) + ": its signals stay in the eventfd");
  }
}

}  // namespace

std::vector<Problem> validate(const Spec& spec) {
  Problems found;
  const Parts parts = parts_of(spec);
  check_names(spec, found);
  check_policy(spec, found);
  check_vcpu_policy(spec, found);
  check_ranges(spec, found);
  check_actions(spec, parts, found);
  check_operations(spec, parts, found);
  if (!found.empty()) return found;

  found = validate(describe(spec));
  note_unassigned(spec, found);
  return found;
}

}  // namespace irqloom::x86
