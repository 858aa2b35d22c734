#include "sim/scenario/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "sim/error.h"

namespace irqloom::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = std::size_t{64} << 10;
constexpr int max_temporaries = 1000;
// A full disk has room for names, but not for this.
constexpr std::size_t probe_bytes = 4096;

std::string way_out(int reason) {
  switch (reason) {
    case EACCES:
    case EPERM:
    case EROFS:
      return "make the folder writable for you, or choose another one with --out";
    case ENOSPC:
    case EDQUOT:
      return "make room on the disk, or choose a folder on another one with --out";
    case EFBIG:
      return "raise the limit on the size of files (ulimit -f), or write less";
    case ENOTDIR:
    case EEXIST:
      return "part of the path is a file where a folder is needed: choose another one with --out";
    case EISDIR:
      return "name a file, not a folder";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EMFILE:
    case ENFILE:
      return "raise the limit on open files (ulimit -n)";
    default:
      return "choose another place with --out";
  }
}

[[noreturn]] void refuse(const std::string& path, const std::string& what, int reason) {
  throw OutputError({.file = path,
                     .message = what + ": " + std::generic_category().message(reason),
                     .way_out = way_out(reason)});
}

// The file that `path` leads to through links, also if the last one leads nowhere yet.
fs::path follow_links(const fs::path& path) {
  fs::path target = path;
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(target, error)); ++links) {
    const fs::path next = fs::read_symlink(target, error);
    if (error) break;
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  return target;
}

void make_folder(const std::string& path, const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) refuse(path, "the folder " + folder.string() + " cannot be made", error.value());
}

/// The folders down to this one that are not there, and that in the end will not be there again.
class MissingFolders {
 public:
  explicit MissingFolders(fs::path folder) {
    std::error_code error;
    for (; !folder.empty() && !fs::exists(folder, error); folder = folder.parent_path())
      folders_.push_back(folder);
  }
  ~MissingFolders() {
    std::error_code error;
    for (const fs::path& folder : folders_)
      fs::remove(folder, error);
  }
  MissingFolders(const MissingFolders&) = delete;
  MissingFolders& operator=(const MissingFolders&) = delete;

 private:
  std::vector<fs::path> folders_;  // The innermost first.
};

}  // namespace

AtomicFile::Buffer::Buffer(std::string path) : path_(std::move(path)), bytes_(buffer_bytes) {}

AtomicFile::Buffer::~Buffer() {
  if (fd_ >= 0) ::close(fd_);
}

bool AtomicFile::Buffer::open(const std::string& name, int flags) {
  fd_ = ::open(name.c_str(), flags | O_WRONLY | O_CLOEXEC, 0666);
  if (fd_ >= 0) setp(bytes_.data(), bytes_.data() + bytes_.size());
  return fd_ >= 0;
}

void AtomicFile::Buffer::expect_written() {
  drain();
  if (failure_ != 0) refuse(path_, "cannot be written", failure_);
}

void AtomicFile::Buffer::close() {
  expect_written();
  setp(nullptr, nullptr);
  // Network file systems report a full disk only here. Linux closes the descriptor in any case.
  if (::close(std::exchange(fd_, -1)) != 0) refuse(path_, "cannot be written", errno);
}

bool AtomicFile::Buffer::drain() {
  if (fd_ < 0) throw InternalError("a write to an output file that is closed");
  const char* from = pbase();
  while (from != pptr() && failure_ == 0) {
    const ssize_t count = ::write(fd_, from, static_cast<std::size_t>(pptr() - from));
    if (count >= 0) {
      from += count;
    } else if (errno != EINTR) {
      failure_ = errno;
    }
  }
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  return failure_ == 0;
}

AtomicFile::Buffer::int_type AtomicFile::Buffer::overflow(int_type c) {
  if (!drain()) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

int AtomicFile::Buffer::sync() {
  return drain() ? 0 : -1;
}

AtomicFile::AtomicFile(const std::string& path)
    : std::ostream(nullptr), path_(path), target_(follow_links(path)), buffer_(path) {
  const bool folder = path.empty() || path.ends_with('/');
  if (folder) refuse(path.empty() ? "\"\"" : path, "cannot be written", EISDIR);
  make_folder(path_, target_.parent_path());
  std::error_code error;
  const fs::file_status status = fs::status(target_, error);
  if (fs::is_directory(status)) refuse(path_, "cannot be written", EISDIR);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (!buffer_.open(target_.string(), 0)) refuse(path_, "cannot be opened", errno);
  } else {
    open_temporary();
  }
  rdbuf(&buffer_);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

// open() and not mkstemp(): the umask decides on the permissions, as for every other file.
void AtomicFile::open_temporary() {
  for (int i = 0; i < max_temporaries; ++i) {
    const std::string name = fmt::format(".irqloom-{}-{}.tmp", ::getpid(), i);
    temporary_ = target_.parent_path() / name;
    if (buffer_.open(temporary_.string(), O_CREAT | O_EXCL)) return;
    if (errno != EEXIST) break;
  }
  const int reason = errno;
  temporary_.clear();
  refuse(path_, "cannot be created", reason);
}

void AtomicFile::commit() {
  buffer_.close();
  exceptions(std::ios::badbit);  // Lets the caller see that a write behind this is a mistake.
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    refuse(path_, "cannot be put in its place", errno);
  }
  temporary_.clear();
}

void AtomicFile::probe(const std::string& path) {
  std::error_code error;
  const fs::path target = follow_links(path);
  // Whoever is at the other end of a pipe would notice.
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) return;
  const MissingFolders missing(target.parent_path());
  AtomicFile file(path);
  file << std::string(probe_bytes, ' ');
  file.buffer_.expect_written();
}

void probe_folder(const std::string& folder) {
  try {
    AtomicFile::probe(folder + "/.irqloom-probe");
  } catch (const OutputError& error) {
    Mistake mistake = error.mistakes().front();
    mistake.file = folder;
    throw OutputError(std::move(mistake));
  }
}

}  // namespace irqloom::scenario
