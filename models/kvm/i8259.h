// KVM's pair of 8259 interrupt controllers with their edge/level control registers
// (arch/x86/kvm/i8259.c, Linux 6.1.192).
//
// Elaborated as a part of WholeIrqchip: the stories' guests use the I/O APIC alone.
#pragma once

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

class Kvm;

/// One of the two (struct kvm_kpic_state).
struct PicState {
  std::uint8_t last_irr = 0;  ///< The lines' levels, for the edges.
  std::uint8_t irr = 0;
  std::uint8_t imr = 0;
  std::uint8_t isr = 0;
  std::uint8_t priority_add = 0;  ///< The line of the highest priority.
  std::uint8_t irq_base = 0;      ///< The vector of line 0.
  std::uint8_t init_state = 0;    ///< Which initialization word is awaited; 0: none.
  std::uint8_t init4 = 0;         ///< ICW1 announced an ICW4.
  std::uint8_t auto_eoi = 0;
  std::uint8_t rotate_on_auto_eoi = 0;
  std::uint8_t special_fully_nested_mode = 0;
  std::uint8_t elcr = 0;  ///< Bit per level-triggered line.
};

/// What the pair shares.
struct PicPairState {
  std::uint8_t irq_states[16] = {};  ///< Per line, a bit per irq source id that asserts.
  std::uint8_t output = 0;           ///< INTR, to the local APICs' LINT0.
  std::uint8_t reserved[3] = {};
};

struct PicLocals {
  std::uint8_t line = 0;
  std::uint8_t source = 0;
  std::uint8_t value = 0;      ///< A level, or what is written.
  std::uint8_t vector = 0;     ///< Of an acknowledge cycle.
  std::uint8_t ended[2] = {};  ///< Per chip, bit per line whose service ends now.
  std::uint8_t port[2] = {};   ///< The I/O port, low byte first.
  std::uint8_t update = 0;     ///< The output is to be worked out again.
  std::uint8_t reserved[3] = {};
};

class KvmPic : public Module, public Touches {
 public:
  KvmPic(const sc_core::sc_module_name& name, Fabric& fabric, Kvm& kvm);

  /// kvm_pic_set_irq(), line 0..15: -1 masked, 0 requested already, else 1.
  Call set_irq(Exec& x, unsigned source, unsigned line, bool level);
  /// A guest's OUT to 0x20, 0x21, 0xa0, 0xa1, 0x4d0 or 0x4d1.
  Call write_port(Exec& x, std::uint16_t port, std::uint8_t value);
  static bool has_port(std::uint64_t port);
  /// kvm_pic_read_irq(): the acknowledge cycle. The value is the vector.
  Call read_irq(Exec& x);
  /// kvm_pic_update_irq(): what KVM_SET_IRQCHIP of any chip ends with.
  Call update_irq(Exec& x);
  bool output(Exec& x) const { return x.get(shared_).output != 0; }

  /// chip 0: master, 1: slave.
  Slot<PicState> chip(unsigned n) const { return chips_[n]; }
  void touches(Footprint& footprint) const override;

 private:
  void set_irq_routine(Exec& x, Frame& self, PicLocals& f);
  void write_routine(Exec& x, Frame& self, PicLocals& f);
  void read_irq_routine(Exec& x, Frame& self, PicLocals& f);
  void update_routine(Exec& x, Frame& self);

  std::int32_t set_line(Exec& x, unsigned chip, unsigned line, bool level);
  int requested(Exec& x, unsigned chip) const;
  void update_output(Exec& x);
  void write_register(Exec& x, PicLocals& f);
  void begin_initialization(Exec& x, unsigned chip, std::uint8_t icw1, PicLocals& f);
  void write_data(Exec& x, unsigned chip, std::uint8_t value);
  void write_command(Exec& x, unsigned chip, std::uint8_t ocw2, PicLocals& f);
  void acknowledge_lines(Exec& x, PicLocals& f);
  void acknowledge(Exec& x, unsigned chip, unsigned line, PicLocals& f);
  void clear_isr(Exec& x, unsigned line);

  Kvm& kvm_;
  SlotArray<PicState> chips_;
  Slot<PicPairState> shared_;
  Lock lock_;
  RoutineId set_irq_;
  RoutineId write_;
  RoutineId read_irq_;
  RoutineId update_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::PicState, IRQLOOM_HEX(last_irr), IRQLOOM_HEX(irr), IRQLOOM_HEX(imr),
               IRQLOOM_HEX(isr), IRQLOOM_NUMBER(priority_add), IRQLOOM_HEX(irq_base),
               IRQLOOM_NUMBER(init_state), IRQLOOM_FLAG(init4), IRQLOOM_FLAG(auto_eoi),
               IRQLOOM_FLAG(rotate_on_auto_eoi), IRQLOOM_FLAG(special_fully_nested_mode),
               IRQLOOM_HEX(elcr));
IRQLOOM_FIELDS(irqloom::PicPairState, IRQLOOM_HEX(irq_states), IRQLOOM_FLAG(output),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::PicLocals, IRQLOOM_NUMBER(line), IRQLOOM_NUMBER(source), IRQLOOM_HEX(value),
               IRQLOOM_HEX(vector), IRQLOOM_HEX(ended), IRQLOOM_HEX(port), IRQLOOM_FLAG(update),
               IRQLOOM_NUMBER(reserved));
