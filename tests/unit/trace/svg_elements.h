// Reads SVG as far as the pictures of traces use it, strictly: what is no well-formed XML throws.
#pragma once

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace irqloom::svg_test {

struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  ///< Its own, without that of the elements in it.

  int number(const std::string& attribute) const { return std::stoi(attributes.at(attribute)); }
  bool has_class(const std::string& wanted) const {
    const auto found = attributes.find("class");
    return found != attributes.end() &&
           (" " + found->second + " ").find(" " + wanted + " ") != std::string::npos;
  }
};

/// XML 1.0 without what the pictures have no use for: comments, CDATA, declarations.
class Reader {
 public:
  /// All elements in the order of their start tags.
  static std::vector<Element> read(std::string_view text) {
    Reader reader(text);
    reader.element();
    reader.skip_space();
    reader.demand(reader.rest_.empty(), "text behind the last element");
    return std::move(reader.elements_);
  }

 private:
  explicit Reader(std::string_view text) : rest_(text) {
    for (const char c : text)
      demand(static_cast<unsigned char>(c) >= 0x20 || c == '\n', "a control character");
  }

  void demand(bool fact, const std::string& otherwise) const {
    if (!fact) throw std::runtime_error(otherwise + " before " + std::string(rest_.substr(0, 60)));
  }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }
  std::string name() {
    const std::size_t end = rest_.find_first_of(" \n=/><\"");
    demand(end != 0 && end != std::string_view::npos, "no name");
    const std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }
  /// Characters up to `stop`, with their entities replaced.
  std::string characters(char stop) {
    std::string value;
    while (!rest_.empty() && rest_[0] != stop) {
      demand(rest_[0] != '<', "a bare <");
      if (take("&amp;")) {
        value += '&';
      } else if (take("&lt;")) {
        value += '<';
      } else if (take("&gt;")) {
        value += '>';
      } else {
        demand(rest_[0] != '&', "an unknown entity");
        value += rest_[0];
        rest_.remove_prefix(1);
      }
    }
    return value;
  }
  void attributes(Element& element) {
    for (skip_space(); !rest_.starts_with(">") && !rest_.starts_with("/"); skip_space()) {
      const std::string key = name();
      demand(take("=\""), "no value");
      demand(element.attributes.emplace(key, characters('"')).second, "an attribute twice");
      demand(take("\""), "no end of a value");
    }
  }
  void element() {
    demand(take("<"), "no element");
    const std::size_t index = elements_.size();
    Element started;
    started.name = name();
    attributes(started);
    elements_.push_back(started);
    if (take("/>")) return;
    demand(take(">"), "no end of a tag");
    while (!rest_.starts_with("</")) {
      elements_[index].text += characters('<');
      demand(!rest_.empty(), "no end of <" + started.name + ">");
      if (!rest_.starts_with("</")) element();
    }
    demand(take("</" + started.name + ">"), "not the end of <" + started.name + ">");
  }

  std::string_view rest_;
  std::vector<Element> elements_;
};

inline std::vector<Element> with_class(const std::vector<Element>& elements,
                                       const std::string& wanted) {
  std::vector<Element> found;
  for (const Element& e : elements) {
    if (e.has_class(wanted)) found.push_back(e);
  }
  return found;
}

/// Where a path of straight lines and quadratic curves begins and ends.
struct Ends {
  int x1 = 0;
  int y1 = 0;
  int x2 = 0;
  int y2 = 0;
};

inline Ends ends_of(const std::string& path) {
  Ends e;
  std::size_t at = 0;
  const auto next = [&] {
    at = path.find_first_of("-0123456789", at);
    std::size_t used = 0;
    const int value = std::stoi(path.substr(at), &used);
    at += used;
    return value;
  };
  while (at < path.size()) {
    const char command = path[at];
    if (command == 'M') {
      e.x1 = e.x2 = next();
      e.y1 = e.y2 = next();
    } else if (command == 'V') {
      e.y2 = next();
    } else if (command == 'h') {
      e.x2 += next();
    } else if (command == 'q') {
      next();
      next();
      e.x2 += next();
      e.y2 += next();
    } else {
      throw std::runtime_error("an unexpected command in " + path);
    }
  }
  return e;
}

}  // namespace irqloom::svg_test
