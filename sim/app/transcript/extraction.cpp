#include "sim/app/transcript/extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "models/eventfd/eventfd.h"
#include "models/events.h"
#include "models/vmm/script.h"
#include "sim/error.h"
#include "sim/trace/describe.h"

namespace irqloom::app::transcript {
namespace {

constexpr std::size_t letters = 26;

/// What an event means to people; `{}` is the device or the line. By whom, and the words.
struct Telling {
  const EventType* type;
  std::string_view by;
  std::string_view text;
  std::size_t arg = 0;
};

const std::vector<Telling>& tellings() {
  using namespace event;  // NOLINT(google-build-using-namespace): their names are long enough.
  static const std::vector<Telling> table = {
      {&raise, "device", "{} has something new to do"},
      {&device_reset, "device", "{} is reset"},
      {&work_served, "guest", "the driver acknowledges {}"},
      {&work_none, "guest", "the driver finds nothing to do in {}", 1},
      {&vfio_intx_mask, "host", "{} masks"},
      {&vfio_intx_unmask, "host", "{} unmasks"},
      {&vfio_platform_mask, "host", "{} masks"},
      {&vfio_platform_unmask, "host", "{} unmasks"},
      {&eventfd_nested, "host", "a signal of {} from inside a wake-up is dropped"},
      {&nobody_cared, "guest", "nobody cared: {} is disabled"},
      {&wakeup_abort, "guest", "a wakeup interrupt of {} aborts the suspend"}};
  return table;
}

Item make_item(Item::Kind kind, Json op, const StepRecord& record) {
  Item item;
  item.kind = kind;
  item.op = std::move(op);
  item.context = record.context;
  item.begin = item.act = item.end = record.seq;
  return item;
}

void check_that_it_is_there(const Fabric& fabric, const Listener& l) {
  bool has_routine = false;
  for (const RoutineInfo& r : fabric.routines()) {
    if (r.name != l.routine) continue;
    has_routine = true;
    if (std::ranges::find(r.steps, l.step, &StepInfo::name) != r.steps.end()) return;
  }
  if (!has_routine && l.is_of_a_part) return;
  throw InternalError(fmt::format("a transcript listens to step \"{}\" of {}(), and there is none",
                                  l.step, l.routine));
}

}  // namespace

FdNames fd_names(std::size_t device) {
  const std::string letter = device < letters ? std::string(1, static_cast<char>('A' + device))
                                              : "fd" + std::to_string(device);
  return {letter, "r" + letter};
}

Extraction::Extraction(std::vector<AssignedDevice> devices, std::vector<ScriptSpec> scripts,
                       OperationNames names)
    : devices_(std::move(devices)), scripts_(std::move(scripts)), names_(std::move(names)) {
  for (const AssignedDevice& d : devices_) {
    if (d.resamples) resampled_[d.fds.resamplefd] = 0;
  }
}

void Extraction::begin(const Fabric& fabric, const TraceInfo& /*info*/) {
  fabric_ = &fabric;
  common_ = common_listeners();
  architecture_ = listeners();
  for (const auto* all : {&common_, &architecture_}) {
    for (const Listener& l : *all)
      check_that_it_is_there(fabric, l);
  }
  for (const ContextInfo& c : fabric.contexts())
    private_slots_.insert(c.slot);
  for (const ExecutorInfo& e : fabric.executors())
    private_slots_.insert(e.slot.index);
  for (const LockInfo& l : fabric.locks())
    private_slots_.insert(l.handle.slot.index);
  const std::vector<SlotInfo>& slots = fabric.layout().slots();
  for (SlotIndex s = 0; s < slots.size(); ++s) {
    const std::string& name = slots[s].name;
    if (name.starts_with("ghost.") || name.starts_with("work.") || device_of_trigger(name))
      private_slots_.insert(s);
  }
}

void Extraction::step(const StepRecord& record) {
  record_ = &record;
  let_listen(common_);
  for (const Event& e : record.events) {
    hear_common(e);
    hear(e);
  }
  let_listen(architecture_);
  close();
  if (record.violations != nullptr) {
    for (const Violation& v : *record.violations)
      note("irqloom", fmt::format("violated: {} at {}: {}", v.property, v.where, v.message));
  }
  record_ = nullptr;
}

std::vector<Item> Extraction::items() const {
  std::vector<Item> sorted = items_;
  for (const Injection& i : injections_)
    settle(i, sorted);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Item& a, const Item& b) { return a.act < b.act; });
  return sorted;
}

