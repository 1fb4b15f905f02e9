// Why there is no ticket, by the names that htsget has for it.
#pragma once

#include "engine/core/error.hpp"
#include "server/http/error_response.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace callstream::htsget {

struct refusal {
    error why = {};
    std::string name = {};  ///< empty: that of the status of `why`
    int status = 0;         ///< 0: that of `why`

    refusal() = default;  // boost::system::result wants to be able to
    refusal(error e, std::string n = {}, int s = 0)
        : why(std::move(e)), name(std::move(n)), status(s) {}
};

inline refusal invalid_input(std::string text) {
    return {{errc::bad_request, std::move(text)}};
}
inline refusal invalid_range(std::string text) {
    return {{errc::bad_request, std::move(text)}, "InvalidRange"};
}
inline refusal too_large(std::string text) {
    return {{errc::bad_request, std::move(text)}, "PayloadTooLarge", 413};
}
inline refusal unsupported_format(std::string text) {
    return {{errc::bad_request, std::move(text)}, "UnsupportedFormat"};
}

template <class T>
using outcome = boost::system::result<T, refusal>;

[[noreturn]] inline void throw_exception_from_error(
    const refusal& r, const boost::source_location& /*where*/
) {
    throw std::runtime_error(r.why.text);
}

inline result<http::response> to_response(const refusal& r) {
    if (r.name.empty()) return r.why;  // the exchange knows the form by the path
    const int status = r.status != 0 ? r.status : http::status_of(r.why.code);
    return http::htsget_error(status, r.name, r.why.text);
}

}  // namespace callstream::htsget
