#include "sim/app/part_members.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

using Place = MemberTable::Place;
using Rule = MemberTable::Rule;

constexpr unsigned bit(Place place) {
  return 1U << place;
}

constexpr unsigned on_x86 = bit(place_of(Arch::x86));
constexpr unsigned on_arm64 = bit(place_of(Arch::arm64));
constexpr unsigned everywhere = on_x86 | on_arm64;

MemberTable by_arch(std::vector<Rule> rules) {
  return MemberTable({name_of(Arch::x86), name_of(Arch::arm64)}, std::move(rules));
}

}  // namespace

MemberTable::MemberTable(std::vector<std::string_view> places, std::vector<Rule> rules)
    : places_(std::move(places)), rules_(std::move(rules)) {}

std::vector<std::string> MemberTable::at(Place place) const {
  std::vector<std::string> names;
  for (const Rule& r : rules_) {
    if ((r.places & bit(place)) != 0) names.emplace_back(r.name);
  }
  return names;
}

void MemberTable::check(const scenario::Cursor& part, Place place) const {
  refuse_elsewhere(part, place);
  part.unknown_keys(at(place));
}

void MemberTable::refuse_elsewhere(const scenario::Cursor& part, Place place) const {
  for (const auto& [name, member] : part.items()) {
    const auto rule = std::ranges::find(rules_, name, &Rule::name);
    if (rule == rules_.end() || (rule->places & bit(place)) != 0) continue;
    std::vector<std::string_view> elsewhere;
    for (Place p = 0; p < places_.size(); ++p) {
      if ((rule->places & bit(p)) != 0) elsewhere.push_back(places_[p]);
    }
    member.fail_key(fmt::format("{} has no member \"{}\": that is of {}, and this is {}",
                                part.label(), name, fmt::join(elsewhere, ", of "), places_[place]),
                    scenario::list_of(at(place)));
  }
}

const MemberTable& device_members() {
  constexpr unsigned x86_assigned = bit(x86_pci) | bit(x86_platform);
  constexpr unsigned assigned = x86_assigned | bit(arm64_platform);
  constexpr unsigned all = assigned | bit(x86_emulated) | bit(arm64_emulated);
  static const MemberTable table(
      {"a pci device on x86", "a platform device on x86", "an emulated device on x86",
       "a platform device on arm64", "an emulated device on arm64"},
      {{"type", all},
       {"gsi", all},
       {"raises", assigned | bit(x86_emulated)},
       {"host_pin", x86_assigned},
       {"pci_2_3", bit(x86_pci)},
       {"host_spi", bit(arm64_platform)},
       {"trigger", bit(arm64_platform)},
       {"late_deassert", assigned},
       {"assigned", assigned},
       {"pending_signals", x86_assigned},
       {"resample", bit(arm64_platform)},
       {"asserting", bit(arm64_platform)},
       {"reset_at_release", bit(arm64_platform)},
       {"on_error", bit(arm64_platform)},
       {"never_lowered", bit(x86_emulated)},
       {"causes", bit(arm64_emulated)},
       {"withdraws", bit(arm64_emulated)}});
  return table;
}

const MemberTable& platform_members() {
  static const MemberTable table = by_arch({{"arch", everywhere},
                                            {"host_cpus", everywhere},
                                            {"vcpus", everywhere},
                                            {"pins", on_x86},
                                            {"gic_version", on_arm64},
                                            {"host_gic_version", on_arm64},
                                            {"host_eoi_mode", on_arm64},
                                            {"vm", on_arm64},
                                            {"list_registers", on_arm64}});
  return table;
}

const MemberTable& line_members() {
  static const MemberTable table = by_arch({{"vcpu", everywhere},
                                            {"oneshot", everywhere},
                                            {"enabled", everywhere},
                                            {"actions", everywhere},
                                            {"vector", on_x86},
                                            {"flow", on_x86},
                                            {"os", on_x86},
                                            {"masked", on_x86},
                                            {"wakeup", on_x86},
                                            {"trigger", on_arm64},
                                            {"unlazy", everywhere}});
  return table;
}

const MemberTable& operation_members() {
  static const MemberTable table = by_arch({{"order", everywhere},
                                            {"do", everywhere},
                                            {"device", everywhere},
                                            {"gsi", everywhere},
                                            {"intid", on_arm64},
                                            {"level", on_arm64},
                                            {"value", everywhere},
                                            {"if_failed", on_arm64},
                                            {"if_done", on_arm64}});
  return table;
}

const MemberTable& threshold_members() {
  static const MemberTable table = by_arch({{"successive_eois", on_x86}});
  return table;
}

Arch read_arch(const scenario::Cursor& root) {
  const scenario::Cursor platform = root["platform"];
  if (!platform) return Arch::x86;
  return platform["arch"].one_of_or<Arch>(Arch::x86, {{"x86", Arch::x86}, {"arm64", Arch::arm64}});
}

}  // namespace irqloom::app
