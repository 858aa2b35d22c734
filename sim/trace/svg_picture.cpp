#include "sim/trace/svg_picture.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "sim/trace/append.h"
#include "sim/trace/columns.h"
#include "sim/trace/svg_labels.h"
#include "sim/trace/svg_style.h"

namespace irqloom::trace {

namespace {

// In pixels.
constexpr int margin = 14;
constexpr int least_axis = 200;
constexpr int box_height = 20;
constexpr int row_height = 13;
constexpr int lane_gap = 12;
constexpr int corner = 4;
constexpr int heading_height = 16;
constexpr int wave_height = 14;
constexpr int wave_gap = 10;
constexpr int caption_height = 16;
constexpr int caption_column = 7;
constexpr int time_width = 58;
// In characters.
constexpr std::size_t most_name = 26;
constexpr std::size_t most_label = 48;
constexpr std::size_t short_label = 22;

constexpr std::size_t label_rows = 6;

int room_for_names(const SvgPicture& picture) {
  std::size_t widest = 12;
  for (const SvgPicture::Lane& lane : picture.lanes)
    widest = std::max(widest, columns(lane.name));
  for (const SvgPicture::Wave& wave : picture.waves)
    widest = std::max(widest, columns(wave.name));
  return static_cast<int>(std::min(widest, most_name)) * 7;
}

/// For the labels of the last boxes, right of the axis.
int room_for_labels(const SvgPicture& picture) {
  std::size_t widest = 8;
  const std::size_t count = picture.boxes.size();
  for (std::size_t i = count - std::min<std::size_t>(count, 3); i < count; ++i)
    widest = std::max(widest, columns(picture.boxes[i].label));
  return svg_width(std::string(std::min(widest, most_label / 2), 'x'));
}

std::vector<Moment> moments_of(const SvgPicture& picture) {
  std::vector<Moment> moments;
  for (const SvgPicture::Box& box : picture.boxes) {
    moments.push_back(box.begin);
    moments.push_back(box.end);
  }
  for (const SvgPicture::Alarm& alarm : picture.alarms)
    moments.push_back(alarm.at);
  if (moments.empty()) moments.push_back({});
  return moments;
}

/// "2042.9"
std::string time_text(std::uint64_t ps, bool counts_steps) {
  std::string text;
  if (counts_steps) {
    append_number(text, ps / 1000);
    return text;
  }
  append_us(text, ps);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

class Drawing {
 public:
  Drawing(const SvgPicture& picture, int width);
  std::string draw();

 private:
  using Box = SvgPicture::Box;

  // Where things are.
  int begin_of(const Box& box) const { return axis_.x(box.begin); }
  int end_of(const Box& box) const { return axis_.x(box.end); }
  int middle_of(std::size_t lane) const { return lanes_[lane] + box_height / 2; }
  int tint_of(std::size_t lane) const {
    return static_cast<int>(svg_tint_of(picture_.lanes[lane].layer));
  }
  bool fits_inside(const Box& box) const;
  bool is_cut(const Box& box) const;
  void place();
  void place_lane(std::size_t lane);

  // From the ground to the top.
  void draw_head();
  void draw_grounds();
  void draw_times();
  void draw_time(const Moment& moment, std::vector<int>& taken);
  void draw_waves();
  void draw_wave(const SvgPicture::Wave& wave, int y);
  void draw_alarms();
  void draw_leads();
  void draw_box(const Box& box);
  void draw_arrow(const SvgPicture::Arrow& arrow);
  void draw_cuts();
  void draw_labels();
  void draw_loop();
  void draw_captions();

  template <class... Parts>
  void add(const Parts&... parts) {
    (put(parts), ...);
  }
  void put(std::string_view text) { text_ += text; }
  void put(int number) { append_signed(text_, number); }
  void line(std::string_view look, int x1, int y1, int x2, int y2);
  void text(std::string_view look, int x, int y, std::string_view content);

  const SvgPicture& picture_;
  int left_;          // Of the lanes; names stand before it.
  int right_margin_;  // Behind the axis.
  SvgAxis axis_;
  int width_;
  int top_;         // Of the lanes.
  int bottom_ = 0;  // Of the lanes.
  int waves_end_ = 0;
  std::vector<int> lanes_;             // [lane]: y of the boxes' upper edge.
  std::vector<int> lane_ends_;         // [lane]: y of its lower edge.
  std::vector<SvgLabel> labels_;       // [box]: below it.
  std::vector<std::string> captions_;  // Their lines.
  std::string text_;
};

// --- where things are --------------------------------------------------------------------------

Drawing::Drawing(const SvgPicture& picture, int width)
    : picture_(picture),
      left_(margin + room_for_names(picture) + 8),
      right_margin_(margin + room_for_labels(picture)),
      axis_(moments_of(picture), left_ + 12,
            std::max(width - left_ - 12 - right_margin_, least_axis)),
      width_(std::max(width, axis_.right() + right_margin_)),
      top_(margin + 24 + (picture.note.empty() ? 0 : 15) + 24),
      lanes_(picture.lanes.size()),
      lane_ends_(picture.lanes.size()),
      labels_(picture.boxes.size()) {}

bool Drawing::fits_inside(const Box& box) const {
  return svg_width(box.label) + 6 <= end_of(box) - begin_of(box);
}

/// Whoever takes so long waits for something most of the time.
bool Drawing::is_cut(const Box& box) const {
  return std::any_of(axis_.cuts().begin(), axis_.cuts().end(), [&](const SvgAxis::Cut& cut) {
    return begin_of(box) < cut.x && cut.x < end_of(box);
  });
}

void Drawing::place() {
  int y = top_;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const bool begins_group = i == 0 || picture_.lanes[i].layer != picture_.lanes[i - 1].layer;
    if (begins_group) y += heading_height;
    lanes_[i] = y + 4;
    place_lane(i);
    y = lane_ends_[i];
  }
  bottom_ = y;
  waves_end_ = bottom_;
  if (!picture_.waves.empty())
    waves_end_ += wave_gap + static_cast<int>(picture_.waves.size()) * (wave_height + wave_gap);
  const auto columns_of_captions = static_cast<std::size_t>((width_ - 2 * margin) / caption_column);
  for (const std::string& caption : picture_.captions) {
    for (const std::string_view line : wrap(caption, columns_of_captions))
      captions_.emplace_back(line);
  }
}

void Drawing::place_lane(std::size_t lane) {
  std::vector<SvgLabel> labels;
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < picture_.boxes.size(); ++i) {
    const Box& box = picture_.boxes[i];
    if (box.lane != lane || fits_inside(box)) continue;
    SvgLabel label;
    label.x = begin_of(box) + 5;
    label.width = svg_width(svg_shortened(box.label, most_label));
    label.short_width = svg_width(svg_shortened(box.label, short_label));
    label.importance = box.importance;
    labels.push_back(label);
    owners.push_back(i);
  }
  const std::size_t rows = place_labels(labels, label_rows, width_ - 4);
  for (std::size_t i = 0; i < owners.size(); ++i)
    labels_[owners[i]] = labels[i];
  lane_ends_[lane] = lanes_[lane] + box_height + static_cast<int>(rows) * row_height + lane_gap;
}

// --- the ground --------------------------------------------------------------------------------

void Drawing::line(std::string_view look, int x1, int y1, int x2, int y2) {
  add(R"(<path class=")", look, R"(" d="M)", x1, " ", y1, "L", x2, " ", y2, "\"/>\n");
}

