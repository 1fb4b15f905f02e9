// Runs an exchange to its end without a socket, as a session would.
#pragma once

#include "server/http/exchange.hpp"
#include "tests/support/requests.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace callstream::testing {

struct answer {
    int status = 0;
    std::string head;
    std::string body;
    std::string cut;  ///< why the body broke off after the head was sent; empty if it did not

    /// The value of a header field; "" without it.
    std::string field(const std::string& name) const {
        std::istringstream lines(head);
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with(name + ": ")) continue;
            return line.substr(name.size() + 2, line.size() - name.size() - 3);
        }
        return "";
    }
    boost::json::value json() const { return boost::json::parse(body); }
    /// One JSON value per line.
    std::vector<boost::json::value> lines() const {
        std::vector<boost::json::value> out;
        std::istringstream text(body);
        for (std::string line; std::getline(text, line);) out.push_back(boost::json::parse(line));
        return out;
    }
};

inline answer run(const http::exchange_context& context, http::request request) {
    using progress = streaming::body_source::progress;
    std::string body = std::move(request.body);
    http::exchange e(context, std::move(request));
    if (e.wants_body() && e.matched()->body_on_disk) {
        auto file = std::make_shared<spool_file>(std::filesystem::temp_directory_path());
        file->append(body);
        e.take_body(std::move(file));
    } else if (e.wants_body()) {
        e.take_body(std::move(body), {});
    }
    if (!e.prepare_at_once()) e.prepare();
    answer out{e.status(), e.head(true), std::string(e.body()), ""};
    if (e.complete() || e.head_only()) return out;
    auto block = e.take_block();
    for (auto step = progress::more; step == progress::more;) {
        block->clear();
        try {
            const auto filled = e.source().fill(*block);
            if (!filled) out.cut = filled.error().text;
            if (!filled) return out;
            step = *filled;
        } catch (const std::exception& problem) {
            out.cut = problem.what();
            return out;
        }
        out.body += block->view();
    }
    return out;
}

}  // namespace callstream::testing
