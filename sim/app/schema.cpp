#include "sim/app/schema.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "models/vmm/operations.h"
#include "sim/app/builtin_properties.h"
#include "sim/app/cost_table.h"
#include "sim/app/kernel.h"
#include "sim/app/part_members.h"

namespace irqloom::app {
namespace {

using scenario::Json;
using Members = std::vector<std::pair<std::string, Json>>;

// --- words --------------------------------------------------------------------------------------

Json described(Json schema, const std::string& description) {
  schema["description"] = description;
  return schema;
}

Json with_default(Json schema, const Json& value) {
  schema["default"] = value;
  return schema;
}

Json ref(const std::string& name) {
  return {{"$ref", "#/definitions/" + name}};
}

Json text(const std::string& description) {
  return {{"type", "string"}, {"description", description}};
}

Json flag(const std::string& description, bool value) {
  return {{"type", "boolean"}, {"description", description}, {"default", value}};
}

Json number(const std::string& description, std::uint64_t min, std::uint64_t max) {
  return {{"type", "integer"}, {"description", description}, {"minimum", min}, {"maximum", max}};
}

Json one_of_names(const std::string& description, const std::vector<std::string>& names) {
  return {{"type", "string"}, {"description", description}, {"enum", names}};
}

/// An object with these members and no others.
Json object(const std::string& description, const Members& members,
            const std::vector<std::string>& required = {}) {
  Json json = {{"type", "object"}, {"description", description}, {"additionalProperties", false}};
  if (!required.empty()) json["required"] = required;
  json["properties"] = Json::object();
  for (const auto& [name, schema] : members)
    json["properties"][name] = schema;
  return json;
}

/// An object of things of one kind, keyed by their names.
Json collection(const std::string& description, const std::string& name_pattern,
                const Json& element) {
  return {{"type", "object"},
          {"description", description},
          {"additionalProperties", false},
          {"patternProperties", {{name_pattern, element}}}};
}

constexpr const char* part_name = "^[a-z][a-z0-9-]{0,30}$";
constexpr const char* file_name = "^[a-z0-9-][a-z0-9.-]{0,59}$";

Json order() {
  return with_default({{"type", "integer"}, {"description", "Sorts before the name."}}, 0);
}

// --- what a machine is made of ------------------------------------------------------------------

Json platform() {
  return object(
      "The machine.",
      {{"arch", with_default(one_of_names("Its architecture.", {"x86", "arm64"}), "x86")},
       {"host_cpus", number("CPUs of the host; default: 2, arm64: 1.", 1, 8)},
       {"vcpus", number("CPUs of the guest; default: 2, arm64: 1.", 1, 8)},
       {"pins", with_default(number("x86: pins of both I/O APICs, and GSIs.", 1, 24), 24)},
       {"gic_version", with_default(number("arm64: of the guest's GIC.", 2, 3), 2)},
       {"host_gic_version", with_default(number("arm64: of the host's.", 2, 3), 2)},
       {"host_eoi_mode",
        with_default(number("arm64: of the host's GIC: 1 on a kernel that was booted at EL2; the "
                            "verdicts are those of 0.",
                            0, 1),
                     0)},
       {"vm", with_default(one_of_names("arm64: by-script: nothing is created yet.",
                                        {"running", "by-script"}),
                           "running")},
       {"list_registers", with_default(number("arm64: of a vCPU.", 1, 16), 4)}});
}

/// Names, each with what it is.
Json one_of_described(const std::string& description, Json choices) {
  return {{"type", "string"}, {"description", description}, {"anyOf", std::move(choices)}};
}

Json choice(std::string_view name, const std::string& description) {
  return {{"const", std::string(name)}, {"description", description}};
}

Json kernel() {
  Json choices = Json::array();
  for (const Kernel& k : kernels())
    choices.push_back(choice(k.name, with_arch(k.archs, k.summary)));
  return one_of_described("The host's kernel: a bundle of policies.", std::move(choices));
}

Json policies() {
  Members members;
  for (const PolicySeam& seam : policy_seams()) {
    Json choices = Json::array();
    for (const PolicyInfo& p : seam.choices)
      choices.push_back(choice(p.name, std::string(p.summary)));
    members.emplace_back(seam.key,
                         one_of_described(with_arch(seam.archs, seam.summary), std::move(choices)));
  }
  return object("Policies that differ from the kernel's: a patch.", members);
}

Json raises() {
  return with_default(
      {{"description", "How often the device raises its interrupt."},
       {"anyOf", Json::array({Json{{"const", "unbounded"}},
                              described(Json{{"const", "by-script"}}, "arm64: by an operation."),

                              Json{{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}})}},
      "unbounded");
}

Json device() {
  return object(
      "A device. The type decides which members it may have.",
      {{"type",
        one_of_names("pci: INTx with PCI 2.3's command and status bits. platform: only a wire, "
                     "masked at the host's controller. emulated: by the VMM, KVM_IRQ_LINE.",
                     {"pci", "platform", "emulated"})},
       {"pci_2_3", flag("pci: masked at the device; false: at the host's controller.", true)},
       {"host_pin", number("x86; pci, platform: pin of the host's I/O APIC, its own.", 0, 23)},
       {"host_spi", number("arm64: SPI of the host's GIC, its own.", 32, 1019)},
       {"trigger",
        with_default(one_of_names("arm64: what its wire does.", {"level", "edge"}), "level")},
       {"gsi",
        number("The guest's GSI that it raises; x86: up to 23; arm64: SPI 32 + GSI.", 0, 987)},
       {"raises", raises()},
       {"late_deassert",
        flag("pci, platform: an acknowledge completes before the wire falls.", false)},
       {"assigned", with_default(one_of_names("pci, platform: when KVM_IRQFD is called.",
                                              {"at-reset", "by-script"}),
                                 "at-reset")},
       {"asserting", flag("arm64: it has work and asserts its wire, from a VMM before.", false)},
       {"resample",
        {{"type", "boolean"},
         {"description", "arm64: a resample irqfd; default: for level-triggered devices."}}},
       {"reset_at_release",
        flag("arm64, platform: VFIO resets it when the last file descriptor is closed.", false)},
       {"on_error", with_default(one_of_names("arm64: user space whose KVM_IRQ_LINE fails.",
                                              {"ignore", "retry"}),
                                 "ignore")},
       {"pending_signals",
        with_default(number("pci, platform: signals in its eventfd at the start.", 0, 1000000), 0)},
       {"causes",
        with_default(
            number("arm64; emulated: that come at once; each is served by itself.", 1, 100), 1)},
       {"withdraws", flag("arm64; emulated: its causes may go away by themselves.", false)},
       {"never_lowered", flag("emulated: an acknowledge does not quiet it.", false)}},
      {"type", "gsi"});
}

Json action() {
  return object(
      "A handler, named after its device.",
      {{"order", order()},
       {"serves",
        with_default(one_of_names("Where the device is served.", {"thread", "primary"}), "thread")},
       {"reports", flag("It passes on what it reads, work or not.", false)}});
}

Json line() {
  return object(
      "A line of the guest.",
      {{"trigger",
        with_default(one_of_names("arm64: its trigger type.", {"level", "edge"}), "level")},
       {"unlazy", flag("IRQ_DISABLE_UNLAZY: disabling it masks it at once.", false)},
       {"vector", number("x86: its vector; default: 65 + GSI.", 32, 255)},
       {"vcpu", with_default(number("The vCPU that it is routed to.", 0, 7), 0)},
       {"flow", with_default(one_of_names("x86: the flow handler.", {"fasteoi", "level", "edge"}),
                             "fasteoi")},
       {"oneshot", flag("IRQF_ONESHOT: masked until the thread has finished.", true)},
       {"os", with_default(one_of_names("linux: genirq. raw: no lock between handler and thread.",
                                        {"linux", "raw"}),
                           "linux")},
       {"masked", flag("Masked at the start.", false)},
       {"enabled", flag("Requested and enabled at the start.", true)},
       {"wakeup", flag("irq_set_irq_wake() was called.", false)},
       {"actions",
        collection("The handlers, by device; called by order, then name.", part_name, action())}});
}

Json lines() {
  return collection("Its lines, by GSI.", "^(0|[1-9][0-9]{0,2})$", line());
}

Json threshold_value(const std::string& description, std::uint64_t run, std::uint64_t explore,
                     std::uint64_t max) {
  const Json whole = {{"type", "integer"}, {"minimum", 1}, {"maximum", max}};
  return {
      {"description", description},
      {"default", {{"run", run}, {"explore", explore}}},
      {"anyOf", Json::array({whole, Json{{"type", "object"},
                                         {"additionalProperties", false},
                                         {"properties", {{"run", whole}, {"explore", whole}}}}})}};
}

Json guest() {
  return object(
      "The guest.",
      {{"lines", lines()},
       {"spurious",
        object("note_interrupt(): the detection of unhandled interrupts; off if this is missing.",
               {{"limit", threshold_value("Unhandled interrupts that disable a line.", 99900, 99900,
                                          1000000)},
                {"window", threshold_value("Interrupts among which they are counted.", 100000,
                                           100000, 1000000)}})}},
      {"lines"});
}

/// Each with who does it, where.
Json operation_choices() {
  Json choices = Json::array();
  for (const OperationInfo& o : operations()) {
    std::string where = o.side == Side::both ? "" : std::string(name_of(o.side)) + ": ";
    choices.push_back(choice(o.name, with_arch(o.archs, where + std::string(o.what)) + " (" +
                                         std::string(o.source) + ")"));
  }
  return choices;
}

Json script() {
  const Json op = object(
      "One operation.",
      {{"order", order()},
       {"do", one_of_described("What it does.", operation_choices())},
       {"device", text("An assigned device: for operations on devices.")},
       {"gsi", number("A line of a Linux guest: for operations on lines.", 0, 987)},
       {"intid", number("irq-line: any number; KVM answers.", 0, 65535)},
       {"level", with_default(number("irq-line: the level.", 0, 1), 1)},
       {"value",
        number("create-vcpu, kick-vcpu: its id. set-affinity: that of the vCPU. nr-irqs: how many.",
               0, 65535)},
       {"if_failed", text("arm64: an earlier operation; only if that one failed.")},
       {"if_done", text("arm64: an earlier operation; only if that one did not fail.")}},
      {"do"});
  return object("A thread of the VMM or a task of the guest.",
                {{"in", with_default(one_of_names("Where it runs.", {"vmm", "guest"}), "vmm")},
                 {"vcpu", with_default(number("in guest: the vCPU that it runs on.", 0, 7), 0)},
                 {"optional", flag("An operator: fairness never owes its steps.", false)},
                 {"repeats", flag("It starts over when it is done.", false)},
                 {"ops", collection("What it does, by order, then name.", "^.+$", op)}},
                {"ops"});
}

// --- costs --------------------------------------------------------------------------------------

Json duration() {
  return {{"description", "A time, such as \"20us\": a number and ps, ns, us, ms or s."},
          {"anyOf", Json::array({Json{{"type", "string"},
                                      {"pattern", "^([0-9]+(\\.[0-9]+)?(ps|ns|us|ms|s)|0)$"}},
                                 Json{{"const", 0}}})}};
}

Json cost() {
  const Json range = {
      {"type", "string"},
      {"pattern", "^[0-9]+(\\.[0-9]+)?(ps|ns|us|ms|s)?\\.\\.[0-9]+(\\.[0-9]+)?(ps|ns|us|ms|s)$"}};
  const Json uniform =
      object("Every time between the two is equally likely.",
             {{"uniform",
               {{"type", "array"}, {"items", ref("duration")}, {"minItems", 2}, {"maxItems", 2}}}},
             {"uniform"});
  const Json choice = object("Times with their weights.",
                             {{"choice",
                               {{"type", "object"},
                                {"additionalProperties",
                                 {{"type", "integer"}, {"minimum", 1}, {"maximum", 4294967295}}}}}},
                             {"choice"});
  const Json exponential =
      object("Exponentially distributed, cut at max.",
             {{"exponential",
               object("", {{"mean", ref("duration")}, {"max", ref("duration")}}, {"mean", "max"})}},
             {"exponential"});
  return {{"description", "How long something takes."},
          {"anyOf", Json::array({ref("duration"), range, uniform, choice, exponential})}};
}

Json costs() {
  const Json entry = {
      {"anyOf",
       Json::array(
           {ref("cost"),
            object(
                "A cost, and what it does to the executor.",
                {{"cost", ref("cost")},
                 {"kind", one_of_names("busy: holds it. sleep: frees it. elsewhere: concerns none.",
                                       {"busy", "sleep", "elsewhere"})}},
                {"cost"})})}};
  Json json = {{"type", "object"},
               {"description",
                "What steps cost; NAME.period is the time between a device's raises or, on "
                "arm64, before a script's operations."},
               {"additionalProperties", false},
               {"patternProperties", {{"^[a-z][a-z0-9-]{0,30}\\.period$", entry}}}};
  json["properties"] = Json::object();
  for (const DefaultCost& c : default_costs()) {
    json["properties"][std::string(c.key)] =
        with_default(described(entry, std::string(c.what) + " (" + std::string(c.source) + ")"),
                     std::string(c.time));
  }
  return json;
}

// --- properties ---------------------------------------------------------------------------------

Json predicate() {
  const Json value = {{"type", Json::array({"integer", "boolean", "string"})}};
  const Json list = {{"type", "array"}, {"items", ref("predicate")}, {"minItems", 1}};
  Json field =
      object("Compares a field.",
             {{"field", text("SLOT.FIELD or SLOT.FIELD[i], such as kvm.ioapic.pin16.irr.")},
              {"is", value},
              {"is_not", value},
              {"at_least", value},
              {"at_most", value}},
             {"field"});
  field["minProperties"] = 2;
  field["maxProperties"] = 2;
  return {
      {"description", "A condition over the world."},
      {"anyOf", Json::array({field,
                             object("The context has nothing to do.",
                                    {{"at_rest", text("A context.")}}, {"at_rest"}),
                             object("All hold.", {{"all", list}}, {"all"}),
                             object("Some hold.", {{"any", list}}, {"any"}),
                             object("It does not hold.", {{"not", ref("predicate")}}, {"not"})})}};
}

Json properties() {
  const Json own = object(
      "A property of this scenario's own.",
      {{"kind",
        one_of_names("never p; always p; recoverable: p can always be reached again; eventually p; "
                     "leads_to: after p, q; reachable: p guards against a vacuous pass.",
                     {"never", "always", "recoverable", "eventually", "leads_to", "reachable"})},
       {"p", ref("predicate")},
       {"q", ref("predicate")},
       {"why", text("One sentence: why breaking it is bad.")}},
      {"kind", "p", "why"});
  Json json = {
      {"type", "object"},
      {"description",
       "What is judged. {} takes a built-in one in, false leaves it out: if some are taken in, "
       "only those are judged; if some are only left out, all others are. Missing: every built-in "
       "one that need not be named."},
      {"propertyNames", {{"pattern", "^[a-z0-9-]{1,60}$"}}},
      {"additionalProperties", {{"anyOf", Json::array({own, Json{{"const", false}}})}}}};
  json["properties"] = Json::object();
  for (const BuiltinProperty& p : builtin_properties()) {
    json["properties"][std::string(p.name)] = {
        {"description", "{}: violated when " + std::string(p.what) + ". false: left out." +
                            (p.by_name_only ? " Judged where it is named only." : "")},
        {"anyOf",
         Json::array({Json{{"type", "object"}, {"maxProperties", 0}}, Json{{"const", false}}})}};
  }
  return json;
}

Json assume() {
  return collection("Orders that are taken for granted.", "^.+$",
                    object("The step is not taken while the context is not at rest.",
                           {{"before", text("The context that comes first.")},
                            {"after", object("The step that waits for it.",
                                             {{"context", text("Whose step.")},
                                              {"routine", text("The modelled function.")},
                                              {"step", text("The step's label.")}},
                                             {"context", "routine", "step"})},
                            {"why", text("One sentence: why this can be relied on.")}},
                           {"before", "after", "why"}));
}

// --- variants -----------------------------------------------------------------------------------

Json expect() {
  const Json verdict =
      object("A verdict, argued beforehand.",
             {{"verdict", one_of_names("The verdict.", {"holds", "violated", "inconclusive"})},
              {"violations",
               {{"type", "object"},
                {"description",
                 "By property: parts of the places where it is violated, of which each is found, "
                 "and nothing else; after the place stands, in explorations, the step: "
                 "\"dev0, step 'LABEL' of ROUTINE\". None: any place."},
                {"additionalProperties", {{"type", "array"}, {"items", {{"type", "string"}}}}}}}},
             {"verdict"});
  return object("What the sources lead one to expect.",
                {{"run", verdict},
                 {"explore", verdict},
                 {"why", text("The argument, in a sentence or two.")}},
                {"why"});
}

Json variants() {
  return collection(
      "The scenario with named changes.", file_name,
      object("One variant.", {{"summary", text("One line.")},
                              {"patch",
                               {{"type", "object"},
                                {"description", "JSON Merge Patch (RFC 7396) of this document."}}},
                              {"expect", expect()},
                              {"tags",
                               {{"type", "array"},
                                {"description", "long: checked only with --long."},
                                {"items", {{"enum", {"long"}}}}}}}));
}

Members top_level() {
  const Json run =
      object("The timed run.",
             {{"until", with_default(described(ref("duration"), "Its end."), "20ms")},
              {"patience",
               with_default(described(ref("duration"), "How long an obligation may last."), "5ms")},
              {"seed", with_default(Json{{"type", "integer"},
                                         {"minimum", 0},
                                         {"description", "Of the generators: any of 64 bits."}},
                                    1)}});
  const Json explore =
      object("The exploration.",
             {{"max_states",
               {{"type", "integer"},
                {"minimum", 1},
                {"description", "Bound on the states; without it, memory is the bound."}}}});
  return {
      {"$schema", text("Where this schema is.")},
      {"name",
       {{"type", "string"},
        {"pattern", file_name},
        {"description", "The scenario's name; part of file names."}}},
      {"title", text("One line.")},
      {"story", text("The page that tells it.")},
      {"about", text("More of it.")},
      {"platform", platform()},
      {"kernel", kernel()},
      {"policies", policies()},
      {"devices", collection("The devices.", part_name, device())},
      {"guest", guest()},
      {"scripts", collection("What the VMM and the guest do besides.", part_name, script())},
      {"thresholds",
       object("x86: limits of the code; explore may take them smaller.",
              {{"successive_eois", threshold_value("Successive EOIs before KVM's IOAPIC throttles.",
                                                   10000, 3, 65535)}})},
      {"costs", costs()},
      {"run", run},
      {"explore", explore},
      {"properties", properties()},
      {"assume", assume()},
      {"expect", described(expect(), "Of a scenario without variants.")},
      {"variants", variants()}};
}

// --- what one architecture has and the other has not -------------------------------------------

Json names_among(const std::vector<std::string>& names) {
  return {{"propertyNames", {{"enum", names}}}};
}

/// Whatever members it has, those are as `element` says.
Json all_members(const Json& element) {
  return {{"additionalProperties", element}};
}

/// `then` where the member `name` is `value`.
Json where(const std::string& name, const std::string& value, const Json& then) {
  return {{"if", {{"properties", {{name, {{"const", value}}}}}, {"required", {name}}}},
          {"then", then}};
}

Json devices_on(Arch arch) {
  using Type = std::pair<const char*, DevicePlace>;
  const std::vector<Type> types =
      arch == Arch::x86
          ? std::vector<Type>{{"pci", x86_pci},
                              {"platform", x86_platform},
                              {"emulated", x86_emulated}}
          : std::vector<Type>{{"platform", arm64_platform}, {"emulated", arm64_emulated}};
  std::vector<std::string> names;
  Json members = Json::array();
  for (const auto& [type, place] : types) {
    names.emplace_back(type);
    members.push_back(where("type", type, names_among(device_members().at(place))));
  }
  Json device = {{"properties", {{"type", {{"enum", names}}}}}, {"allOf", members}};
  if (arch == Arch::x86) device["properties"]["raises"] = {{"not", {{"const", "by-script"}}}};
  return all_members(device);
}

Json scripts_on(Arch arch) {
  const auto ops = [arch](bool in_guest) -> Json {
    std::vector<std::string> names;
    for (const OperationInfo& o : operations()) {
      if (is_done_by(o, arch, in_guest)) names.emplace_back(o.name);
    }
    Json op = names_among(operation_members().at(place_of(arch)));
    op["properties"] = {{"do", {{"enum", names}}}};
    return {{"properties", {{"ops", all_members(op)}}}};
  };
  Json script = where("in", "guest", ops(true));
  script["else"] = ops(false);
  return all_members(script);
}

Json only_on(Arch arch) {
  const MemberTable::Place place = place_of(arch);
  Json lines = all_members(names_among(line_members().at(place)));
  if (arch == Arch::x86) lines["propertyNames"] = {{"pattern", "^([0-9]|1[0-9]|2[0-3])$"}};
  return {{"properties",
           {{"platform", names_among(platform_members().at(place))},
            {"kernel", {{"enum", names_on(arch, kernels(), &Kernel::name)}}},
            {"policies", names_among(names_on(arch, policy_seams(), &PolicySeam::key))},
            {"devices", devices_on(arch)},
            {"guest", {{"properties", {{"lines", lines}}}}},
            {"scripts", scripts_on(arch)},
            {"thresholds", names_among(threshold_members().at(place))}}}};
}

}  // namespace

Json scenario_schema() {
  Json json = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "irqloom scenario"}};
  json.update(object("A set-up, what is judged in it, and what is expected.", top_level(),
                     {"name", "title", "kernel", "devices", "guest"}));
  const Json arm64 = {{"properties", {{"arch", {{"const", "arm64"}}}}}, {"required", {"arch"}}};
  json["if"] = {{"properties", {{"platform", arm64}}}, {"required", {"platform"}}};
  json["then"] = only_on(Arch::arm64);
  json["else"] = only_on(Arch::x86);
  json["definitions"] = {{"duration", duration()}, {"cost", cost()}, {"predicate", predicate()}};
  return json;
}

std::string scenario_schema_text() {
  return scenario_schema().dump(2) + "\n";
}

}  // namespace irqloom::app
