#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sim/scenario/cursor.h"
#include "sim/scenario/dotted_path.h"
#include "sim/scenario/mistakes.h"
#include "sim/scenario/place.h"
#include "sim/scenario/tree.h"

namespace irqloom::scenario {

/// A JSON document that knows, for each of its values, who wrote it last and where: the file, a
/// patch in the file, or a `--set`. Copies share their content until one of them is changed. A
/// change that throws leaves the document as it was.
class Document {
 public:
  /// Reads the file at `path` (see read_file). Throws InputError if it cannot be read, is no JSON
  /// object (see read_json), or holds more than 64 MiB.
  static Document from_file(const std::string& path);
  /// As above; first `inspect` sees the text and what messages call it, and may throw.
  using Inspect = std::function<void(std::string_view text, const std::string& name)>;
  static Document from_file(const std::string& path, const Inspect& inspect);

  /// Parses `text`; messages call it `name`. Throws InputError.
  static Document from_text(std::string_view text, const std::string& name);

  /// Applies the JSON Merge Patch (RFC 7396) at `patch_pointer`, a part of this very document, to
  /// the whole document. Members of objects are merged one by one, null deletes a member, anything
  /// else replaces. What the patch wrote keeps its line and column and is said to be written by
  /// `label`, such as `variant "mainline"`. Throws InputError if the patch is no object,
  /// InternalError if there is none.
  void apply_patch(const std::string& patch_pointer, const std::string& label);

  /// Sets one value: `path=value`, as given to `--set`. The path is a JSON pointer (`/a/b`) or
  /// names with dots between them (`a.b`), which may have dots themselves (see join_names());
  /// objects that are not there yet are made. The value is JSON, or else plain text. As in a patch,
  /// null deletes. Throws InputError if there is no path, if several members fit it, or if it leads
  /// through something that is no object.
  void set(std::string_view assignment, const KnownNames& known = {});

  /// Removes the member at `pointer`, if it is there, as if nobody had ever written it: for parts
  /// of the file that are no part of the scenario.
  void remove(const std::string& pointer);

  /// A cursor at the root.
  Cursor root() const { return Cursor(tree_, mistakes_); }
  /// A cursor at `pointer`, which may lead to a missing member (but not to a missing element of an
  /// array). For those who have a pointer from elsewhere, such as a schema validator:
  /// `document.at(pointer).fail(...)`.
  Cursor at(std::string_view pointer) const;

  const Json& json() const noexcept { return tree_->json; }
  /// The last writer of the value at `pointer`; for what is missing, of its nearest parent or of
  /// the patch that deleted it.
  const Place& place(std::string_view pointer) const { return tree_->place(pointer); }
  /// The file's path as it was given, or the text's name.
  const std::string& name() const noexcept { return *name_; }

 private:
  friend class Collecting;
  Document(std::shared_ptr<const Tree> tree, const std::string& name);

  std::shared_ptr<const Tree> tree_;
  std::shared_ptr<const std::string> name_;
  std::shared_ptr<Mistakes> mistakes_;  // Of all copies, and of all cursors into them.
};

/// While it lives, reading a document goes on after a mistake: cursors give a value that would have
/// been right, and what Cursor::attempt() runs is broken off. What was read is worth nothing unless
/// settle() returns.
class Collecting {
 public:
  explicit Collecting(const Document& document) : mistakes_(document.mistakes_) {
    mistakes_->open();
  }
  ~Collecting() { mistakes_->close(); }
  Collecting(const Collecting&) = delete;
  Collecting& operator=(const Collecting&) = delete;

  /// Throws one InputError with all mistakes, in the order of their places, if there are any.
  void settle() { mistakes_->settle(); }

 private:
  std::shared_ptr<Mistakes> mistakes_;
};

}  // namespace irqloom::scenario
