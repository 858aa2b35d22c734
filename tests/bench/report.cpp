#include "tests/bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/bench/clock.h"

namespace irqloom::bench {

namespace {

std::string with_thousands(double value, int decimals) {
  std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  for (std::size_t at = point; at > 3; at -= 3)
    digits.insert(at - 3, ",");
  return value < 0 ? "-" + digits : digits;
}

std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t width = table.columns[c].title.size();
    for (const auto& row : table.rows)
      width = std::max(width, row[c].text.size());
    widths.push_back(width);
  }
  return widths;
}

// The first column names the row, the others hold numbers.
std::string aligned(std::size_t column, const std::string& cell, std::size_t width) {
  return column == 0 ? fmt::format("  {:<{}}", cell, width) : fmt::format("  {:>{}}", cell, width);
}

void print(std::ostream& out, const Table& table) {
  const std::vector<std::size_t> widths = widths_of(table);
  out << '\n' << table.title << "\n\n";
  for (std::size_t c = 0; c < widths.size(); ++c)
    out << aligned(c, table.columns[c].title, widths[c]);
  out << '\n';
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < widths.size(); ++c)
      out << aligned(c, row[c].text, widths[c]);
    out << '\n';
  }
  for (const std::string& note : table.notes)
    out << "  " << note << '\n';
  out.flush();
}

std::string_view sign_of(const Aim& aim) {
  return aim.bound == Aim::Bound::at_most ? "<=" : ">=";
}

std::string amount(double value, const std::string& unit) {
  const int decimals = value >= 1000 ? 0 : 2;
  return with_thousands(value, decimals) + (unit.empty() ? "" : " " + unit);
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Cell text(std::string value) {
  return Cell{value, value};
}

Cell number(double value, int decimals) {
  return Cell{with_thousands(value, decimals), value};
}

Cell ratio(double value) {
  return Cell{fmt::format("{:.2f}x", value), value};
}

void Report::add(const Table& table) {
  print(out_, table);
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& cells : table.rows) {
    nlohmann::json row;
    for (std::size_t c = 0; c < cells.size(); ++c)
      row[table.columns[c].key] = cells[c].value;
    rows.push_back(row);
  }
  tables_[table.key] = rows;
}

void Report::skip(const std::string& what) {
  out_ << "\nskipped: " << what << '\n';
  skipped_.push_back(what);
}

void Report::finish() {
  if (aims_.empty()) return;
  Table table{"Aims", "aims", {{"", ""}, {"measured", ""}, {"aim", ""}, {"", ""}}, {}, {}};
  for (const Aim& aim : aims_) {
    table.rows.push_back({text(aim.what), text(amount(aim.value, aim.unit)),
                          text(fmt::format("{} {}", sign_of(aim), amount(aim.limit, aim.unit))),
                          text(aim.met() ? "met" : "MISSED")});
  }
  print(out_, table);
}

nlohmann::json Report::json() const {
  nlohmann::json aims = nlohmann::json::array();
  for (const Aim& aim : aims_) {
    aims.push_back({{"what", aim.what},
                    {"value", aim.value},
                    {"bound", sign_of(aim)},
                    {"limit", aim.limit},
                    {"unit", aim.unit},
                    {"met", aim.met()}});
  }
  return {{"tables", tables_}, {"aims", aims}, {"skipped", skipped_}};
}

}  // namespace irqloom::bench
