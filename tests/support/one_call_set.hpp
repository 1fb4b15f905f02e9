// A writer of the calls of one call set, for tests that look at single calls.
#pragma once

#include "server/brapi/call_writer.hpp"

#include <string_view>

namespace callstream::testing {

class one_call_set {
 public:
    explicit one_call_set(
        std::uint32_t column = 0,
        const genotype::genotype_format& format = {},
        std::string_view id = "d~a~s",
        std::string_view name = "s\"1"
    )
        : writer_("d~a", "a\\b", {.format = format}) {
        writer_.add_call_set(id, name, column);
    }

    /// Appends the call of the record on which `cursor` stands, and a space.
    void write(text_buffer& out, const hts::record& record, const variants::set_cursor& cursor) {
        writer_.enter(record, cursor);
        writer_.write(out, 0, 1, 0, ' ');
    }

 private:
    brapi::call_writer writer_;
};

}  // namespace callstream::testing
