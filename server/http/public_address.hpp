// How clients reach this server, for links in answers.
#pragma once

#include "server/http/request.hpp"

#include <string>

namespace callstream::http {

struct public_address {
    std::string scheme = "http";
    std::string url = {};  ///< as a proxy is reached, without `/` at its end; empty: as asked for

    /// `path` begins with `/`. A client of HTTP/1.0 that names no host gets the path alone, which
    /// is a link as well.
    std::string link(const request& asked, const std::string& path) const {
        if (!url.empty()) return url + path;
        const auto host = asked.field("host");
        return host.empty() ? path : scheme + "://" + std::string(host) + path;
    }
};

}  // namespace callstream::http
