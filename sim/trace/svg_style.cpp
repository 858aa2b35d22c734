#include "sim/trace/svg_style.h"

#include <algorithm>

#include "sim/trace/append.h"
#include "sim/trace/columns.h"

namespace irqloom::trace {

namespace {

constexpr int column_px = 6;

constexpr std::string_view sheet =
    R"(text{font:11px Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#222}
.title{font-size:17px;font-weight:bold}
.note,.time{fill:#666}
.time{text-anchor:middle}
.minor{fill:#777}
.name{font-size:12px;text-anchor:end}
.layer{font-weight:bold;letter-spacing:.5px}
.grid{stroke:#000;stroke-opacity:.1}
.base{stroke:#000;stroke-opacity:.22}
.lead{stroke:#000;stroke-opacity:.35}
.arrow{stroke:#333;stroke-width:1.4;fill:none;marker-end:url(#head)}
.wave{stroke:#333;stroke-width:1.5;fill:none}
.high{fill:#333;fill-opacity:.14}
.cut{stroke:#fff;stroke-width:6;fill:none}
.edge{stroke:#bbb;fill:none}
.loop{fill:none;stroke:#c60;stroke-width:2;stroke-dasharray:7 4}
.again{fill:#c60;font-weight:bold}
.long{fill-opacity:.45}
.when{stroke:#c00000;stroke-width:1.5;stroke-dasharray:5 4}
.why{fill:#c00000;font-weight:bold}
.halo{stroke-width:3px;stroke-linejoin:round;paint-order:stroke}
)";

}  // namespace

std::size_t svg_tint_of(std::string_view layer) {
  const auto found = std::find_if(svg_tints.begin(), svg_tints.end() - 1,
                                  [&](const SvgTint& tint) { return tint.layer == layer; });
  return static_cast<std::size_t>(found - svg_tints.begin());
}

std::string svg_style() {
  std::string style = "<style>\n";
  style += sheet;
  for (std::size_t i = 0; i < svg_tints.size(); ++i) {
    const auto rule = [&](char name, std::string_view property, std::string_view color) {
      style += '.';
      style += name;
      append_number(style, i);
      style += '{';
      style += property;
      style += color;
      style += '}';
    };
    rule('g', "fill:", svg_tints[i].ground);
    rule('b', "stroke-width:1;fill:", svg_tints[i].box);
    rule('b', "stroke:", svg_tints[i].frame);
    rule('t', "fill:", svg_tints[i].frame);
    rule('s', "stroke-opacity:.4;stroke:", svg_tints[i].frame);
    rule('h', "stroke:", svg_tints[i].ground);
    style += '\n';
  }
  // The last word over a box's layer.
  style += ".bad{fill:#ff9c94;fill-opacity:1;stroke:#c00000;stroke-width:2.5}\n</style>\n";
  return style;
}

int svg_width(std::string_view text) {
  return static_cast<int>(columns(text)) * column_px;
}

std::string svg_shortened(std::string_view text, std::size_t most) {
  if (columns(text) <= most) return std::string(text);
  std::string cut(wrap(text, most - 1)[0]);
  cut += "…";
  return cut;
}

// XML 1.0, 2.2: of the characters below a space only tab and line breaks may occur.
void append_xml(std::string& to, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      default:
        to += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
}

}  // namespace irqloom::trace