void Drawing::text(std::string_view look, int x, int y, std::string_view content) {
  add(R"(<text class=")", look, R"(" x=")", x, R"(" y=")", y, "\">");
  append_xml(text_, content);
  add("</text>\n");
}

void Drawing::draw_head() {
  const int captions = static_cast<int>(captions_.size()) * caption_height;
  const int height = waves_end_ + margin + captions + margin;
  add(R"(<svg xmlns="http://www.w3.org/2000/svg" width=")", width_, R"(" height=")", height,
      R"(" viewBox="0 0 )", width_, " ", height, "\" role=\"img\">\n<title>");
  append_xml(text_, picture_.title);
  add("</title>\n", svg_style(),
      R"(<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" )"
      R"(markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#333"/>)"
      "</marker></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  text("title", margin, margin + 12, picture_.title);
  if (!picture_.note.empty()) text("note", margin, margin + 30, picture_.note);
}

void Drawing::draw_grounds() {
  for (std::size_t first = 0; first < lanes_.size();) {
    const std::string& layer = picture_.lanes[first].layer;
    std::size_t last = first;
    while (last + 1 < lanes_.size() && picture_.lanes[last + 1].layer == layer)
      ++last;
    const int y = lanes_[first] - heading_height - 2;
    add(R"(<rect class="ground g)", tint_of(first), R"(" x="4" y=")", y, R"(" width=")", width_ - 8,
        R"(" height=")", lane_ends_[last] - y - 4, "\" rx=\"4\"/>\n");
    text("layer t" + std::to_string(tint_of(first)), margin, y + 13, layer);
    first = last + 1;
  }
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    text("name", left_ - 6, middle_of(i) + 4, svg_shortened(picture_.lanes[i].name, most_name));
    line("base", left_, middle_of(i), width_ - margin, middle_of(i));
  }
}

