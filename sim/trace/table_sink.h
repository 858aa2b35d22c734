// The numbered table in which a counterexample is shown: what each step changed in the world, and
// the kernel function to look at. 120 columns, long cells are wrapped. The steps that matter bear a
// '>', a lasso's loop and what follows a loss are marked:
//
//        #  context         step                        what changed              function
//   >    0  dev0            raise the line              dev0.line 0>1             ...
//   ┌ loop from step 1
//   │    1  hardirq0        mask                        ...
//   └ back to 1
//
// The versions of the functions stand in the heading; a function's file stands where it is not that
// of the row above.
#pragma once

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "sim/trace/columns.h"
#include "sim/trace/diff.h"

namespace irqloom::trace {

/// What there is to say about single steps, by StepRecord::seq.
struct StepNotes {
  std::set<std::uint64_t> matter;              ///< The rows to look at.
  std::map<std::uint64_t, std::string> below;  ///< A line below a row.
};

struct TableOptions {
  bool color = false;  ///< For a terminal whose user did not ask for NO_COLOR.
  StepNotes notes = {};
};

class TableSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit TableSink(std::ostream& out, TableOptions options = {})
      : out_(out), options_(std::move(options)) {}

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  /// Closes the loop of a lasso. The verdict is for whoever prints the table to say.
  void end(std::uint64_t end_ps, const std::string& verdict) override;

 private:
  void fill_row(const StepRecord& record);
  void print_violations(const StepRecord& record);
  void print_line(const std::string& text, std::string_view color);
  void print(const std::vector<Cell>& cells);

  std::ostream& out_;
  TableOptions options_;
  const Fabric* fabric_ = nullptr;
  std::uint64_t loop_start_ = no_step;
  std::uint64_t continuation_ = no_step;
  bool in_loop_ = false;
  std::string latest_source_;
  std::vector<Cell> cells_;  // Reused for every row.
  std::vector<Change> changes_;
  std::string item_;
  std::string text_;
};

}  // namespace irqloom::trace