// --- for the architectures ----------------------------------------------------------------------

void Extraction::let_listen(const std::vector<Listener>& listeners) const {
  const std::string_view routine = trace::routine_of(*fabric_, *record_).name;
  const std::string_view step = trace::step_of(*fabric_, *record_).name;
  for (const Listener& l : listeners) {
    if (l.step == step && l.routine == routine) l.act();
  }
}

bool Extraction::is_in_guest() const {
  return fabric_->contexts()[record_->context].layer == "guest";
}

bool Extraction::is_in_handler() const {
  return fabric_->contexts()[record_->context].level == Level::hardirq;
}

unsigned Extraction::vcpu() const {
  constexpr std::string_view prefix = "vcpu";
  const unsigned executor = fabric_->state(*record_->before, record_->context).executor;
  if (executor == 0) return 0;
  const std::string& name = fabric_->executors()[executor - 1].name;
  if (!name.starts_with(prefix)) return 0;
  return static_cast<unsigned>(std::stoul(name.substr(prefix.size())));
}

const SlotInfo& Extraction::slot_info(const std::string& name) const {
  const SlotInfo* found = fabric_->layout().find(name);
  if (found == nullptr) throw std::logic_error("the machine has no " + name);
  return *found;
}

const AssignedDevice* Extraction::device_named(std::string_view name) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(),
                                  [&](const AssignedDevice& d) { return d.name == name; });
  return found == devices_.end() ? nullptr : &*found;
}

Item& Extraction::open(Item::Kind kind, Json op, int depth) {
  Item& item = add(kind, std::move(op));
  open_[record_->context].push_back({items_.size() - 1, depth});
  return item;
}

Item& Extraction::add(Item::Kind kind, Json op) {
  Item item = make_item(kind, std::move(op), *record_);
  if (is_in_guest()) {
    item.vcpu = vcpu();
    item.in_handler = is_in_handler();
  }
  item.state = whole_state();
  items_.push_back(std::move(item));
  return items_.back();
}

void Extraction::note(std::string_view by, std::string text) {
  items_.push_back(make_item(Item::Kind::note,
                             {{"op", "note"}, {"by", std::string(by)}, {"text", std::move(text)}},
                             *record_));
}

Json Extraction::whole_state() const {
  Json whole = state(*record_->after);
  whole["resampled"] = resampled_;
  return whole;
}

void Extraction::acts_now() {
  const auto found = open_.find(record_->context);
  if (found != open_.end() && !found->second.empty())
    items_[found->second.back().item].act = record_->seq;
}

void Extraction::carry_on(std::size_t operation, int depth) {
  open_[record_->context].push_back({operation, depth});
}

int Extraction::depth_after() const {
  const Frame* top = fabric_->top_frame(*record_->after, record_->context);
  return top == nullptr ? -1 : depth_of(*top);
}

void Extraction::close() {
  std::vector<Open>& mine = open_[record_->context];
  const bool felt = is_felt();
  for (const Open& o : mine) {
    Item& item = items_[o.item];
    item.end = record_->seq;
    item.state = whole_state();
    if (!felt) continue;
    item.first_felt = item.first_felt.value_or(record_->seq);
    item.last_felt = record_->seq;
  }
  const int depth = depth_after();
  while (!mine.empty() && depth <= mine.back().depth)
    mine.pop_back();
  const bool rests = std::all_of(open_.begin(), open_.end(),
                                 [](const auto& context) { return context.second.empty(); });
  end_state_ = rests ? whole_state() : Json();
}

bool Extraction::is_felt() const {
  return std::any_of(record_->written.begin(), record_->written.end(),
                     [&](SlotIndex s) { return !private_slots_.contains(s); });
}

// --- scripts ------------------------------------------------------------------------------------

