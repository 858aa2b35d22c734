#include "sim/app/transcript/player.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace irqloom::app::transcript {
namespace {

constexpr std::uint64_t set_up = no_step;  // Before the trace.

/// As it is when it has been read from a file, where whole numbers are unsigned.
Json as_read(const Json& json) {
  return Json::parse(json.dump());
}

/// The replayer elaborates what the program names: all of it has to be known beforehand.
conform::Program plan(const Machine& machine, Json program, const std::vector<Item>& items) {
  Json ops = machine.set_up;
  for (const Item& i : items) {
    if (!i.op.is_null()) ops.push_back(i.op);
  }
  ops.push_back(machine.observation);
  program["ops"] = std::move(ops);
  return {"", machine.model, "defined", "", as_read(program)};
}

std::unique_ptr<conform::Replayer> make_rig(const Machine& machine,
                                            const conform::Program& program) {
  for (const conform::Replayer::Entry& e : conform::Replayer::all()) {
    if (e.model == machine.model) return e.make(program.root().object("config"));
  }
  throw std::logic_error("nobody replays " + machine.model);
}

bool is_operation(const Item& item) {
  return item.kind == Item::Kind::host || item.kind == Item::Kind::guest;
}

/// "rte_write" or "dist_write ISENABLER1"
std::string text_of(const Json& op) {
  std::string text = op.at("op").get<std::string>();
  for (const char* key : {"reg", "fd"}) {
    if (op.contains(key)) text += " " + op.at(key).get<std::string>();
  }
  return text;
}

/// What `wanted` has and `got` has otherwise; empty if nothing.
std::string difference(const Json& wanted, const Json& got, const std::string& path) {
  if (wanted.is_object()) {
    for (const auto& [key, value] : wanted.items()) {
      if (!got.contains(key)) continue;
      std::string inner = difference(value, got.at(key), path.empty() ? key : path + "." + key);
      if (!inner.empty()) return inner;
    }
    return {};
  }
  if (wanted.is_array()) {
    for (std::size_t i = 0; i < wanted.size() && i < got.size(); ++i) {
      std::string inner = difference(wanted[i], got[i], fmt::format("{}[{}]", path, i));
      if (!inner.empty()) return inner;
    }
    return {};
  }
  if (wanted == got) return {};
  return fmt::format("{} is {} and not {}", path, got.dump(), wanted.dump());
}

}  // namespace

Player::Player(const Machine& machine, Json program, const std::vector<Item>& items)
    : machine_(machine),
      items_(items),
      planned_(plan(machine, std::move(program), items)),
      rig_(make_rig(machine, planned_)) {
  rig_->begin(planned_);
}

Player::~Player() {
  rig_->end();
}

Played Player::play() {
  played_.ops.push_back(observe());
  for (const Json& op : machine_.set_up) {
    if (op.at("op") == "note") {
      played_.ops.push_back(op);
    } else {
      perform(op, set_up);
    }
  }
  for (const Item& item : items_) {
    if (played_.hung.empty()) play_item(item);
  }
  if (played_.hung.empty() && !items_.empty())
    compare_state(machine_.extraction->end_state(), items_.back().act);
  return std::move(played_);
}

void Player::play_item(const Item& item) {
  switch (item.kind) {
    case Item::Kind::note:
      played_.ops.push_back(item.op);
      played_.ops.back()["step"] = item.begin;
      return;
    case Item::Kind::take:
      return take(item);
    case Item::Kind::guest:
    case Item::Kind::leave:
      return guest(item);
    case Item::Kind::host:
      return host(item);
  }
}

// --- the guest ----------------------------------------------------------------------------------

void Player::take(const Item& item) {
  Vcpu& v = vcpus_[item.vcpu];
  if (v.taken == 0) {
    Json run = {{"op", machine_.run}};
    if (!machine_.says_irq) run["vcpu"] = item.vcpu;
    perform(std::move(run), item.act);
  }
  if (v.taken != 0) {
    --v.taken;
    return;
  }
  v.is_skipped = true;
  if (!played_.hung.empty()) return;
  depart("the vCPU takes no interrupt here: what its handler does is left out", item.act);
}

void Player::guest(const Item& item) {
  Vcpu& v = vcpus_[item.vcpu];
  if (v.is_skipped && item.in_handler) {
    if (item.kind == Item::Kind::leave) v.is_skipped = false;
    return;
  }
  if (item.kind != Item::Kind::leave) mark_misplaced(item);
  const bool is_run = item.op.at("op") == machine_.run;
  if (!is_run && v.is_open && probe(item.vcpu, item.act))
    note("the vCPU takes its interrupt before this, and not after it", item.act);
  perform(item.op, item.act);
  if (played_.hung.empty()) compare(item);
}

/// Lets the vCPU take an interrupt that waits: a guest's command is not to find one. Leaves no
/// trace if there is none.
bool Player::probe(unsigned vcpu, std::uint64_t step) {
  const std::size_t before = played_.ops.size();
  Json run = {{"op", machine_.run}};
  if (!machine_.says_irq) run["vcpu"] = vcpu;
  if (perform(std::move(run), step)) return true;
  played_.ops.resize(before);
  return false;
}

