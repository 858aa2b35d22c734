// A guest of model "kvm-x86" on one vCPU: its main loop and its interrupt handler both ask for a
// command, carry it out and ask again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/app/conform/kvm_x86_vm.h"
#include "sim/app/conform/replayer.h"

namespace irqloom::app::conform {

class KvmX86Guest {
 public:
  KvmX86Guest(KvmX86Vm& vm, unsigned vcpu) : vm_(&vm), vcpu_(vcpu) {}

  static bool knows(const std::string& op);
  static std::vector<std::string> names();
  /// The vCPU carries the command out and runs on until its next request, which is in a new handler
  /// if an interrupt is deliverable then. Throws BadRecord.
  std::optional<Difference> perform(const Record& op);
  /// As the member of "vcpus"; begins a new list of vectors taken.
  Json observe();

 private:
  using Command = std::optional<Difference> (KvmX86Guest::*)(const Record& op);
  struct Entry {
    std::string_view name;
    Command command;
  };
  static const std::vector<Entry>& commands();

  std::optional<Difference> run(const Record& op);
  std::optional<Difference> sti(const Record& op);
  std::optional<Difference> cli(const Record& op);
  std::optional<Difference> hlt(const Record& op);
  std::optional<Difference> iret(const Record& op);
  std::optional<Difference> lapic_eoi(const Record& op);
  std::optional<Difference> tpr(const Record& op);
  std::optional<Difference> self_ipi(const Record& op);
  std::optional<Difference> lapic_write(const Record& op);
  std::optional<Difference> lapic_read(const Record& op);
  std::optional<Difference> rte_write(const Record& op);
  std::optional<Difference> rte_read(const Record& op);
  std::optional<Difference> ioapic_write(const Record& op);
  std::optional<Difference> ioapic_read(const Record& op);
  std::optional<Difference> outb(const Record& op);
  std::optional<Difference> storm(const Record& op);
  std::optional<Difference> starve(const Record& op);

  std::int32_t act(Actor::Op op) { return vm_->guest(vcpu_, std::move(op)); }
  void enter() { page().enter(vm_->exec()); }
  ApicPage& page() { return vm_->page(vcpu_); }
  void write_apic(std::uint64_t offset, std::uint32_t value);
  void write_ioapic(std::uint64_t offset, std::uint32_t value);
  bool can_take() { return interrupts_on_ && page().has_interrupt(vm_->exec()); }
  void take();
  bool take_pass();
  bool end_pass();
  void count_entry();

  KvmX86Vm* vm_;
  unsigned vcpu_;
  bool interrupts_on_ = false;     ///< IF
  std::vector<bool> interrupted_;  ///< IF of what each nested handler interrupted.
  std::uint64_t entries_ = 0;
  std::uint8_t last_ = 0;          ///< The vector that was taken last.
  std::vector<unsigned> entered_;  ///< Taken since the last observation.
};

}  // namespace irqloom::app::conform
