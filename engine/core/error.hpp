// Errors as values. A caller's mistake (an unknown id, a stale token) is a `result<T>` that carries
// a code and a sentence for the person who made it; a broken environment (a damaged file, a full
// disk) is an exception derived from `std::runtime_error`.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

namespace callstream {

enum class errc {
    bad_request,      ///< the request can never succeed as it is
    precondition,     ///< the request is sound, the state of what it is about is not
    conflict,         ///< something else is there already
    not_found,        ///< no such object
    not_acceptable,   ///< no representation that the client accepts
    unauthorized,     ///< who calls is not known
    forbidden,        ///< the caller may not do this
    unavailable,      ///< may succeed later: an index is being built, a limit is reached
    file_replaced,    ///< the file on disk is no longer the one that was opened
    file_unusable,    ///< the file cannot be served as it is
    storage_full,     ///< no room to keep what was sent; nothing was changed
    storage_damaged,  ///< what is kept cannot be read
    not_offered,      ///< known, and never done by this server
};

/// `text` says what was wrong and what would be right; it is shown to clients, so it never names a
/// path of this machine. `retry_after` counts only for `errc::unavailable`.
struct error {
    errc code;
    std::string text;
    std::chrono::seconds retry_after{1};
};

/// Thrown where a file turns out to be damaged while it is read.
class damaged_file : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

template <class T>
using result = boost::system::result<T, error>;

/// What `result::value()` throws; found by argument-dependent lookup.
[[noreturn]] inline void throw_exception_from_error(
    const error& e, const boost::source_location& /*where*/
) {
    throw std::runtime_error(e.text);
}

}  // namespace callstream