// --- the VMM ------------------------------------------------------------------------------------

void Player::host(const Item& item) {
  if (!item.remark.empty()) note(item.remark, item.act);
  mark_misplaced(item);
  perform(item.op, item.act);
  if (played_.hung.empty()) compare(item);
}

// --- an operation -------------------------------------------------------------------------------

/// False: it never returns, and nothing can be done any more.
bool Player::carry_out(const Json& op, std::uint64_t step) {
  try {
    (void)rig_->perform(conform::Record(op, ""));
    return true;
  } catch (const conform::BadRecord&) {
    throw;
  } catch (const std::runtime_error&) {  // Actor::perform()
    played_.hung = text_of(op);
    note(played_.hung + " never returns: it and what follows are left out", step);
    return false;
  }
}

bool Player::perform(Json op, std::uint64_t step) {
  const std::string name = op.at("op").get<std::string>();
  const bool says_irq = machine_.says_irq && machine_.is_guests(name);
  if (says_irq) op["irq"] = 0;
  if (!carry_out(as_read(op), step)) return false;
  const Json& shown = rig_->shown();
  for (const char* key : {"ret", "value", "irq"}) {
    if (shown.contains(key)) op[key] = shown.at(key);
  }
  // A KVM_RUN that fails runs no guest.
  if (says_irq && !shown.contains("irq")) op.erase("irq");
  if (step != set_up) op["step"] = step;
  const unsigned vcpu = op.value("vcpu", 0U);
  shown_ = op;
  played_.ops.push_back(op);
  played_.ops.push_back(observe());
  const auto& opens = machine_.opens;
  if (std::find(opens.begin(), opens.end(), name) != opens.end()) vcpus_[vcpu].is_open = true;
  if (!took_interrupt(op)) return false;
  ++vcpus_[vcpu].taken;
  vcpus_[vcpu].is_open = false;
  return true;
}

Json Player::observe() {
  Json op = as_read(machine_.observation);
  (void)rig_->perform(conform::Record(op, ""));
  for (auto& [key, value] : op.items()) {
    if (rig_->shown().contains(key)) value = rig_->shown().at(key);
  }
  // Before there is a distributor, nobody can read it.
  if (op.contains("initialised") && op.at("initialised") == 0) op.erase("spi");
  for (const auto& [fd, count] : op.at("resample").items())
    resampled_[fd] += count.get<unsigned>();
  last_ = op;
  return op;
}

bool Player::took_interrupt(const Json& op) const {
  if (!machine_.is_guests(op.at("op").get<std::string>())) return false;
  if (machine_.says_irq) return op.value("irq", 0) != 0;
  return !last_.at("vcpus").at(op.at("vcpu").get<std::size_t>()).at("entered").empty();
}

// --- how far it goes the same way ---------------------------------------------------------------

void Player::note(std::string text, std::uint64_t step) {
  played_.ops.push_back(
      {{"op", "note"}, {"by", "irqloom"}, {"text", std::move(text)}, {"step", step}});
}

void Player::depart(const std::string& why, std::uint64_t step) {
  if (played_.departure.empty()) played_.departure = fmt::format("at step {}: {}", step, why);
  note("the sequence departs from the counterexample: " + why, step);
}

void Player::mark_misplaced(const Item& item) {
  for (const Item& other : items_) {
    if (&other == &item || !is_operation(other) || other.context == item.context) continue;
    if (!other.first_felt || *other.first_felt >= item.act || item.act >= other.last_felt) continue;
    ++played_.misplaced;
    const char* where = other.act <= item.act ? "after" : "before";
    return note(fmt::format("in the counterexample this happens in the midst of {} (steps {} to "
                            "{}): a recorder cannot place it there, and plays it {}",
                            text_of(other.op), *other.first_felt, other.last_felt, where),
                item.act);
  }
}

/// Whether nothing else was under way.
bool Player::is_alone(const Item& item) const {
  return std::none_of(items_.begin(), items_.end(), [&](const Item& other) {
    return &other != &item && is_operation(other) && other.begin <= item.end &&
           item.begin <= other.end;
  });
}

void Player::compare(const Item& item) {
  if (!played_.departure.empty()) return;
  if (item.error && shown_.contains("ret") && shown_.at("ret") != -*item.error) {
    return depart(fmt::format("{} returns {}, and in the counterexample {}", text_of(item.op),
                              shown_.at("ret").dump(), -*item.error),
                  item.act);
  }
  if (item.op.value("reg", "") == "IAR" && shown_.at("value") != item.op.at("value")) {
    return depart(fmt::format("IAR is {}, and in the counterexample {}", shown_.at("value").dump(),
                              item.op.at("value").dump()),
                  item.act);
  }
  if (is_alone(item)) compare_state(item.state, item.act);
}

void Player::compare_state(const Json& wanted, std::uint64_t step) {
  if (wanted.is_null() || !played_.departure.empty()) return;
  Json now = last_;
  now["resampled"] = resampled_;
  const std::string what = difference(wanted, now, "");
  if (!what.empty()) depart(what, step);
}

}  // namespace irqloom::app::transcript
