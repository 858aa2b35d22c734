#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

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

/// What every failure that ends a command derives from. `what()` is the complete text for the
/// user, without a trailing newline: whoever catches it prints it as it is and exits with
/// `exit_code()`.
class Error : public std::runtime_error {
 public:
  ExitCode exit_code() const noexcept { return exit_code_; }

 protected:
  Error(ExitCode code, const std::string& text) : std::runtime_error(text), exit_code_(code) {}

 private:
  ExitCode exit_code_;
};

/// The user gave something wrong. The text starts with where: `file:line:column: message`,
/// `file: message`, or `--set path=value: message`.
class InputError : public Error {
 public:
  explicit InputError(const std::string& text) : Error(ExitCode::input, text) {}
};

/// A file or folder could not be written. The text names the path, the system's reason and a way
/// out.
class OutputError : public Error {
 public:
  explicit OutputError(const std::string& text) : Error(ExitCode::output, text) {}
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
