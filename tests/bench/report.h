// What the benchmarks found: tables for people, the same as JSON for programs, and the aims.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace irqloom::bench {

/// One value of a table, as text and as it is in JSON.
struct Cell {
  std::string text;
  nlohmann::json value;
};

Cell text(std::string value);
/// `decimals` after the point; whole thousands are set apart.
Cell number(double value, int decimals = 0);
/// "2.13x"
Cell ratio(double value);

struct Column {
  std::string title;  ///< Shown above the column.
  std::string key;    ///< Of the value in JSON.
};

struct Table {
  std::string title;
  std::string key;  ///< In JSON.
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  ///< As long as columns.
  std::vector<std::string> notes;       ///< One sentence each, below the table.
};

/// What a value should be at most, or at least.
struct Aim {
  enum class Bound { at_most, at_least };

  std::string what;
  double value = 0;
  Bound bound = Bound::at_most;
  double limit = 0;
  std::string unit;  ///< May be empty.

  bool met() const { return bound == Bound::at_most ? value <= limit : value >= limit; }
};

class Report {
 public:
  /// Prints the table at once, so that there is something to read while the rest is measured.
  explicit Report(std::ostream& out) : out_(out) {}

  void add(const Table& table);
  void add(const Aim& aim) { aims_.push_back(aim); }
  /// Says why something was not measured.
  void skip(const std::string& what);
  /// The aims beside what was measured.
  void finish();
  /// {"tables": {KEY: [{COLUMN: value}]}, "aims": [...], "skipped": [...]}
  nlohmann::json json() const;

 private:
  std::ostream& out_;
  nlohmann::json tables_ = nlohmann::json::object();
  nlohmann::json skipped_ = nlohmann::json::array();
  std::vector<Aim> aims_;
};

}  // namespace irqloom::bench
