// The roads through a described machine, and how to draw it.
#include "models/platform/parts.h"

namespace irqloom::platform {

namespace {

using topology::NodeId;
using topology::Topology;

/// Where `node` leads by that seam.
std::vector<NodeId> led_to(const Topology& t, NodeId node, const char* by) {
  std::vector<NodeId> result;
  for (const topology::EdgeId e : t.edges_from(node)) {
    if (t.edges()[e].seam == by) result.push_back(t.edges()[e].to);
  }
  return result;
}

/// What leads to `node` by that seam.
std::vector<NodeId> leading_to(const Topology& t, NodeId node, const char* by) {
  std::vector<NodeId> result;
  for (const topology::EdgeId e : t.edges_to(node)) {
    if (t.edges()[e].seam == by) result.push_back(t.edges()[e].from);
  }
  return result;
}

std::optional<NodeId> unmask_of(const Topology& t, NodeId device) {
  if (t.nodes()[device].kind != kind::device) return std::nullopt;
  if (!leading_to(t, device, seam::config_access).empty()) return device;
  const std::vector<NodeId> pins = t.reached(device, {kind::host_pin}, topology::is_forth);
  if (pins.empty()) return std::nullopt;
  return pins.front();
}

}  // namespace

std::vector<Road> roads(const Topology& t) {
  std::vector<Road> result;
  for (const NodeId action : t.of_kind(kind::action)) {
    for (const NodeId device : led_to(t, action, seam::device_access)) {
      for (const NodeId line : leading_to(t, action, seam::action)) {
        result.push_back({device, line, action, unmask_of(t, device)});
      }
    }
  }
  return result;
}

topology::DotStyle dot_style() {
  topology::DotStyle style;
  style.layers = {layer::hardware, layer::host, layer::kvm, layer::vmm, layer::guest};
  style.shapes = {
      {kind::device, "box3d"},    {kind::emulated, "box3d"},   {kind::wire, "plain"},
      {kind::source, "plain"},    {kind::host_pin, "octagon"}, {kind::guest_pin, "octagon"},
      {kind::eventfd, "ellipse"}, {kind::irqfd, "ellipse"},    {kind::virqfd, "ellipse"},
      {kind::vfio, "component"},  {kind::action, "component"}, {kind::script, "note"},
      {kind::vcpu, "octagon"},    {kind::handler, "component"}};
  style.shown = {"interrupt", "masks", "assigned", "policy", "flow", "oneshot", "serves"};
  return style;
}

}  // namespace irqloom::platform
