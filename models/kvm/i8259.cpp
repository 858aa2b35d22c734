#include "models/kvm/i8259.h"

#include "models/cost.h"
#include "models/kvm/kvm.h"
#include "models/kvm/whole_irqchip.h"

namespace irqloom {

namespace {

const char* const i8259_c = "arch/x86/kvm/i8259.c, Linux 6.1.192";

constexpr unsigned master = 0;
constexpr unsigned slave = 1;
constexpr unsigned lines_per_chip = 8;
constexpr unsigned cascade = 2;
constexpr unsigned spurious = 7;
constexpr int no_line = -1;

// The lines that a board may switch to level: not the timer's, the keyboard's, the cascade, nor the
// clock's and the coprocessor's (elcr_mask).
constexpr std::uint8_t elcr_mask[2] = {0xf8, 0xde};

constexpr std::uint16_t elcr_port = 0x4d0;

// Intel 8259A data sheet, initialization and operation command words.
constexpr std::uint8_t icw1_flag = 0x10;
constexpr std::uint8_t ocw3_flag = 0x08;
constexpr std::uint8_t icw1_needs_icw4 = 0x01;
constexpr std::uint8_t icw2_base_bits = 0xf8;
constexpr std::uint8_t icw4_auto_eoi = 0x02;
constexpr std::uint8_t icw4_special_fully_nested = 0x10;
enum Ocw2 : unsigned {
  rotate_in_auto_eoi_clear = 0,
  end_of_interrupt = 1,
  specific_end = 3,
  rotate_in_auto_eoi_set = 4,
  rotate_on_end = 5,
  set_priority = 6,
  rotate_on_specific_end = 7
};

std::uint8_t bit(unsigned line) {
  return static_cast<std::uint8_t>(1U << line % lines_per_chip);
}

void set_bits(std::uint8_t& bits, std::uint8_t mask, bool on) {
  bits = static_cast<std::uint8_t>(on ? bits | mask : bits & ~mask);
}

/// How far the first set bit is from the line of the highest priority; 8: none is set.
unsigned priority(const PicState& chip, std::uint8_t bits) {
  for (unsigned p = 0; p < lines_per_chip; ++p) {
    if ((bits & bit(p + chip.priority_add)) != 0) return p;
  }
  return lines_per_chip;
}

unsigned line_at(const PicState& chip, unsigned priority) {
  return (priority + chip.priority_add) % lines_per_chip;
}

}  // namespace

KvmPic::KvmPic(const sc_core::sc_module_name& module_name, Fabric& fabric, Kvm& kvm)
    : Module(module_name, fabric),
      kvm_(kvm),
      chips_(fabric.reserve_array<PicState>(std::string(name()) + ".chip", 2)),
      shared_(fabric.reserve<PicPairState>(std::string(name()))),
      lock_(fabric.lock(std::string(name()) + ".lock", "pic->lock", LockKind::spin)),
      set_irq_(fabric.routine<&KvmPic::set_irq_routine>(*this, "kvm_pic_set_irq", i8259_c)),
      write_(fabric.routine<&KvmPic::write_routine>(*this, "picdev_write", i8259_c)),
      read_irq_(fabric.routine<&KvmPic::read_irq_routine>(*this, "kvm_pic_read_irq", i8259_c)),
      update_(fabric.routine<&KvmPic::update_routine>(*this, "kvm_pic_update_irq", i8259_c)) {}

bool KvmPic::has_port(std::uint64_t port) {
  return port == 0x20 || port == 0x21 || port == 0xa0 || port == 0xa1 || port == elcr_port ||
         port == elcr_port + 1;
}

Call KvmPic::set_irq(Exec& x, unsigned source, unsigned line, bool level) {
  return x.call<PicLocals>(set_irq_, {.line = static_cast<std::uint8_t>(line),
                                      .source = static_cast<std::uint8_t>(source),
                                      .value = static_cast<std::uint8_t>(level ? 1 : 0)});
}

Call KvmPic::write_port(Exec& x, std::uint16_t port, std::uint8_t value) {
  return x.call<PicLocals>(write_, {.value = value,
                                    .port = {static_cast<std::uint8_t>(port & 0xff),
                                             static_cast<std::uint8_t>(port >> 8)}});
}

Call KvmPic::read_irq(Exec& x) {
  return x.call<PicLocals>(read_irq_);
}

// --- lines and the output ---------------------------------------------------------------------

void KvmPic::set_irq_routine(Exec& x, Frame& self, PicLocals& f) {
  ROUTINE();
  LOCK(lock_, "take pic->lock, pic_set_irq1, drop it", cost(costs::kvm_ioapic), writes(chips_),
       writes(shared_));
  {
    std::uint8_t& states = x.set(shared_).irq_states[f.line];
    set_bits(states, static_cast<std::uint8_t>(1U << f.source), f.value != 0);
    self.result = set_line(x, f.line / lines_per_chip, f.line % lines_per_chip, states != 0);
  }
  update_output(x);
  x.unlock(lock_);
  RETURN(self.result);
  ROUTINE_END();
}

std::int32_t KvmPic::set_line(Exec& x, unsigned chip, unsigned line, bool level) {
  PicState& s = x.set(chips_[chip]);
  const std::uint8_t mask = bit(line);
  const bool by_level = (s.elcr & mask) != 0;
  const bool was_high = (s.last_irr & mask) != 0;
  std::int32_t result = 1;
  if (level && (by_level || !was_high)) {
    result = (s.irr & mask) != 0 ? 0 : 1;
    s.irr |= mask;
  }
  // An edge, once requested, stays so when its line falls.
  if (!level && by_level) set_bits(s.irr, mask, false);
  set_bits(s.last_irr, mask, level);
  return (s.imr & mask) != 0 ? -1 : result;
}

// The line that the chip asks to be served: unmasked, and of a higher priority than all in service.
int KvmPic::requested(Exec& x, unsigned chip) const {
  const PicState& s = x.get(chips_[chip]);
  const unsigned wanted = priority(s, static_cast<std::uint8_t>(s.irr & ~s.imr));
  if (wanted == lines_per_chip) return no_line;
  std::uint8_t in_service = s.isr;
  if (chip == master && s.special_fully_nested_mode != 0) set_bits(in_service, bit(cascade), false);
  if (wanted >= priority(s, in_service)) return no_line;
  return static_cast<int>(line_at(s, wanted));
}

void KvmPic::update_output(Exec& x) {
  if (requested(x, slave) != no_line) {
    // The cascade is a pulse, so that each update is an edge.
    (void)set_line(x, master, cascade, true);
    (void)set_line(x, master, cascade, false);
  }
  x.set(shared_).output = requested(x, master) != no_line ? 1 : 0;
}

Call KvmPic::update_irq(Exec& x) {
  return x.call(update_);
}

void KvmPic::update_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(lock_, "take pic->lock, work out the output, drop it", writes(chips_), writes(shared_));
  update_output(x);
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

// --- the guest's accesses ---------------------------------------------------------------------

void KvmPic::write_routine(Exec& x, Frame& self, PicLocals& f) {
  ROUTINE();
  LOCK(lock_, "take pic->lock, write the register", cost(costs::kvm_ioapic), writes(chips_),
       writes(shared_), calls(kvm_));
  write_register(x, f);
  for (; f.line < 2 * lines_per_chip; ++f.line) {
    if ((f.ended[f.line / lines_per_chip] & bit(f.line)) == 0) continue;
    clear_isr(x, f.line);
    x.unlock(lock_);
    CALL(kvm_.notify_pic_acked(x, f.line));
    LOCK(lock_, "retake pic->lock after the ack", cost(costs::kvm_ioapic), writes(chips_),
         writes(shared_), calls(kvm_));
  }
  if (f.update != 0) update_output(x);
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

// ICW1 and the ELCR leave the output as it is.
void KvmPic::write_register(Exec& x, PicLocals& f) {
  const unsigned port = f.port[0] | static_cast<unsigned>(f.port[1]) << 8;
  if (port >= elcr_port) {
    const unsigned chip = port - elcr_port;
    x.set(chips_[chip]).elcr = f.value & elcr_mask[chip];
    return;
  }
  const unsigned chip = (port & 0x80) != 0 ? slave : master;
  if ((port & 1) != 0) {
    f.update = x.get(chips_[chip]).init_state == 0 ? 1 : 0;
    write_data(x, chip, f.value);
  } else if ((f.value & icw1_flag) != 0) {
    begin_initialization(x, chip, f.value, f);
  } else if ((f.value & ocw3_flag) == 0) {
    f.update = 1;
    write_command(x, chip, f.value, f);
  }
  // OCW3 chooses what is read and sets special mask mode, which KVM only remembers.
}

// kvm_pic_reset(): requests of level-triggered lines survive; latched edges are dropped, and their
// notifiers hear an EOI if some vCPU takes interrupts from here.
void KvmPic::begin_initialization(Exec& x, unsigned chip, std::uint8_t icw1, PicLocals& f) {
  PicState& s = x.set(chips_[chip]);
  const auto edges = static_cast<std::uint8_t>(s.irr & ~s.elcr);
  PicState fresh;
  fresh.irr = s.irr & s.elcr;
  fresh.isr = s.isr;
  fresh.irq_base = s.irq_base;
  fresh.rotate_on_auto_eoi = s.rotate_on_auto_eoi;
  fresh.elcr = s.elcr;
  fresh.init4 = icw1 & icw1_needs_icw4;
  if (fresh.init4 != 0) {
    fresh.special_fully_nested_mode = s.special_fully_nested_mode;
    fresh.auto_eoi = s.auto_eoi;
  }
  fresh.init_state = 1;
  s = fresh;
  if (kvm_.whole()->has_pic_listener(x)) f.ended[chip] = edges;
}

void KvmPic::write_data(Exec& x, unsigned chip, std::uint8_t value) {
  PicState& s = x.set(chips_[chip]);
  switch (s.init_state) {
    case 0:
      s.imr = value;
      break;
    case 1:
      s.irq_base = value & icw2_base_bits;
      s.init_state = 2;
      break;
    case 2:
      s.init_state = s.init4 != 0 ? 3 : 0;
      break;
    default:
      s.special_fully_nested_mode = (value & icw4_special_fully_nested) != 0 ? 1 : 0;
      s.auto_eoi = (value & icw4_auto_eoi) != 0 ? 1 : 0;
      s.init_state = 0;
      break;
  }
}

void KvmPic::write_command(Exec& x, unsigned chip, std::uint8_t ocw2, PicLocals& f) {
  PicState& s = x.set(chips_[chip]);
  const unsigned command = ocw2 >> 5;
  const unsigned highest = priority(s, s.isr);
  const bool is_specific = command == specific_end || command == rotate_on_specific_end;
  const unsigned line = is_specific ? ocw2 % lines_per_chip : line_at(s, highest);
  switch (command) {
    case rotate_in_auto_eoi_clear:
    case rotate_in_auto_eoi_set:
      s.rotate_on_auto_eoi = static_cast<std::uint8_t>(command >> 2);
      f.update = 0;
      break;
    case end_of_interrupt:
    case rotate_on_end:
      if (highest == lines_per_chip) {
        f.update = 0;
        break;
      }
      [[fallthrough]];
    case specific_end:
    case rotate_on_specific_end:
      f.ended[chip] = bit(line);
      if (command >= rotate_on_end) s.priority_add = (line + 1) % lines_per_chip;
      break;
    case set_priority:
      s.priority_add = (ocw2 + 1U) % lines_per_chip;
      break;
    default:
      f.update = 0;
      break;
  }
}

// --- acknowledge and end ----------------------------------------------------------------------

void KvmPic::read_irq_routine(Exec& x, Frame& self, PicLocals& f) {
  ROUTINE();
  LOCK(lock_, "take pic->lock, pic_intack", cost(costs::kvm_ioapic), writes(chips_),
       writes(shared_), calls(kvm_));
  acknowledge_lines(x, f);
  for (; f.line < 2 * lines_per_chip; ++f.line) {
    if ((f.ended[f.line / lines_per_chip] & bit(f.line)) == 0) continue;
    clear_isr(x, f.line);
    x.unlock(lock_);
    CALL(kvm_.notify_pic_acked(x, f.line));
    LOCK(lock_, "retake pic->lock after the automatic EOI", cost(costs::kvm_ioapic), writes(chips_),
         writes(shared_), calls(kvm_));
  }
  update_output(x);
  x.unlock(lock_);
  RETURN(f.vector);
  ROUTINE_END();
}

void KvmPic::acknowledge_lines(Exec& x, PicLocals& f) {
  unsigned chip = master;
  int line = requested(x, master);
  if (line != no_line) acknowledge(x, master, static_cast<unsigned>(line), f);
  if (line == static_cast<int>(cascade)) {
    chip = slave;
    line = requested(x, slave);
    if (line != no_line) acknowledge(x, slave, static_cast<unsigned>(line), f);
  }
  const unsigned number = line == no_line ? spurious : static_cast<unsigned>(line);
  f.vector = static_cast<std::uint8_t>(x.get(chips_[chip]).irq_base + number);
}

void KvmPic::acknowledge(Exec& x, unsigned chip, unsigned line, PicLocals& f) {
  PicState& s = x.set(chips_[chip]);
  s.isr |= bit(line);
  if ((s.elcr & bit(line)) == 0) set_bits(s.irr, bit(line), false);
  if (s.auto_eoi == 0) return;
  if (s.rotate_on_auto_eoi != 0) s.priority_add = (line + 1) % lines_per_chip;
  f.ended[chip] = bit(line);
}

void KvmPic::clear_isr(Exec& x, unsigned line) {
  set_bits(x.set(chips_[line / lines_per_chip]).isr, bit(line), false);
}

void KvmPic::touches(Footprint& footprint) const {
  footprint.writes.push_back(as_range(chips_));
  footprint.writes.push_back(range(shared_));
}

IRQLOOM_MODEL("kvm/i8259", "KVM's 8259 pair with its edge/level control registers",
              "arch/x86/kvm/i8259.c, Linux 6.1");

}  // namespace irqloom
