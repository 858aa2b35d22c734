// What the replayers of controllers share: reads and writes of registers through TLM-2.0 sockets,
// lines, and observations.
#pragma once

#include "sim/app/conform/replayer.h"
#include "sim/app/conform/rig.h"

namespace irqloom::app::conform {

class RegisterReplayer : public Replayer {
 public:
  void begin(const Program& /*program*/) override { rig_.reset(); }
  std::optional<Difference> perform(const Record& op) override;
  std::string impossible() override { return rig_.impossible_flag(); }

 protected:
  struct Place {
    BusMaster* master;
    std::uint64_t address;
  };
  /// Where the operation's block and offset are. Throws BadRecord for a block that is not there.
  virtual Place place(const Record& op) = 0;
  /// Drives the line that the operation names.
  virtual void drive(const Record& op, bool level) = 0;
  /// What the observed thing is now. Throws BadRecord for one that is unknown.
  virtual Json observe(const Record& op) = 0;
  /// The model's further operations; `observe` of `op` is its value.
  virtual std::optional<Difference> perform_other(const Record& op);

  /// A difference if the operation's value is another one.
  static std::optional<Difference> compare(const Record& op, const Json& got);

  Rig rig_;

 private:
  std::optional<Difference> read(const Record& op);
  std::optional<Difference> write(const Record& op);
};

}  // namespace irqloom::app::conform
