#include "sim/trace/waves.h"

#include <algorithm>
#include <map>
#include <set>

#include "sim/trace/describe.h"

namespace irqloom::trace {

namespace {

constexpr unsigned small_bits = 16;
constexpr unsigned place_bits = 32;
constexpr std::size_t place_labels = 0;
constexpr std::size_t context_labels = 1;

/// GTKWave gives a meaning to dots, slashes, brackets, braces and blanks in names.
std::string clean(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain) c = '_';
  }
  return result;
}

std::string scope_of(const std::string& slot) {
  std::string scope = slot.starts_with("lock.") || slot.starts_with("executor.") ? "engine." : "";
  for (std::size_t from = 0; from <= slot.size();) {
    const std::size_t dot = std::min(slot.find('.', from), slot.size());
    if (from != 0) scope += '.';
    scope += clean(std::string_view(slot).substr(from, dot - from));
    from = dot + 1;
  }
  return scope;
}

}  // namespace

Waves::Waves(const Fabric& fabric) : fabric_(fabric) {
  number_places();
  const std::vector<SlotInfo>& slots = fabric.layout().slots();
  std::map<SlotIndex, ContextId> stacks;
  for (std::size_t c = 0; c < fabric.contexts().size(); ++c) {
    stacks[fabric.contexts()[c].slot] = static_cast<ContextId>(c);
  }
  begin_.push_back(0);
  for (SlotIndex s = 0; s < slots.size(); ++s) {
    const auto stack = stacks.find(s);
    if (stack != stacks.end()) add_place(s, stack->second);
    for (const Field& field : slots[s].fields)
      add_field(s, field);
    begin_.push_back(waves_.size());
  }
  // Two names may have become one by cleaning; readers want them distinct.
  std::set<std::string> taken;
  for (Wave& wave : waves_) {
    while (!taken.insert(wave.path).second)
      wave.path += '_';
  }
}

void Waves::number_places() {
  labels_ = {WaveLabels{"places", {"-"}}, WaveLabels{"contexts", {"none"}}};
  std::vector<std::string>& names = labels_[place_labels].values;
  // Objects of one kind share the text of their routines, and so the numbers.
  std::map<std::string, std::uint32_t> known;
  for (const RoutineInfo& routine : fabric_.routines()) {
    std::vector<std::uint32_t>& numbers = places_.emplace_back(routine.steps.size());
    for (std::size_t pc = 1; pc < routine.steps.size(); ++pc) {
      const std::string text = routine.name + ": " + std::string(routine.steps[pc].name);
      const auto [it, is_new] = known.try_emplace(text, static_cast<std::uint32_t>(names.size()));
      if (is_new) names.push_back(text);
      numbers[pc] = it->second;
    }
  }
  for (const ContextInfo& c : fabric_.contexts())
    labels_[context_labels].values.push_back(c.name);
}

void Waves::add_place(SlotIndex s, ContextId context) {
  Wave wave;
  wave.path = "context." + clean(fabric_.contexts()[context].name);
  wave.bits = place_bits;
  wave.labels = place_labels;
  wave.slot = s;
  wave.context = context;
  waves_.push_back(std::move(wave));
}

void Waves::add_field(SlotIndex s, const Field& field) {
  const SlotInfo& slot = fabric_.layout().slots()[s];
  if (field.kind == FieldKind::hidden) return;
  Wave wave;
  wave.kind = field.kind;
  wave.bits = field.kind == FieldKind::flag ? 1U : field.size * 8U;
  if (wave.bits > small_bits || field.name == "reserved") return;
  wave.labels = labels_of(slot, field);
  wave.slot = s;
  wave.field = &field;
  const std::string path = scope_of(slot.name) + "." + clean(field.name);
  for (std::uint16_t i = 0; i < field.count; ++i) {
    wave.path = field.count == 1 ? path : path + "_" + std::to_string(i);
    wave.index = i;
    waves_.push_back(wave);
  }
}

std::size_t Waves::labels_of(const SlotInfo& slot, const Field& field) {
  if (holds_context(slot, field)) return context_labels;
  if (field.labels.empty()) return no_labels;
  for (std::size_t i = context_labels + 1; i < labels_.size(); ++i) {
    if (labels_[i].table == field.labels.data()) return i;
  }
  WaveLabels labels;
  labels.name = "labels" + std::to_string(labels_.size() - context_labels);
  labels.values.assign(field.labels.begin(), field.labels.end());
  labels.table = field.labels.data();
  labels_.push_back(std::move(labels));
  return labels_.size() - 1;
}

std::uint64_t Waves::value(const Wave& wave, const World& world) const {
  if (wave.field == nullptr) {
    const Frame* frame = fabric_.top_frame(world, wave.context);
    return frame == nullptr ? 0 : places_[frame->routine][frame->pc];
  }
  const SlotInfo& slot = fabric_.layout().slots()[wave.slot];
  const std::uint64_t value = read_field(*wave.field, world.bytes(slot), wave.index);
  return wave.bits == 1 ? std::uint64_t{value != 0} : value;
}

}  // namespace irqloom::trace
