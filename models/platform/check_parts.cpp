// What a topology alone shows to be wrong.
#include <algorithm>
#include <iterator>
#include <utility>

#include "models/platform/parts.h"

namespace irqloom::platform {

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

/// "a, b and c"
std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i != 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

void error(Problems& to, std::string where, std::string message) {
  to.push_back({Severity::error, std::move(where), std::move(message)});
}

void note(Problems& to, std::string where, std::string message) {
  to.push_back({Severity::note, std::move(where), std::move(message)});
}

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

}  // namespace irqloom::platform
