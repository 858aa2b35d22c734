#include "sim/check/junit.h"

#include <fmt/format.h>

#include <algorithm>

namespace irqloom::check {
namespace {

using Result = JunitCase::Result;

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
  }
  return result;
}

std::string case_text(const JunitCase& c) {
  const std::string head = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                       escaped(c.suite), escaped(c.name), c.seconds);
  if (c.result == Result::passed) return head + "/>\n";
  const std::string summary = c.text.substr(0, c.text.find('\n'));
  if (c.result == Result::skipped)
    return fmt::format("{}><skipped message=\"{}\"/></testcase>\n", head, escaped(summary));
  const char* tag = c.result == Result::failed ? "failure" : "error";
  return fmt::format("{}><{} message=\"{}\">{}</{}></testcase>\n", head, tag, escaped(summary),
                     escaped(c.text), tag);
}

std::string counts(const std::vector<JunitCase>& cases, const std::string* suite) {
  const auto count = [&](auto&& wanted) {
    return std::count_if(cases.begin(), cases.end(), [&](const JunitCase& c) {
      return (suite == nullptr || c.suite == *suite) && wanted(c.result);
    });
  };
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
                     count([](Result) { return true; }),
                     count([](Result r) { return r == Result::failed; }),
                     count([](Result r) { return r == Result::error; }),
                     count([](Result r) { return r == Result::skipped; }));
}

}  // namespace

std::string junit_text(const std::vector<JunitCase>& cases) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites name=\"irqloom check\" {}>\n", counts(cases, nullptr));
  std::vector<std::string> suites;
  for (const JunitCase& c : cases) {
    if (std::find(suites.begin(), suites.end(), c.suite) == suites.end()) suites.push_back(c.suite);
  }
  for (const std::string& suite : suites) {
    text += fmt::format("  <testsuite name=\"{}\" {}>\n", escaped(suite), counts(cases, &suite));
    for (const JunitCase& c : cases) {
      if (c.suite == suite) text += case_text(c);
    }
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace irqloom::check
