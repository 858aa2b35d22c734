#include "sim/app/conform/register_replayer.h"

namespace irqloom::app::conform {
namespace {

unsigned size_of(const Record& op) {
  const std::uint64_t size = op.number("size", 8);
  if (size != 1 && size != 2 && size != 4 && size != 8) {
    op.fail("size", "no access has this size", "1, 2, 4 or 8");
  }
  return static_cast<unsigned>(size);
}

/// Whether an access faulted as recorded; otherwise how it differs.
std::optional<Difference> compare_fault(const Record& op, bool faulted) {
  const bool expected = op.number_or("fault", 0, 1) != 0;
  if (expected == faulted) return std::nullopt;
  return Difference{expected ? "a fault" : "an access", faulted ? "a fault" : "an access"};
}

}  // namespace

std::optional<Difference> RegisterReplayer::compare(const Record& op, const Json& got) {
  const Json& expected = op.value("value");
  if (expected == got) return std::nullopt;
  return Difference{expected, got};
}

std::optional<Difference> RegisterReplayer::read(const Record& op) {
  const Place at = place(op);
  const auto value = at.master->read(at.address, size_of(op));
  if (!value || op.has("fault")) return compare_fault(op, !value);
  return compare(op, *value);
}

std::optional<Difference> RegisterReplayer::write(const Record& op) {
  const Place at = place(op);
  return compare_fault(op, !at.master->write(at.address, size_of(op), op.number("value")));
}

std::optional<Difference> RegisterReplayer::perform_other(const Record& op) {
  op.fail_name("op", {"write", "read", "line", "observe", "note"});
}

std::optional<Difference> RegisterReplayer::perform(const Record& op) {
  const std::string& name = op.text("op");
  if (name == "observe") return compare(op, observe(op));
  if (name == "read") return read(op);
  if (name == "write") return write(op);
  if (name == "line") {
    drive(op, op.number("level", 1) != 0);
    return std::nullopt;
  }
  if (name == "note") return std::nullopt;
  return perform_other(op);
}

}  // namespace irqloom::app::conform