ScriptOp::Kind Extraction::current_script_op() const {
  const auto place = places_.find(record_->context);
  if (place == places_.end() || place->second.script == nullptr) return ScriptOp::Kind::wait;
  return place->second.script->ops[place->second.op].kind;
}

bool Extraction::is_wanted(const ScriptSpec& script, const ScriptOp& op) const {
  const auto has_failed = [&](std::size_t earlier) {
    const std::string name = script.name + "." + script.ops[earlier].name;
    return slot<OperationResult>(*record_->before, name).error != 0;
  };
  if (op.if_failed && !has_failed(*op.if_failed)) return false;
  return !op.if_done || !has_failed(*op.if_done);
}

void Extraction::begin_script_op() {
  const std::string& name = fabric_->contexts()[record_->context].name;
  const auto script = std::find_if(scripts_.begin(), scripts_.end(),
                                   [&](const ScriptSpec& s) { return s.name == name; });
  if (script == scripts_.end()) return;
  const std::size_t index = locals<ScriptLocals>().i;
  const ScriptOp& op = script->ops[index];
  ScriptPlace& place = places_[record_->context];
  place = {&*script, index, std::nullopt};
  if (op.kind == ScriptOp::Kind::wait || !is_wanted(*script, op)) return;
  const std::string target = op.device.empty() ? "" : " " + op.device;
  note(script->in_guest ? "guest" : "host",
       fmt::format("{}: {}{}", script->name, names_.at(op.kind), target));
  const AssignedDevice* device = device_named(op.device);
  if (op.kind == ScriptOp::Kind::assign) {
    open(Item::Kind::host,
         {{"op", "irqfd_assign"},
          {"fd", device->fds.trigger},
          {"gsi", device->gsi},
          {"resample", device->resamples ? Json(device->fds.resamplefd) : Json(nullptr)}},
         record_->depth);
    place.item = items_.size() - 1;
  } else if (op.kind == ScriptOp::Kind::deassign) {
    open(Item::Kind::host,
         {{"op", "irqfd_deassign"}, {"fd", device->fds.trigger}, {"gsi", device->gsi}},
         record_->depth);
  } else if (op.kind == ScriptOp::Kind::close_trigger) {
    open(Item::Kind::host, {{"op", close_operation()}, {"fd", device->fds.trigger}},
         record_->depth);
  } else if (op.kind == ScriptOp::Kind::nr_irqs) {
    open(Item::Kind::host, {{"op", "set_nr_irqs"}, {"value", op.value}}, record_->depth);
    place.item = items_.size() - 1;
  } else if (op.kind == ScriptOp::Kind::ctrl_init) {
    open(Item::Kind::host, {{"op", "vgic_init"}}, record_->depth);
    place.item = items_.size() - 1;
  }
}

/// An assignment is there for others when it has hooked the eventfd; what it samples afterwards it
/// injects itself.
std::vector<Listener> Extraction::common_listeners() {
  const auto assigns = [this] { return current_script_op() == ScriptOp::Kind::assign; };
  std::vector<Listener> list;
  if (!scripts_.empty())
    list.push_back({"script", "begin the operation", [this] { begin_script_op(); }});
  if (devices_.empty()) return list;
  list.push_back({"kvm_irqfd_assign", "vfs_poll: hook the wait queue", [this, assigns] {
                    if (assigns()) acts_now();
                  }});
  list.push_back({"kvm_irqfd_assign", "vfs_poll: sample the count", [this, assigns] {
                    if (assigns()) sample_assignment();
                  }});
  return list;
}

void Extraction::sample_assignment() {
  const ScriptPlace& place = places_.at(record_->context);
  const std::string& device = place.script->ops[place.op].device;
  const auto& eventfd = slot<EventfdState>(*record_->before, device + "_trigger");
  if (eventfd.count != 0) signals_[device].assignment = place.item;
}

// --- signals ------------------------------------------------------------------------------------

const AssignedDevice* Extraction::device_of_trigger(std::string_view eventfd) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const AssignedDevice& d) {
    return d.name + "_trigger" == eventfd;
  });
  return found == devices_.end() ? nullptr : &*found;
}

const AssignedDevice* Extraction::device_of_worker() const {
  const std::string& name = fabric_->contexts()[record_->context].name;
  const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const AssignedDevice& d) {
    return name == "kworker/" + d.name + "_irqfd.inject";
  });
  return found == devices_.end() ? nullptr : &*found;
}

