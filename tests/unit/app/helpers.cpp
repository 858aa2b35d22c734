#include "tests/unit/app/helpers.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

namespace irqloom::app::test {
namespace {

using scenario::test::content_of;
using scenario::test::TempFolder;

/// What a program finds around it.
struct Surroundings {
  std::string folder;
  std::string program = IRQLOOM_PROGRAM;
  std::string input;                ///< Standard input.
  std::size_t most_bytes = 0;       ///< Of a file; 0: no limit.
  std::size_t most_files = 0;       ///< Open at a time; 0: no limit of ours.
  unsigned interrupt_after_ms = 0;  ///< 0: never.
};

bool redirect(const std::string& path, int flags, int to) {
  const int file = open(path.c_str(), flags, 0600);
  return dup2(file, to) >= 0 && close(file) == 0;
}

/// What the tests have open is nothing to the program.
void close_others() {
  constexpr int most = 64;
  for (int file = STDERR_FILENO + 1; file < most; ++file)
    close(file);
}

[[noreturn]] void be_irqloom(const Surroundings& around, const std::vector<std::string>& arguments,
                             const TempFolder& streams) {
  std::vector<char*> argv;
  std::string program = around.program;
  std::vector<std::string> copies = arguments;
  argv.push_back(program.data());
  for (std::string& a : copies)
    argv.push_back(a.data());
  argv.push_back(nullptr);
  const int flags = O_CREAT | O_WRONLY | O_TRUNC;
  close_others();
  const auto bound = [](int what, std::size_t most) {
    const rlimit limit = {most, most};
    return most == 0 || setrlimit(what, &limit) == 0;
  };
  const bool ready =
      chdir(around.folder.c_str()) == 0 && redirect(streams / "in", O_RDONLY, STDIN_FILENO) &&
      redirect(streams / "out", flags, STDOUT_FILENO) &&
      redirect(streams / "err", flags, STDERR_FILENO) && bound(RLIMIT_FSIZE, around.most_bytes) &&
      bound(RLIMIT_NOFILE, around.most_files);
  if (ready) execv(program.c_str(), argv.data());
  _exit(126);
}

Ended run(const Surroundings& around, const std::vector<std::string>& arguments) {
  const TempFolder streams;
  scenario::test::write_file(streams / "in", around.input);
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) be_irqloom(around, arguments, streams);
  if (around.interrupt_after_ms != 0) {
    usleep(around.interrupt_after_ms * 1000);
    kill(pid, SIGINT);
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content_of(streams / "out"), content_of(streams / "err")};
}

}  // namespace

std::string full_arm_text() {
  return R"({
  "name": "full-arm",
  "title": "every member of an arm64 scenario",
  "kernel": "linux-6.1",
  "platform": {
    "arch": "arm64", "host_cpus": 1, "vcpus": 1, "gic_version": 3, "host_gic_version": 3,
    "host_eoi_mode": 1, "vm": "by-script", "list_registers": 2
  },
  "devices": {
    "dev0": {"type": "platform", "trigger": "level", "host_spi": 40, "gsi": 30, "raises": 1,
             "resample": true, "assigned": "by-script", "asserting": true, "reset_at_release": true,
             "on_error": "retry"},
    "dev1": {"type": "emulated", "gsi": 30, "causes": 2, "withdraws": true}
  },
  "guest": {
    "lines": {
      "30": {"trigger": "level", "unlazy": true, "oneshot": false, "enabled": false,
             "actions": {"dev0": {"serves": "primary"}, "dev1": {"serves": "primary"}}}
    }
  },
  "scripts": {
    "vmm": {
      "ops": {
        "vcpu": {"order": 1, "do": "create-vcpu", "value": 0},
        "vgic": {"order": 2, "do": "create-vgic"},
        "assign": {"order": 3, "do": "assign", "device": "dev0"},
        "user": {"order": 4, "do": "handle-eventfd", "device": "dev0", "if_failed": "assign"},
        "resample": {"order": 5, "do": "attach-unmask", "device": "dev0", "if_done": "assign"},
        "line": {"order": 6, "do": "irq-line", "intid": 62, "level": 0},
        "start": {"order": 7, "do": "vm-start"}
      }
    }
  }
})";
}

std::string small_text() {
  return R"({
  "name": "small",
  "title": "one interrupt, served before its EOI",
  "platform": {"pins": 17},
  "kernel": "linux-6.1",
  "devices": {"dev0": {"type": "pci", "host_pin": 16, "gsi": 16, "raises": 1}},
  "guest": {"lines": {"16": {"oneshot": false, "actions": {"dev0": {"serves": "primary"}}}}},
  "properties": {"spurious-entry": {}, "lost-interrupt": {}}
}
)";
}

