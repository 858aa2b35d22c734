#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace irqloom::scenario {

/// An output stream into a file that appears under its name only when it is complete: the bytes go
/// to a temporary file in the same folder, which `commit` renames. Without a commit the temporary
/// is removed and whatever was there before stays. Readers never see half a file. (It is no
/// protection against power failure: nothing is synced to the disk.)
///
/// Missing folders are made. A link is followed. What exists and is no regular file, such as
/// /dev/null or a pipe, is written directly.
///
/// Every failure, a full disk included, throws OutputError: from the constructor or from commit().
/// What is written behind a failure is dropped, so that whoever writes on the way to something else
/// gets there.
class AtomicFile : public std::ostream {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile() override;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Writes what is left, closes, and puts the file in its place. Writing afterwards is an error.
  void commit();

  /// Throws OutputError unless a file could be written to `path`. Leaves everything as it is.
  static void probe(const std::string& path);

 private:
  /// A buffer in front of a file descriptor.
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(std::string path);
    ~Buffer() override;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    /// False, with errno set, if the file cannot be opened. `flags` are those of open(2).
    bool open(const std::string& name, int flags);
    /// Throws OutputError if a byte could not be written.
    void expect_written();
    /// As above.
    void close();

   protected:
    int_type overflow(int_type c) override;
    int sync() override;

   private:
    bool drain();

    std::string path_;  // What messages call the file.
    std::vector<char> bytes_;
    int fd_ = -1;
    int failure_ = 0;  // The errno of the first failed write.
  };

  void open_temporary();

  std::string path_;
  std::filesystem::path target_;
  std::filesystem::path temporary_;  // Empty while there is none.
  Buffer buffer_;
};

/// Throws OutputError unless files could be written into the folder, which may have to be made.
/// Leaves everything as it is.
void probe_folder(const std::string& folder);

}  // namespace irqloom::scenario
