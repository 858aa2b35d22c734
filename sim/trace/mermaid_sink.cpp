#include "sim/trace/mermaid_sink.h"

#include "sim/trace/append.h"
#include "sim/trace/describe.h"

namespace irqloom::trace {

namespace {

constexpr std::size_t first_steps = 20;
constexpr std::size_t last_steps = 40;

/// Appends free text. A ';' or line break ends a statement and '#' starts an entity in Mermaid; the
/// result is put into HTML.
void append_text(std::string& to, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case ';':
        to += "#59;";
        break;
      case '#':
        to += "#35;";
        break;
      case '<':
        to += "#lt;";
        break;
      case '>':
        to += "#gt;";
        break;
      default:
        to += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
}

void append_participant(std::string& to, std::size_t context) {
  to += 'c';
  append_number(to, context);
}

}  // namespace

void MermaidSink::begin(const Fabric& fabric, const TraceInfo& info) {
  fabric_ = &fabric;
  info_ = info;
}

void MermaidSink::step(const StepRecord& record) {
  Drawn drawn{record.seq, record.context, record.context, {}};
  if (record.cause < contexts_.size()) drawn.from = contexts_[record.cause];
  contexts_.push_back(record.context);

  drawn.text = "  ";
  append_participant(drawn.text, drawn.from);
  drawn.text += "->>";
  append_participant(drawn.text, drawn.to);
  drawn.text += ": ";
  append_number(drawn.text, record.seq);
  drawn.text += ". ";
  std::string label;
  append_step(label, *fabric_, record);
  append_text(drawn.text, label);
  drawn.text += '\n';
  append_notes(drawn.text, record);
  draw(std::move(drawn));
}

/// A note at whoever stepped last.
void MermaidSink::violated(const OpenViolation& open) {
  if (contexts_.empty()) return;
  std::string item = "violated: ";
  append_violation(item, open);
  std::string& text = (last_.empty() ? first_.back() : last_.back()).text;
  text += "  Note over ";
  append_participant(text, contexts_.back());
  text += ": ";
  append_text(text, item);
  text += '\n';
}

void MermaidSink::draw(Drawn drawn) {
  if (first_.size() < first_steps) {
    first_.push_back(std::move(drawn));
    return;
  }
  last_.push_back(std::move(drawn));
  if (last_.size() > last_steps) last_.pop_front();
}

void MermaidSink::append_notes(std::string& to, const StepRecord& record) {
  const auto start = [&] {
    to += "  Note over ";
    append_participant(to, record.context);
    to += ": ";
  };
  diff(*fabric_, record, changes_);
  std::string item;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (i == 0) start();
    if (i != 0) to += "<br/>";
    item.clear();
    append_change(item, *fabric_, changes_[i]);
    append_text(to, item);
  }
  if (!changes_.empty()) to += '\n';
  if (record.violations == nullptr) return;
  for (const Violation& violation : *record.violations) {
    item = "violated: ";
    append_violation(item, violation);
    start();
    append_text(to, item);
    to += '\n';
  }
}

std::set<ContextId> MermaidSink::participants() const {
  std::set<ContextId> used;
  for (const Drawn& d : first_)
    used.insert({d.from, d.to});
  for (const Drawn& d : last_)
    used.insert({d.from, d.to});
  return used;
}

/// `across`: "c0,c7", for notes over all participants.
void MermaidSink::print_steps(const std::string& across) {
  const std::uint64_t total = contexts_.size();
  const std::uint64_t skipped = total - first_.size() - last_.size();
  bool in_loop = false;
  const auto draw = [&](const Drawn& d) {
    if (!in_loop && d.seq >= info_.loop_start) {
      out_ << "  loop for ever: back to step " << info_.loop_start << '\n';
      in_loop = true;
    }
    out_ << d.text;
  };
  for (const Drawn& d : first_)
    draw(d);
  if (skipped != 0) {
    out_ << "  Note over " << across << ": " << skipped << " of " << total
         << " steps are not drawn here\n";
  }
  for (const Drawn& d : last_)
    draw(d);
  if (in_loop) out_ << "  end\n";
}

void MermaidSink::end(std::uint64_t /*end_ps*/, const std::string& verdict) {
  std::string text = "sequenceDiagram\n";
  const std::set<ContextId> used = participants();
  for (const ContextId c : used) {
    text += "  participant ";
    append_participant(text, c);
    text += " as ";
    append_text(text, fabric_->contexts()[c].name);
    text += '\n';
  }
  out_ << text;
  if (used.empty()) return;
  std::string across;
  append_participant(across, *used.begin());
  if (used.size() > 1) {
    across += ',';
    append_participant(across, *used.rbegin());
  }
  print_steps(across);
  text = "  Note over " + across + ": ";
  append_text(text, info_.scenario + ", " + info_.variant + ": " + verdict);
  out_ << text << '\n';
}

}  // namespace irqloom::trace
