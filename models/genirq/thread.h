// The thread of one action (kernel/irq/manage.c: irq_thread(), Linux 6.1.192).
#pragma once

#include "models/genirq/desc.h"

namespace irqloom {

class IrqThread {
 public:
  IrqThread(IrqDesc& desc, std::size_t action);
  ContextId context() const { return context_; }

 private:
  void irq_thread(Exec& x, Frame& self);
  bool is_woken(Exec& x) const;
  std::uint8_t bit() const { return static_cast<std::uint8_t>(1U << action_); }

  IrqDesc& desc_;
  std::size_t action_;
  std::int64_t label_;
  ContextId context_;
};

}  // namespace irqloom
