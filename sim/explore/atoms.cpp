#include "sim/explore/atoms.h"

namespace irqloom::explore {

std::vector<Atom> atoms_of(const Layout& layout) {
  std::vector<Atom> atoms;
  for (const SlotInfo& s : layout.slots()) {
    if (s.fields.empty()) atoms.push_back(Atom{Range{s.offset, s.size}, s.name});
    for (const Field& f : s.fields) {
      for (std::uint32_t i = 0; i < f.count; ++i) {
        std::string name = s.name + "." + std::string(f.name);
        if (f.count > 1) name += "[" + std::to_string(i) + "]";
        const std::uint32_t offset = s.offset + f.offset + i * f.size;
        atoms.push_back(Atom{Range{offset, f.size}, std::move(name)});
      }
    }
  }
  return atoms;
}

}  // namespace irqloom::explore
