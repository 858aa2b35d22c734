#include "sim/trace/vcd_sink.h"

#include <algorithm>
#include <map>

#include "sim/trace/append.h"
#include "sim/trace/describe.h"
#include "sim/trace/format.h"

namespace irqloom::trace {

namespace {

/// 0, 1, 2, ... in the printable characters, base 94.
std::string identifier(std::size_t n) {
  std::string code;
  do {
    code += static_cast<char>('!' + n % 94);
    n /= 94;
  } while (n != 0);
  return code;
}

std::string comment(std::string text) {
  std::replace(text.begin(), text.end(), '$', '_');  // "$end" would end the comment.
  return "$comment " + text + " $end\n";
}

/// The scopes as a tree, in the order in which they first appear.
struct Scope {
  std::vector<std::string> order = {};
  std::map<std::string, Scope, std::less<>> inner = {};
  std::string declarations = {};

  /// Declares `wave` under the part of its path that is left.
  void add(std::string_view path, const Wave& wave, const std::string& code) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (dot == std::string_view::npos) {
      declarations += "$var wire " + std::to_string(wave.bits) + " " + code + " " + name;
      if (wave.bits > 1) declarations += " [" + std::to_string(wave.bits - 1) + ":0]";
      declarations += " $end\n";
      return;
    }
    const auto [it, is_new] = inner.try_emplace(name);
    if (is_new) order.push_back(name);
    it->second.add(path.substr(dot + 1), wave, code);
  }

  void print(std::string& to) const {
    to += declarations;
    for (const std::string& name : order) {
      to += "$scope module " + name + " $end\n";
      inner.at(name).print(to);
      to += "$upscope $end\n";
    }
  }
};

}  // namespace

void VcdSink::begin(const Fabric& fabric, const TraceInfo& info) {
  waves_.emplace(fabric);
  const std::size_t count = waves_->all().size();
  codes_.resize(count);
  values_.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    codes_[i] = identifier(i);
  violations_code_ = identifier(count);
  violations_ = 0;
  timed_ = info.timed;
  time_ = 0;
  print_header(info);
  text_ += "#0\n$dumpvars\n";
  for (std::size_t i = 0; i < count; ++i) {
    values_[i] = waves_->value(waves_->all()[i], fabric.initial());
    print_value(i);
  }
  text_ += "b0 " + violations_code_ + "\n$end\n";
  flush();
}

void VcdSink::print_header(const TraceInfo& info) {
  text_ += "$version irqloom $end\n";
  text_ += comment("scenario " + info.scenario + ", variant " + info.variant + ", hash " +
                   info.scenario_hash);
  if (!info.timed) text_ += comment("untimed: a schedule replayed, one step is one nanosecond");
  text_ += info.timed ? "$timescale 1 ps $end\n" : "$timescale 1 ns $end\n";
  Scope root;
  for (std::size_t i = 0; i < codes_.size(); ++i) {
    root.add(waves_->all()[i].path, waves_->all()[i], codes_[i]);
  }
  Wave violations;
  violations.bits = violation_bits;
  root.add("engine.violations", violations, violations_code_);
  root.print(text_);
  text_ += "$enddefinitions $end\n";
}

void VcdSink::step(const StepRecord& record) {
  const std::uint64_t ps = record.time_ps + (timed_ ? 0 : record.duration_ps);
  for (const SlotIndex s : record.written) {
    for (std::size_t i = waves_->begin_of(s); i < waves_->begin_of(s + 1); ++i) {
      const std::uint64_t value = waves_->value(waves_->all()[i], *record.after);
      if (value == values_[i]) continue;
      values_[i] = value;
      print_time(ps);
      print_value(i);
    }
  }
  if (record.violations != nullptr) {
    for (const Violation& violation : *record.violations) {
      std::string what;
      append_violation(what, violation);
      print_violation(ps, what);
    }
  }
  flush();
}

void VcdSink::violated(const OpenViolation& open) {
  std::string what;
  append_violation(what, open);
  print_violation(open.time_ps, what);
  flush();
}

void VcdSink::print_violation(std::uint64_t ps, const std::string& what) {
  print_time(ps);
  text_ += comment("violated: " + what);
  print_vector(++violations_, violation_bits);
  text_ += violations_code_ + "\n";
}

void VcdSink::print_time(std::uint64_t ps) {
  const std::uint64_t time = timed_ ? ps : ps / 1000;
  if (time <= time_) return;
  time_ = time;
  text_ += '#';
  append_number(text_, time);
  text_ += '\n';
}

void VcdSink::print_value(std::size_t wave) {
  const std::uint64_t value = values_[wave];
  const unsigned bits = waves_->all()[wave].bits;
  if (bits == 1) {
    text_ += value == 0 ? '0' : '1';
  } else {
    print_vector(value, bits);
  }
  text_ += codes_[wave];
  text_ += '\n';
}

void VcdSink::print_vector(std::uint64_t value, unsigned bits) {
  unsigned bit = bits - 1;
  while (bit != 0 && (value >> bit & 1U) == 0)
    --bit;  // Readers extend with zeros.
  text_ += 'b';
  for (++bit; bit != 0; --bit)
    text_ += (value >> (bit - 1) & 1U) == 0 ? '0' : '1';
  text_ += ' ';
}

void VcdSink::end(std::uint64_t end_ps, const std::string& verdict) {
  print_time(end_ps);
  text_ += comment("verdict: " + verdict);
  flush();
}

void VcdSink::flush() {
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
}

const TraceFormats::Add vcd_format{{.name = "vcd",
                                    .what = "waves, for GTKWave (with its save file and filters)",
                                    .extension = ".vcd",
                                    .make = make_sink<VcdSink>}};

}  // namespace irqloom::trace