/// First the ends of what is cut out, which nobody can guess; then from left to right.
void Drawing::draw_times() {
  text("note", margin, top_ - 6, picture_.counts_steps ? "step" : "time (us)");
  std::vector<int> taken;
  for (const SvgPicture::Alarm& alarm : picture_.alarms)
    draw_time(alarm.at, taken);
  if (picture_.boxes.empty()) return;
  draw_time(picture_.boxes[0].begin, taken);
  for (const SvgAxis::Cut& cut : axis_.cuts())
    draw_time(cut.end, taken);
  for (const Box& box : picture_.boxes)
    draw_time(box.begin, taken);
}

void Drawing::draw_time(const Moment& moment, std::vector<int>& taken) {
  const int x = axis_.x(moment);
  const bool is_free = std::all_of(taken.begin(), taken.end(),
                                   [&](int other) { return std::abs(other - x) >= time_width; });
  if (!is_free) return;
  taken.push_back(x);
  text("time", x, top_ - 6, time_text(moment.time_ps, picture_.counts_steps));
  line("grid", x, top_ - 3, x, waves_end_);
}

void Drawing::draw_waves() {
  int y = bottom_ + wave_gap;
  for (const SvgPicture::Wave& wave : picture_.waves) {
    draw_wave(wave, y);
    y += wave_height + wave_gap;
  }
}

void Drawing::draw_wave(const SvgPicture::Wave& wave, int y) {
  const int low = y + wave_height;
  bool is_high = wave.is_high;
  int since = left_;
  std::string path = "M" + std::to_string(left_) + " " + std::to_string(is_high ? y : low);
  const auto go_on = [&](int until) {
    if (is_high) {
      add(R"(<rect class="high" x=")", since, R"(" y=")", y, R"(" width=")", until - since,
          R"(" height=")", wave_height, "\"/>\n");
    }
    path += "H" + std::to_string(until);
    since = until;
  };
  for (const Moment& toggle : wave.toggles) {
    go_on(axis_.x(toggle));
    is_high = !is_high;
    path += "V" + std::to_string(is_high ? y : low);
  }
  go_on(width_ - margin);
  add(R"(<path class="wave" d=")", path, "\"/>\n");
  text("name", left_ - 6, low - 3, svg_shortened(wave.name, most_name));
}

void Drawing::draw_alarms() {
  const auto mark = [&](int x) { line("when", x, top_ - 3, x, waves_end_ + margin); };
  for (const Box& box : picture_.boxes) {
    if (box.alarm) mark(begin_of(box));
  }
  for (const SvgPicture::Alarm& alarm : picture_.alarms) {
    const int x = axis_.x(alarm.at);
    mark(x);
    text("why", std::max(margin, x - svg_width(alarm.label) - 6), waves_end_ + margin - 2,
         alarm.label);
  }
}

// --- what happens ------------------------------------------------------------------------------

void Drawing::draw_leads() {
  for (std::size_t i = 0; i < picture_.boxes.size(); ++i) {
    if (labels_[i].row == SvgLabel::no_row) continue;
    const Box& box = picture_.boxes[i];
    const int y = lanes_[box.lane] + box_height;
    const int x = begin_of(box) + 2;
    line("lead", x, y, x, y + 9 + static_cast<int>(labels_[i].row) * row_height);
  }
}

