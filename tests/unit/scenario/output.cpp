#include "sim/scenario/output.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using test::contains;
using test::content_of;
using test::TempFolder;

template <typename Action>
std::string refusal(Action&& action) {
  return test::message_of<OutputError>(action);
}

std::string open_refusal(const std::string& path) {
  return refusal([&] { AtomicFile file(path); });
}

/// For as long as it lives, no file can grow beyond `bytes`: a disk that is full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &was_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, was_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &was_);
    ::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit was_ = {};
  void (*handler_)(int) = nullptr;
};

TEST_CASE("a file appears when it is committed, and not before", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "out.txt";
  AtomicFile file(path);
  file << "one " << 2 << '\n' << std::flush;
  CHECK_FALSE(std::filesystem::exists(path));
  file.commit();
  CHECK(content_of(path) == "one 2\n");
  CHECK(folder.entries() == 1);
}

TEST_CASE("without a commit nothing changes", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "out.txt";
  test::write_file(path, "old");
  {
    AtomicFile file(path);
    file << "new" << std::flush;
    CHECK(folder.entries() == 2);
  }
  CHECK(content_of(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a commit replaces what was there", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "out.txt";
  test::write_file(path, "old and longer");
  AtomicFile file(path);
  file << "new";
  file.commit();
  CHECK(content_of(path) == "new");
}

TEST_CASE("much text passes through the buffer unharmed", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "big";
  std::string expected;
  AtomicFile file(path);
  for (int i = 0; i < 100000; ++i) {
    const std::string line = std::to_string(i) + "\n";
    file << line;
    expected += line;
  }
  file.put('x').write("yz", 2);
  file.commit();
  CHECK(content_of(path) == expected + "xyz");
}

TEST_CASE("two files may be written into one folder at once", "[scenario]") {
  const TempFolder folder;
  AtomicFile a(folder / "a"), b(folder / "b");
  a << "a";
  b << "b";
  b.commit();
  a.commit();
  CHECK(content_of(folder / "a") == "a");
  CHECK(content_of(folder / "b") == "b");
}

TEST_CASE("missing folders are made", "[scenario]") {
  const TempFolder folder;
  AtomicFile file(folder / "a/b/c.txt");
  file.commit();
  CHECK(std::filesystem::is_regular_file(folder / "a/b/c.txt"));
}

TEST_CASE("the umask decides on the permissions", "[scenario]") {
  const TempFolder folder;
  const mode_t was = ::umask(027);
  AtomicFile file(folder / "out");
  ::umask(was);
  file.commit();
  struct stat status = {};
  REQUIRE(::stat((folder / "out").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("a link is followed and stays", "[scenario]") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "sub");
  std::filesystem::create_symlink("sub/real", folder / "link");
  AtomicFile file(folder / "link");
  file << "x";
  file.commit();
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(content_of(folder / "sub/real") == "x");
}

TEST_CASE("what is no regular file is written directly", "[scenario]") {
  {
    // Even if this went wrong, nobody could not replace the device.
    const test::Unprivileged nobody;
    AtomicFile file("/dev/null");
    file << "x";
    file.commit();
  }
  CHECK(std::filesystem::is_character_file("/dev/null"));

  const TempFolder folder;
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::string got;
  std::thread reader([&] { got = content_of(pipe); });
  {
    AtomicFile file(pipe);
    file << "through the pipe";
    file.commit();
  }
  reader.join();
  CHECK(got == "through the pipe");
}

TEST_CASE("a folder is no file", "[scenario]") {
  const TempFolder folder;
  CHECK(open_refusal(folder.path().string()) ==
        folder.path().string() +
            ": cannot be written: Is a directory\n  what to do: name a file, not a folder");
  CHECK(contains(open_refusal(folder / "new/"), "name a file, not a folder"));
  CHECK(contains(open_refusal(""), "\"\": cannot be written"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("a folder that cannot be made is an error", "[scenario]") {
  const TempFolder folder;
  test::write_file(folder / "file", "");
  const std::string text = open_refusal(folder / "file/sub/out");
  CHECK(contains(text, (folder / "file/sub/out") + ": the folder "));
  CHECK(contains(text, "Not a directory"));
  CHECK(contains(text, "part of the path is a file where a folder is needed"));
}

TEST_CASE("a folder that is not writable is an error", "[scenario]") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "closed");
  REQUIRE(::chmod((folder / "closed").c_str(), 0555) == 0);
  const test::Unprivileged nobody;
  CHECK(open_refusal(folder / "closed/out") ==
        (folder / "closed/out") +
            ": cannot be created: Permission denied\n"
            "  what to do: make the folder writable for you, or choose another one with --out");
  CHECK(contains(open_refusal(folder / "closed/sub/out"), "cannot be made: Permission denied"));
}

TEST_CASE("a name that is too long is an error", "[scenario]") {
  const TempFolder folder;
  AtomicFile longest(folder / std::string(255, 'x'));
  longest.commit();
  const std::string text = refusal([&] {
    AtomicFile file(folder / std::string(256, 'x'));
    file.commit();
  });
  CHECK(contains(text, "File name too long\n  what to do: choose a shorter name"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("a full disk is noticed when the bytes are written", "[scenario]") {
  const test::Unprivileged nobody;
  CHECK(refusal([] {
          AtomicFile file("/dev/full");
          file << "x";
          file.commit();
        }) ==
        "/dev/full: cannot be written: No space left on device\n"
        "  what to do: make room on the disk, or choose a folder on another one with --out");
  // Whoever writes on the way to something else gets there; the commit tells.
  CHECK(contains(refusal([] {
                   AtomicFile file("/dev/full");
                   for (int i = 0; i < 10000; ++i)
                     file << "some text, again and again\n" << std::flush;
                   CHECK_FALSE(file);
                   file.commit();
                 }),
                 "No space left on device"));
}

TEST_CASE("whether something could be written is told without writing it", "[scenario]") {
  const TempFolder folder;
  test::write_file(folder / "file", "old");
  AtomicFile::probe(folder / "file");
  AtomicFile::probe(folder / "a/b/file");
  probe_folder(folder / "c/d");
  probe_folder(folder.path().string());
  CHECK(content_of(folder / "file") == "old");
  CHECK(folder.entries() == 1);
  CHECK(contains(refusal([&] { probe_folder(folder / "file"); }), (folder / "file") + ": "));
  CHECK(contains(refusal([&] { probe_folder(folder / "file/below"); }), "Not a directory"));
  const SmallDisk disk(1000);
  CHECK(contains(refusal([&] { probe_folder(folder.path().string()); }), "File too large"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("after a failure the old file is there and nothing else", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "out";
  test::write_file(path, "old");
  const std::string text = refusal([&] {
    const SmallDisk disk(1000);
    AtomicFile file(path);
    file << std::string(5000, 'x');
    file.commit();
  });
  CHECK(contains(text, path + ": cannot be written: File too large\n  what to do: raise"));
  CHECK(content_of(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a target that becomes a folder is noticed at the commit", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "out";
  const std::string text = refusal([&] {
    AtomicFile file(path);
    std::filesystem::create_directory(path);
    file.commit();
  });
  CHECK(contains(text, path + ": cannot be put in its place: Is a directory"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("writing after the commit is a mistake of the caller's", "[scenario]") {
  const TempFolder folder;
  AtomicFile file(folder / "out");
  file.commit();
  CHECK_THROWS_AS(file << "late", InternalError);
}

}  // namespace
}  // namespace irqloom::scenario
