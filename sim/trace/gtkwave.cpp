#include "sim/trace/gtkwave.h"

#include "sim/trace/append.h"

namespace irqloom::trace {

namespace {

// Trace flags of a save file (GTKWave 3.3, analyzer.h), in hexadecimal.
constexpr std::string_view blank = "@200\n";       // TR_BLANK
constexpr std::string_view filtered = "@2024\n";   // TR_FTRANSLATED | TR_RJUSTIFY | TR_DEC
constexpr std::string_view binary = "@28\n";       // TR_RJUSTIFY | TR_BIN
constexpr std::string_view decimal = "@24\n";      // TR_RJUSTIFY | TR_DEC
constexpr std::string_view hexadecimal = "@22\n";  // TR_RJUSTIFY | TR_HEX

enum class Group : std::uint8_t { contexts, wires, state, engine };

Group group_of(const Wave& wave) {
  if (wave.field == nullptr) return Group::contexts;
  if (wave.path.starts_with("engine.")) return Group::engine;
  return wave.bits == 1 ? Group::wires : Group::state;
}

std::string filter_name(const std::string& stem, const WaveLabels& labels) {
  return stem + "." + labels.name + ".filter";
}

/// Lines "<value as displayed> <label>"; the values are displayed in decimal (`filtered`).
std::string filter_text(const WaveLabels& labels) {
  std::string text;
  for (std::size_t value = 0; value < labels.values.size(); ++value) {
    append_number(text, value);
    text += " " + labels.values[value] + "\n";
  }
  return text;
}

std::string_view radix_of(const Wave& wave) {
  if (wave.bits == 1) return binary;
  return wave.kind == FieldKind::hex ? hexadecimal : decimal;
}

void append_trace(std::string& to, const Waves& waves, const Wave& wave, const std::string& stem) {
  if (wave.labels == no_labels) {
    to += radix_of(wave);
  } else {
    to += filtered;
    to += "^1 " + filter_name(stem, waves.labels()[wave.labels]) + "\n";
  }
  to += wave.path;
  if (wave.bits > 1) to += "[" + std::to_string(wave.bits - 1) + ":0]";
  to += '\n';
}

void append_group(std::string& to, const Waves& waves, Group group, std::string_view title,
                  const std::string& stem) {
  to += blank;
  to += '-';
  to += title;
  to += '\n';
  for (const Wave& wave : waves.all()) {
    if (group_of(wave) == group) append_trace(to, waves, wave, stem);
  }
}

}  // namespace

std::vector<SideFile> gtkwave_files(const Waves& waves, const std::string& stem) {
  std::string save = "[dumpfile] \"" + stem + ".vcd\"\n";
  append_group(save, waves, Group::contexts, "contexts", stem);
  append_group(save, waves, Group::wires, "wires", stem);
  append_group(save, waves, Group::state, "state", stem);
  append_group(save, waves, Group::engine, "engine", stem);
  save += decimal;
  save += "engine.violations[" + std::to_string(violation_bits - 1) + ":0]\n";
  std::vector<SideFile> files = {SideFile{stem + ".gtkw", save}};
  for (const WaveLabels& labels : waves.labels()) {
    files.push_back(SideFile{filter_name(stem, labels), filter_text(labels)});
  }
  return files;
}

}  // namespace irqloom::trace
