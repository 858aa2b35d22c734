#include "sim/trace/ftrace_sink.h"

#include <array>
#include <catch2/catch.hpp>
#include <regex>

#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using trace::FtraceOptions;
using trace::FtraceSink;

namespace {

// Recorded from trace_pipe on KVM hosts of Linux 6.1 and 6.12.
constexpr std::array<std::string_view, 7> recorded = {
    "     groundtruth-102     [000] d..1.     4.611256: kvm_entry: vcpu 0, rip 0x10009",
    "     groundtruth-102     [000] .....     4.611261: kvm_userspace_exit: reason KVM_EXIT_IO (2)",
    "     kworker/0:2-49      [000] .....     4.639826: kvm_set_irq: gsi 20 level 1 source 1",
    "     kworker/0:2-49      [000] ...1.     4.639830: kvm_ioapic_set_irq: pin 20 dst 0 vec 81 "
    "(Fixed|physical|level)",
    "     groundtruth-102     [000] .....     4.718178: kvm_ack_irq: irqchip IOAPIC pin 20",
    "     kworker/0:1-10      [000] ...1.     6.645870: kvm_apic_accept_irq: apicid 0 vec 81 "
    "(Fixed|level)",
    "     groundtruth-147     [000] .....     6.671135: kvm_inj_virq: IRQ 0x51"};

// Columns as trace_print_context() prints them: "%16s-%-7d ", "[%03d] ", five flags, seconds.
const std::regex line_form(
    R"(^( *\S.*)-(\d+) +\[(\d{3})\] ([d.][N.][h.][0-9a-f.][.]) +(\d+)\.(\d{6}): (\w+): (.*)$)");

struct Parsed {
  std::string comm;
  std::string pid;
  std::string flags;
  std::string event;
  std::string args;
};

bool parse(const std::string& line, Parsed& into) {
  std::smatch m;
  if (!std::regex_match(line, m, line_form)) return false;
  // The fixed columns: comm ends at 16, the CPU starts at 25, the event at 52.
  if (m.position(2) != 17 || m.position(3) != 26 || m.position(4) != 31 || m.position(7) != 51) {
    return false;
  }
  into = Parsed{m[1].str(), m[2].str(), m[4].str(), m[7].str(), m[8].str()};
  into.comm.erase(0, into.comm.find_first_not_of(' '));
  return true;
}

std::vector<std::string> events(FtraceOptions options = {}, const TraceInfo& info = toy::info()) {
  std::vector<std::string> lines = toy::lines_of(
      toy::told_by([&](std::ostream& out) { return FtraceSink(out, options); }, info));
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("#"); });
  return lines;
}

}  // namespace

TEST_CASE("ftrace: one reader takes recorded lines and ours", "[trace][ftrace]") {
  Parsed p;
  for (const std::string_view line : recorded) {
    INFO(line);
    CHECK(parse(std::string(line), p));
  }
  const std::vector<std::string> ours = events();
  CHECK(ours.size() == 5);
  for (const std::string& line : ours) {
    INFO(line);
    CHECK(parse(line, p));
  }
}

TEST_CASE("ftrace: our lines are recorded ones but for the pid", "[trace][ftrace]") {
  // The toy's worker does at the same time what the recorded one did.
  const auto without_pid = [](std::string line) { return line.replace(17, 7, "PID    "); };
  const std::vector<std::string> ours = events();
  CHECK(without_pid(ours[3]) == without_pid(std::string(recorded[3])));
  CHECK(without_pid(ours[2]) == without_pid(std::string(recorded[2])));
}

TEST_CASE("ftrace: flags follow level, interrupts and spinlocks", "[trace][ftrace]") {
  Parsed p;
  const std::vector<std::string> lines = events();
  REQUIRE(parse(lines[0], p));
  CHECK(p.comm == "dev0");
  CHECK(p.flags == ".....");
  REQUIRE(parse(lines[1], p));
  CHECK(p.comm == "hardirq0");
  CHECK(p.flags == "d.h..");  // A hard interrupt runs with interrupts off.
  REQUIRE(parse(lines[3], p));
  CHECK(p.event == "kvm_ioapic_set_irq");
  CHECK(p.flags == "...1.");  // Under ioapic->lock.
}

TEST_CASE("ftrace: the header maps tasks to contexts", "[trace][ftrace]") {
  const std::string text = toy::told_by([](std::ostream& out) { return FtraceSink(out); });
  CHECK(text.starts_with("# tracer: nop\n#\n"));
  CHECK(text.find("#   kworker/0:2-1002 is kworker/0:2 (kvm)\n") != std::string::npos);
  Parsed p;
  REQUIRE(parse(events()[3], p));
  CHECK(p.pid == "1002");
}

TEST_CASE("ftrace: a task name is cut to 15 bytes as the kernel's, never within a character",
          "[trace][ftrace]") {
  const auto line = [](const std::string& name) {
    toy::Toy t(name);
    std::ostringstream out;
    FtraceSink sink(out);
    toy::tell(t, sink);
    const std::vector<std::string> lines = toy::lines_of(out.str());
    return lines[lines.size() - 3];
  };
  CHECK(line("irq/24-vfio-intx(0000:00:1f.2)").starts_with(" irq/24-vfio-int-1002   "));
  CHECK(line("12345678901234é").starts_with("  12345678901234-1002   "));
}

TEST_CASE("ftrace: steps without events on request, nanoseconds on request", "[trace][ftrace]") {
  const std::vector<std::string> all = events({true, true}, toy::info(false));
  CHECK(all.size() == 9 + 4 + 1);
  CHECK(all[0].find(" 0.000000000: irqloom_step: routine=toy_raise step=raise the line") !=
        std::string::npos);
  CHECK(all.back().find(" 0.000000008: irqloom_violation: property=lost-interrupt where=dev0") !=
        std::string::npos);
}
