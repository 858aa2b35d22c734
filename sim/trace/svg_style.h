// How pictures look: colours and sizes of text, and text as XML.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace irqloom::trace {

/// The colours of a layer. Neighbours differ in lightness too, for those who see few colours.
struct SvgTint {
  std::string_view layer;  ///< "" stands for all others.
  std::string_view ground;
  std::string_view box;
  std::string_view frame;
};

/// From top to bottom, as lanes are grouped.
inline constexpr std::array<SvgTint, 6> svg_tints = {
    {{"hardware", "#f6f1e4", "#e3c984", "#8a6914"},
     {"host kernel", "#e9f1fb", "#a9c8ee", "#2a5f9e"},
     {"kvm", "#f2ecfa", "#cfb6ee", "#6a3fa8"},
     {"vmm", "#e6f5f3", "#9fd8cf", "#1f7468"},
     {"guest", "#ecf7e7", "#b4dfa0", "#3f7f26"},
     {"", "#f1f1f1", "#cccccc", "#555555"}}};

/// Index into svg_tints.
std::size_t svg_tint_of(std::string_view layer);

/// The <style> element. For tint n there are the classes gn (ground), bn (box), tn (text), sn
/// (stroke in a box) and hn (halo of text on the ground).
std::string svg_style();

/// Pixels that `text` takes at most at the size of labels, in the widest of the usual fonts.
int svg_width(std::string_view text);

/// At most `most` (at least 2) characters of `text`, cut between words if possible; what is cut off
/// shows as an ellipsis.
std::string svg_shortened(std::string_view text, std::size_t most);

/// Appends UTF-8 `text` as the content of an element.
void append_xml(std::string& to, std::string_view text);

}  // namespace irqloom::trace