void Drawing::draw_box(const Box& box) {
  const int x = begin_of(box);
  const int y = lanes_[box.lane];
  const int width = end_of(box) - x;
  const int tint = tint_of(box.lane);
  add("<g><title>");
  append_xml(text_, box.tooltip);
  add("</title><rect class=\"box b", tint, is_cut(box) ? " long" : "", box.alarm ? " bad" : "",
      R"(" x=")", x, R"(" y=")", y, R"(" width=")", width, R"(" height=")", box_height, "\"/>");
  const std::uint64_t span = std::max<std::uint64_t>(box.end.time_ps - box.begin.time_ps, 1);
  for (const std::uint64_t mark : box.marks) {
    const std::uint64_t since = std::min(mark - box.begin.time_ps, span);
    const int at = static_cast<int>(since * static_cast<std::uint64_t>(width) / span);
    add(R"(<path class="s)", tint, R"(" d="M)", x + at, " ", y, "v", box_height, "\"/>");
  }
  add("</g>\n");
}

// Down or up at the cause, where its label stands at the side, then along the gap before the other
// lane's boxes or labels, so that no label of either lane is crossed out.
void Drawing::draw_arrow(const SvgPicture::Arrow& arrow) {
  const Box& from = picture_.boxes[arrow.from];
  const Box& to = picture_.boxes[arrow.to];
  const bool is_down = from.lane < to.lane;
  const int x = begin_of(from) + 2;
  const int dx = begin_of(to) + 2 - x;
  add(R"(<path class="arrow" d="M)", x, " ", lanes_[from.lane] + (is_down ? box_height : 0));
  if (dx != 0) {
    const int turn = std::min(dx / 2, corner);
    const int way = is_down ? corner : -corner;
    add("V", is_down ? lanes_[to.lane] - lane_gap : lane_ends_[to.lane] - 2);
    add("q0 ", way, " ", turn, " ", way, "h", dx - 2 * turn, "q", turn, " 0 ", turn, " ", way);
  }
  add("V", lanes_[to.lane] + (is_down ? 0 : box_height), "\"/>\n");
}

void Drawing::draw_cuts() {
  for (const SvgAxis::Cut& cut : axis_.cuts()) {
    std::string zigzag;
    for (int y = top_ - 8; y + 12 <= waves_end_; y += 12)
      zigzag += "l2 3l-4 6l2 3";
    add(R"(<path class="cut" d="M)", cut.x, " ", top_ - 8, zigzag, "\"/>\n");
    for (const int side : {-3, 3})
      add(R"(<path class="edge" d="M)", cut.x + side, " ", top_ - 8, zigzag, "\"/>\n");
  }
}

void Drawing::draw_labels() {
  for (std::size_t i = 0; i < picture_.boxes.size(); ++i) {
    const Box& box = picture_.boxes[i];
    const SvgLabel& label = labels_[i];
    if (fits_inside(box)) {
      text(box.alarm ? "why" : "label", begin_of(box) + 4, middle_of(box.lane) + 4, box.label);
    } else if (label.row != SvgLabel::no_row) {
      std::string look = box.importance < SvgPicture::minor ? "minor" : "label";
      if (box.alarm) look = "why";
      look += " halo h" + std::to_string(tint_of(box.lane));
      const int y = lanes_[box.lane] + box_height + 11 + static_cast<int>(label.row) * row_height;
      text(look, label.x, y, svg_shortened(box.label, label.is_short ? short_label : most_label));
    }
  }
}

void Drawing::draw_loop() {
  if (picture_.loop_start >= picture_.boxes.size()) return;
  const int x = begin_of(picture_.boxes[picture_.loop_start]) - 2;
  add(R"(<rect class="loop" x=")", x, R"(" y=")", top_, R"(" width=")", axis_.right() - x + 2,
      R"(" height=")", bottom_ - top_, "\" rx=\"6\"/>\n");
  text("again", x + 6, top_ + 13, "for ever");
}

void Drawing::draw_captions() {
  int y = waves_end_ + margin + 12;
  for (const std::string& caption : captions_) {
    text("why", margin, y, caption);
    y += caption_height;
  }
}

std::string Drawing::draw() {
  place();
  draw_head();
  draw_grounds();
  draw_times();
  draw_waves();
  draw_alarms();
  draw_leads();
  for (const Box& box : picture_.boxes)
    draw_box(box);
  for (const SvgPicture::Arrow& arrow : picture_.arrows)
    draw_arrow(arrow);
  draw_cuts();
  draw_labels();
  draw_loop();
  draw_captions();
  add("</svg>\n");
  return std::move(text_);
}

}  // namespace

std::string draw_svg(const SvgPicture& picture, int width) {
  return Drawing(picture, width).draw();
}

}  // namespace irqloom::trace