void Extraction::count_signal(const std::string& eventfd) {
  for (const AssignedDevice& d : devices_) {
    if (d.name + "_resamplefd" == eventfd) ++resampled_[d.fds.resamplefd];
  }
  const AssignedDevice* device = device_of_trigger(eventfd);
  if (device == nullptr) return;
  signalled_[record_->context] = device;
  if (slot<EventfdState>(*record_->before, eventfd).queue[0] == 0) {
    add(Item::Kind::host, {{"op", "irqfd_signal"}, {"fd", device->fds.trigger}, {"n", 1}});
    signals_[device->name].early_write = items_.size() - 1;
    return;
  }
  Signal& signal = signals_[device->name];
  if (!signal.counted) signal.counted = record_->seq;
}

const AssignedDevice* Extraction::signalled_device() const {
  const auto found = signalled_.find(record_->context);
  return found == signalled_.end() ? nullptr : found->second;
}

void Extraction::begin_injection(const AssignedDevice& device) {
  Signal& signal = signals_[device.name];
  open(Item::Kind::host, {{"op", "irqfd_signal"}, {"fd", device.fds.trigger}, {"n", 1}},
       record_->depth);
  injections_.push_back({items_.size() - 1, signal});
  if (signal.counted) {
    signal.counted.reset();
  } else {
    signal = Signal{};
  }
}

bool Extraction::has_other_between(const std::vector<Item>& items, std::uint64_t from,
                                   const Injection& injection) {
  const Item& injected = items[injection.item];
  return std::any_of(items.begin(), items.end(), [&](const Item& i) {
    return &i != &injected && i.kind != Item::Kind::note && i.act > from && i.act < injected.act;
  });
}

/// A recorder's write and its injection are one operation: it stands where KVM injects.
void Extraction::settle(const Injection& injection, std::vector<Item>& items) const {
  const Signal& cause = injection.cause;
  Item& injected = items[injection.item];
  const std::string fd = injected.op.at("fd").get<std::string>();
  const auto make_note = [&](Item& item, std::string text) {
    item.kind = Item::Kind::note;
    item.op = {{"op", "note"}, {"by", "host"}, {"text", std::move(text)}};
  };
  if (cause.counted) {
    if (has_other_between(items, *cause.counted, injection))
      injected.remark =
          fmt::format("{} was written at step {}: KVM injects only now", fd, *cause.counted);
  } else if (cause.assignment && cause.early_write) {
    Item& assignment = items[*cause.assignment];
    if (has_other_between(items, assignment.act, injection)) {
      make_note(items[*cause.early_write], fd + " is written");
      injected.remark = "KVM_IRQFD has found the count, and KVM injects only now";
    } else {
      assignment.end = injected.end;
      assignment.state = injected.state;
      assignment.last_felt = injected.last_felt;
      make_note(injected, "KVM_IRQFD injects what it found in " + fd);
    }
  } else {
    injected.remark =
        "nobody writes here: a signal is injected twice, by its wake-up and by "
        "KVM_IRQFD";
  }
}

// --- events -------------------------------------------------------------------------------------

void Extraction::hear_common(const Event& e) {
  if (e.type == &event::eventfd_signal) count_signal(name_of(e.args[0]));
  if (e.type == &event::irqfd_inject) {
    if (const AssignedDevice* device = device_of_worker()) begin_injection(*device);
  }
  if (e.type == &event::operation_result) {
    const auto place = places_.find(record_->context);
    if (place != places_.end() && place->second.item)
      items_[*place->second.item].error = static_cast<int>(e.args[1]);
  }
  tell(e);
}

void Extraction::tell(const Event& e) {
  if (e.type == &event::wire) {
    note("device",
         fmt::format("{} drives its wire {}", name_of(e.args[0]), e.args[1] != 0 ? "high" : "low"));
  }
  for (const Telling& t : tellings()) {
    if (t.type == e.type) note(t.by, fmt::format(fmt::runtime(t.text), name_of(e.args[t.arg])));
  }
}

}  // namespace irqloom::app::transcript
