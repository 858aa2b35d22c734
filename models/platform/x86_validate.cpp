// What is wrong with the description of an x86 machine.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "models/platform/x86_topology.h"

namespace irqloom::x86 {

namespace {

using topology::NodeId;
using topology::Sharing;
using topology::Topology;
using Severity = Problem::Severity;

using Problems = std::vector<Problem>;

const std::vector<std::string>& device_kinds() {
  static const std::vector<std::string> kinds = {kind::device, kind::emulated};
  return kinds;
}

std::string quoted(const std::string& name) {
  return "\"" + name + "\"";
}

std::string number(std::string_view prefix, unsigned n) {
  return std::string(prefix) + std::to_string(n);
}

/// "a, b and c"
std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i != 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
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
      if (op.kind == Kind::assign || op.kind == Kind::deassign || op.kind == Kind::signal) {
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

// --- the graph --------------------------------------------------------------------------------

std::string part_of(const Topology& t, NodeId node) {
  return std::string(t.nodes()[node].attribute(attribute::part));
}

std::string names_of(const Topology& t, const std::vector<NodeId>& nodes) {
  std::vector<std::string> names;
  for (const NodeId n : nodes)
    names.push_back(quoted(t.nodes()[n].name));
  return listed(names);
}

/// The devices whose interrupts come to `node`.
std::vector<NodeId> devices_of(const Topology& t, NodeId node) {
  return t.reaching(node, device_kinds(), topology::is_forth);
}

// The way forth has no circle: only an acknowledge leads back.
void find_circles(const Topology& t, Problems& found) {
  for (const topology::Path& circle : t.cycles(topology::is_forth)) {
    std::string where;
    for (const topology::EdgeId e : circle) {
      if (where.empty()) where = part_of(t, t.edges()[e].from);
    }
    error(found, where, "an interrupt causes itself without an acknowledge: " + t.text(circle));
  }
}

void find_loose_ends(const Topology& t, Problems& found) {
  for (const NodeId n : t.dead_ends(device_kinds(), {kind::guest_line}, topology::is_forth)) {
    const std::vector<NodeId> gsis = t.reached(n, {kind::gsi}, topology::is_forth);
    const std::string name = quoted(t.nodes()[n].name);
    if (gsis.empty()) {
      error(found, part_of(t, n), "the interrupt of " + name + " does not reach KVM");
    } else {
      error(found, part_of(t, n) + "/gsi",
            name + " raises " + t.nodes()[gsis.front()].name + ", which leads to no guest line");
    }
  }
  for (const NodeId n : t.unreachable({kind::guest_line}, device_kinds(), topology::is_forth)) {
    error(found, part_of(t, n), "no device drives " + quoted(t.nodes()[n].name));
  }
}

void judge_host_pin(const Topology& t, const Sharing& s, Problems& found) {
  const std::string users = names_of(t, devices_of(t, s.node)) + " share " + t.nodes()[s.node].name;
  if (s.exclusive.empty()) {
    error(found, part_of(t, s.users.back()),
          users + ": real hardware can, but every device has a host line of its own here");
    return;
  }
  for (const NodeId wire : s.exclusive) {
    error(found, part_of(t, wire),
          users + ", but a device without INTx Disable stands no other on its line");
  }
}

void judge_source(const Topology& t, const Sharing& s, Problems& found) {
  for (std::size_t i = 1; i < s.exclusive.size(); ++i) {
    error(found, part_of(t, s.exclusive[i]) + "/gsi",
          names_of(t, s.exclusive) + " drive " + t.nodes()[s.node].name +
              ", which holds one level: who lowers it takes back the other's request");
  }
}

void judge_vector(const Topology& t, const Sharing& s, Problems& found) {
  error(found, part_of(t, s.users.back()),
        names_of(t, s.users) + " send " + t.nodes()[s.node].name +
            ", which enters the first line only");
}

void judge_eoi(const Topology& t, const Sharing& s, Problems& found) {
  note(found, part_of(t, s.node),
       "KVM takes an EOI by any of " + names_of(t, s.users) +
           " for this line too: it looks at the vector, not at the vCPU");
}

void find_contested(const Topology& t, Problems& found) {
  for (const Sharing& s : t.sharings()) {
    const std::string& node_kind = t.nodes()[s.node].kind;
    if (node_kind == kind::host_pin && s.seam == seam::pin) judge_host_pin(t, s, found);
    if (node_kind == kind::source && !s.exclusive.empty()) judge_source(t, s, found);
    if (node_kind == kind::guest_vector && s.seam == seam::vector) judge_vector(t, s, found);
    if (node_kind == kind::guest_pin && s.seam == seam::eoi) judge_eoi(t, s, found);
  }
}

void note_sharers(const Topology& t, Problems& found) {
  for (const NodeId line : t.of_kind(kind::guest_line)) {
    const std::vector<NodeId> devices = devices_of(t, line);
    if (devices.size() < 2) continue;
    note(found, part_of(t, line),
         quoted(t.nodes()[line].name) + " is shared by " + names_of(t, devices));
  }
}

void note_unserved(const Topology& t, Problems& found) {
  for (const std::string& device_kind : device_kinds()) {
    for (const NodeId device : t.of_kind(device_kind)) {
      const auto serves = [](const topology::Edge& e) { return e.seam == seam::device_access; };
      if (!t.edges_to(device, serves).empty()) continue;
      note(found, part_of(t, device),
           "no driver of the guest serves " + quoted(t.nodes()[device].name));
    }
  }
}

Problems errors_first(Problems problems) {
  std::ranges::stable_sort(problems, {}, &Problem::severity);
  return problems;
}

}  // namespace

std::vector<Problem> validate(const Topology& topology) {
  Problems found;
  find_circles(topology, found);
  find_loose_ends(topology, found);
  find_contested(topology, found);
  note_sharers(topology, found);
  note_unserved(topology, found);
  return errors_first(std::move(found));
}

std::vector<Problem> validate(const Spec& spec) {
  Problems found;
  const Parts parts = parts_of(spec);
  check_names(spec, found);
  check_policy(spec, found);
  check_ranges(spec, found);
  check_actions(spec, parts, found);
  check_operations(spec, parts, found);
  if (!found.empty()) return found;

  found = validate(describe(spec));
  note_unassigned(spec, found);
  return found;
}

}  // namespace irqloom::x86
