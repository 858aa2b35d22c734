#include "sim/trace/vcd_sink.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using trace::VcdSink;

namespace {

/// What a reader makes of a dump (IEEE 1364-2005, 18.2). Throws at what is no dump.
struct Dump {
  struct Variable {
    std::size_t bits = 0;
    std::string path;  // With the range, as GTKWave names it.
  };
  std::string timescale;
  std::map<std::string, Variable> variables;                             // By identifier.
  std::map<std::string, std::map<std::uint64_t, std::uint64_t>> values;  // [path][time]
  std::uint64_t end = 0;

  explicit Dump(const std::string& text) : in_(text) {
    for (std::string word; in_ >> word;) {
      if (word[0] == '$') {
        keyword(word);
      } else if (word[0] == '#') {
        const std::uint64_t time = std::stoull(word.substr(1));
        if (time < end || (timed_ && time == end)) throw std::runtime_error("time goes back");
        timed_ = true;
        end = time;
      } else {
        value(word);
      }
    }
    if (!scopes_.empty()) throw std::runtime_error("scope left open");
  }

  /// The value at `time`.
  std::uint64_t at(const std::string& path, std::uint64_t time) const {
    return std::prev(values.at(path).upper_bound(time))->second;
  }

 private:
  std::string until_end() {
    std::string text;
    for (std::string word; in_ >> word && word != "$end";)
      text += (text.empty() ? "" : " ") + word;
    return text;
  }

  void keyword(const std::string& word) {
    if (word == "$end" || word == "$dumpvars") return;
    const std::string text = until_end();
    if (word == "$scope") {
      if (!text.starts_with("module ")) throw std::runtime_error("odd scope " + text);
      scopes_.push_back(text.substr(7));
    } else if (word == "$upscope") {
      if (scopes_.empty()) throw std::runtime_error("no scope to leave");
      scopes_.pop_back();
    } else if (word == "$timescale") {
      timescale = text;
    } else if (word == "$var") {
      declare(text);
    } else if (word != "$version" && word != "$comment" && word != "$enddefinitions") {
      throw std::runtime_error("unexpected " + word);
    }
  }

  void declare(const std::string& text) {
    std::istringstream in(text);
    std::string type;
    std::string id;
    std::string name;
    std::string range;
    Variable v;
    in >> type >> v.bits >> id >> name >> range;
    if (type != "wire") throw std::runtime_error("no wire: " + text);
    if ((v.bits > 1) != !range.empty()) throw std::runtime_error("range of " + text);
    for (const std::string& scope : scopes_)
      v.path += scope + ".";
    v.path += name + range;
    if (!variables.emplace(id, v).second) throw std::runtime_error("identifier twice: " + id);
  }

  void value(const std::string& word) {
    const bool vector = word[0] == 'b';
    std::string id = word.substr(1);
    if (vector) in_ >> id;
    const Variable& v = variables.at(id);
    const std::string digits = vector ? word.substr(1) : word.substr(0, 1);
    if (vector == (v.bits == 1) || digits.size() > v.bits) throw std::runtime_error("width");
    std::size_t used = 0;
    const std::uint64_t number = std::stoull(digits, &used, 2);
    std::map<std::uint64_t, std::uint64_t>& known = values[v.path];
    if (!known.empty() && known.rbegin()->second == number) throw std::runtime_error("no change");
    known[end] = number;
    if (used != digits.size() || !timed_) throw std::runtime_error("value " + word);
  }

  std::istringstream in_;
  std::vector<std::string> scopes_;
  bool timed_ = false;
};

std::string told(const TraceInfo& info = toy::info()) {
  return toy::told_by([](std::ostream& out) { return VcdSink(out); }, info);
}

std::vector<SideFile> side_files() {
  toy::Toy t;
  std::ostringstream out;
  VcdSink sink(out);
  toy::tell(t, sink);
  return sink.side_files("toy");
}

const SideFile& file(const std::vector<SideFile>& files, const std::string& name) {
  for (const SideFile& f : files) {
    if (f.name == name) return f;
  }
  throw std::runtime_error("no file " + name);
}

}  // namespace

