#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace irqloom {

/// The exit status of every irqloom command.
enum class ExitCode : int {
  ok = 0,            ///< All properties hold, or everything is as expected.
  violated = 1,      ///< A property is violated, or something is not as expected.
  input = 2,         ///< The input or the usage is wrong.
  inconclusive = 3,  ///< A bound or the memory limit was reached.
  output = 4,        ///< An output could not be written.
  internal = 70,     ///< irqloom itself is wrong (EX_SOFTWARE of sysexits.h).
  interrupted = 130  ///< The user interrupted (128 + SIGINT, as shells count).
};

/// One thing that is wrong, taken apart. All members but the message may be empty.
struct Mistake {
  std::string file = {};        ///< Whose it is: a file's, `--set path=value`, an option's.
  std::uint32_t line = 0;       ///< From 1; 0: there is no text with lines.
  std::uint32_t column = 0;     ///< From 1, in bytes, as compilers count; 0 as above.
  std::string pointer = {};     ///< The JSON pointer of the value.
  std::string message = {};     ///< What is wrong; starts in lower case, no full stop.
  std::string expected = {};    ///< What would have been right.
  std::string suggestion = {};  ///< The valid name that was probably meant.
  std::string writer = {};      ///< Who wrote the value, if it was not the file itself.
  std::string note = {};        ///< What to tell the user besides.
  std::string way_out = {};     ///< What to do about it.
};

/// How it is told:
///
///     file:line:column: message
///       at /json/pointer
///       expected: ...
///       did you mean "..."?
///       written by: variant "..."
///       note: ...
///       what to do: ...
///
/// Lines without content are left out, as are line and column where there are none.
std::string text_of(const Mistake& mistake);

/// `text` with everything in quotes cut to 80 bytes and every other word to 256 (with "..." at the
/// end, whole UTF-8 characters only): what a user has written himself can be of any length.
std::string shortened(std::string_view text);

/// What every failure that ends a command derives from. `what()` is the complete text for the
/// user, without a trailing newline: whoever catches it prints it as it is and exits with
/// `exit_code()`.
class Error : public std::runtime_error {
 public:
  /// A text tells this many mistakes, and how many more there are.
  static constexpr std::size_t most_told = 10;

  ExitCode exit_code() const noexcept { return exit_code_; }
  /// At least one.
  const std::vector<Mistake>& mistakes() const noexcept { return mistakes_; }

 protected:
  Error(ExitCode code, const std::string& text);
  Error(ExitCode code, std::vector<Mistake> mistakes);

 private:
  ExitCode exit_code_;
  std::vector<Mistake> mistakes_;
};

/// The user gave something wrong. The text starts with where: `file:line:column: message`,
/// `file: message`, or `--set path=value: message`.
class InputError : public Error {
 public:
  explicit InputError(const std::string& text) : Error(ExitCode::input, text) {}
  explicit InputError(Mistake mistake) : InputError(std::vector<Mistake>{std::move(mistake)}) {}
  /// In this order, which is that of the text.
  explicit InputError(std::vector<Mistake> mistakes)
      : Error(ExitCode::input, std::move(mistakes)) {}
};

/// A file or folder could not be written. The text names the path, the system's reason and a way
/// out.
class OutputError : public Error {
 public:
  explicit OutputError(const std::string& text) : Error(ExitCode::output, text) {}
  explicit OutputError(Mistake mistake)
      : Error(ExitCode::output, std::vector<Mistake>{std::move(mistake)}) {}
};

/// irqloom broke a promise that it made to itself. The text says that this is no mistake of the
/// user's, where it was noticed, and what to put into a report.
class InternalError : public Error {
 public:
  /// `message` says which promise is broken. `file` and `line` default to those of the caller.
  explicit InternalError(std::string_view message, const char* file = __builtin_FILE(),
                         int line = __builtin_LINE());
};

}  // namespace irqloom