std::string full_text() {
  return R"({
  "$schema": "../scenario.schema.json",
  "name": "full", "title": "everything at once", "story": "docs/x.md", "about": "more",
  "platform": {"arch": "x86", "host_cpus": 1, "vcpus": 2, "pins": 20},
  "kernel": "linux-6.1",
  "policies": {"kvm.resample": "postpone-v2"},
  "devices": {
    "dev0": {"type": "pci", "pci_2_3": false, "host_pin": 16, "gsi": 16, "raises": 3,
             "late_deassert": true, "assigned": "by-script", "pending_signals": 1},
    "dev1": {"type": "platform", "host_pin": 17, "gsi": 17, "raises": "unbounded"},
    "emu0": {"type": "emulated", "gsi": 18, "raises": 1, "never_lowered": true}
  },
  "guest": {
    "lines": {
      "16": {"vector": 81, "vcpu": 1, "flow": "level", "oneshot": false, "os": "linux",
             "masked": true, "enabled": false, "wakeup": true,
             "actions": {"dev0": {"order": 2, "serves": "primary", "reports": true}}},
      "17": {"os": "raw", "actions": {"dev1": {}}},
      "18": {"flow": "edge", "actions": {"emu0": {}}}
    },
    "spurious": {"limit": {"run": 99900, "explore": 2}, "window": 100000}
  },
  "scripts": {
    "vmm": {"in": "vmm", "optional": true, "ops": {
      "a": {"order": 1, "do": "assign", "device": "dev0"}, "b": {"order": 2, "do": "wait"}}},
    "task": {"in": "guest", "vcpu": 1, "repeats": true, "ops": {"on": {"do": "enable", "gsi": 16}}}
  },
  "thresholds": {"successive_eois": {"run": 10000, "explore": 2}},
  "costs": {
    "device.access": "150us", "work.hop": {"uniform": ["5us", "10us"]},
    "irq.entry": {"choice": {"1us": 3, "9us": 1}}, "entry": "1us..2us",
    "eventfd": {"exponential": {"mean": "1us", "max": "9us"}},
    "device.deassert": {"cost": "1us", "kind": "elsewhere"}, "dev0.period": "3ms"
  },
  "run": {"until": "7ms", "patience": "2ms", "seed": 4},
  "explore": {"max_states": 1000},
  "properties": {
    "spurious-entry": {}, "storm": false,
    "latched": {"kind": "never", "why": "w", "p": {"all": [
      {"field": "kvm.ioapic.pin16.irr", "is": 1}, {"field": "kvm.ioapic.pin16.mask", "is_not": 1},
      {"any": [{"field": "dev0.raises", "at_least": 2}, {"field": "dev0.raises", "at_most": 1}]},
      {"not": {"at_rest": "dev0"}}]}},
    "served": {"kind": "leads_to", "why": "w", "p": {"field": "dev0.work", "is": true},
               "q": {"field": "dev0.work", "is": false}}
  },
  "assume": {"first": {"before": "dev0",
    "after": {"context": "irq/17-dev1", "routine": "raw_thread", "step": "unmask the line"},
    "why": "w"}},
  "variants": {
    "one": {"summary": "s", "patch": {"title": "another"}, "tags": ["long"],
            "expect": {"run": {"verdict": "violated", "violations": {"spurious-entry": ["K-R23"]}},
                       "explore": {"verdict": "inconclusive"}, "why": "w"}},
    "two": {}
  },
  "expect": {"why": "w"}
}
)";
}

std::string broken_text() {
  std::string text = replaced(small_text(), "\"raises\": 1", "\"raises\": \"unbounded\"");
  return replaced(text, "\"oneshot\": false, \"actions\": {\"dev0\": {\"serves\": \"primary\"}}",
                  "\"actions\": {\"dev0\": {}}");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  INFO("looking for " << from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Ended irqloom(const std::string& folder, const std::vector<std::string>& arguments) {
  return run({.folder = folder, .input = {}}, arguments);
}

Ended run_program(const std::string& program, const std::string& folder,
                  const std::vector<std::string>& arguments) {
  return run({.folder = folder, .program = program, .input = {}}, arguments);
}

Ended fed_irqloom(const std::string& folder, const std::vector<std::string>& arguments,
                  const std::string& input) {
  return run({.folder = folder, .input = input}, arguments);
}

Ended limited_irqloom(const std::string& folder, const std::vector<std::string>& arguments,
                      std::size_t bytes) {
  return run({.folder = folder, .input = {}, .most_bytes = bytes}, arguments);
}

Ended irqloom_with_files(const std::string& folder, const std::vector<std::string>& arguments,
                         std::size_t most) {
  return run({.folder = folder, .input = {}, .most_files = most}, arguments);
}

Ended interrupted_irqloom(const std::string& folder, const std::vector<std::string>& arguments,
                          unsigned milliseconds) {
  return run({.folder = folder, .input = {}, .interrupt_after_ms = milliseconds}, arguments);
}

}  // namespace irqloom::app::test