TEST_CASE("vcd: wires, small state and places, in scopes", "[trace][vcd]") {
  const Dump dump(told());
  std::set<std::string> paths;
  for (const auto& [id, v] : dump.variables)
    paths.insert(v.path);
  CHECK(paths == std::set<std::string>{
                     "dev0.pin.line", "dev0.pin.mode[7:0]", "dev0.pin.raised[15:0]",
                     "kvm.ioapic.pin16.vector[15:0]", "kvm.ioapic.pin16.irr_0",
                     "kvm.ioapic.pin16.irr_1", "engine.executor.cpu0.hardirq[15:0]",
                     "engine.executor.cpu0.holder[15:0]", "engine.executor.cpu0.exclusive[15:0]",
                     "engine.executor.cpu0.irqs_off[7:0]",
                     "engine.lock.kvm.ioapic.lock.owner[15:0]", "engine.violations[15:0]",
                     "context.dev0[31:0]", "context.hardirq0[31:0]", "context.kworker_0_2[31:0]",
                     "context.vcpu0[31:0]"});
  // Every variable has a value from the start.
  for (const std::string& path : paths)
    CHECK(dump.values.at(path).begin()->first == 0);
}

TEST_CASE("vcd: values change when steps happen, to the picosecond", "[trace][vcd]") {
  const Dump dump(told());
  CHECK(dump.timescale == "1 ps");
  CHECK(dump.at("dev0.pin.line", 0) == 1);
  CHECK(dump.at("dev0.pin.line", 1'999'999) == 1);
  CHECK(dump.at("dev0.pin.line", 2'000'000) == 0);
  CHECK(dump.at("kvm.ioapic.pin16.vector[15:0]", 4'639'829'999'999) == 0);
  CHECK(dump.at("kvm.ioapic.pin16.vector[15:0]", 4'639'830'000'000) == 0x51);
  CHECK(dump.end == 4'639'831'500'000);
}

TEST_CASE("vcd: in a replay step n is the nanosecond after n", "[trace][vcd]") {
  const std::string text = told(toy::info(false));
  const Dump dump(text);
  CHECK(dump.timescale == "1 ns");
  CHECK(text.find("$comment untimed") != std::string::npos);
  CHECK(dump.at("dev0.pin.line", 0) == 0);
  CHECK(dump.at("dev0.pin.line", 1) == 1);
  CHECK(dump.at("dev0.pin.line", 3) == 0);
  CHECK(dump.end == 9);
}

TEST_CASE("vcd: no date, and equal traces are equal bytes", "[trace][vcd]") {
  CHECK(told().find("$date") == std::string::npos);
  CHECK(told() == told());
}

TEST_CASE("vcd: names that become the same stay apart", "[trace][vcd]") {
  toy::Toy t("spare-0", 1);  // Beside "spare/0".
  std::ostringstream out;
  VcdSink sink(out);
  sink.begin(t.fabric, toy::info());
  const Dump dump(out.str());
  std::set<std::string> paths;
  for (const auto& [id, v] : dump.variables)
    CHECK(paths.insert(v.path).second);
  CHECK(paths.count("context.spare_0[31:0]") == 1);
  CHECK(paths.count("context.spare_0_[31:0]") == 1);
}

TEST_CASE("vcd: the save file names what the dump declares", "[trace][vcd]") {
  const Dump dump(told());
  std::set<std::string> declared;
  for (const auto& [id, v] : dump.variables)
    declared.insert(v.path);
  const std::vector<SideFile> files = side_files();
  std::set<std::string> shown;
  for (const std::string& line : toy::lines_of(file(files, "toy.gtkw").text)) {
    if (line.starts_with("^1 ")) {
      CHECK_FALSE(file(files, line.substr(3)).text.empty());
    } else if (std::string_view("@-[").find(line[0]) == std::string_view::npos) {
      CHECK(shown.insert(line).second);
    }
  }
  CHECK(shown == declared);
  CHECK(file(files, "toy.gtkw").text.starts_with("[dumpfile] \"toy.vcd\"\n"));
}

TEST_CASE("vcd: filters translate numbers to labels", "[trace][vcd]") {
  const std::vector<SideFile> files = side_files();
  CHECK(file(files, "toy.labels1.filter").text == "0 idle\n1 pending\n");
  CHECK(file(files, "toy.contexts.filter").text.starts_with("0 none\n1 dev0\n2 hardirq0\n"));

  // After its first step the device stands at its second one.
  const Dump dump(told());
  const std::string place = std::to_string(dump.at("context.dev0[31:0]", 1'000'000));
  const std::string& places = file(files, "toy.places.filter").text;
  CHECK(places.find("\n" + place + " toy_raise: rest\n") != std::string::npos);
  CHECK(places.starts_with("0 -\n"));
  CHECK(dump.at("context.dev0[31:0]", 2'000'000) == 0);
}
