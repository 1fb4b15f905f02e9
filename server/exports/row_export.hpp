// A file that is made record by record, in the order of the variant set.
#pragma once

#include "engine/variants/selected_cursor.hpp"
#include "server/exports/export_subject.hpp"
#include "server/streaming/body_source.hpp"

#include <optional>
#include <string>

namespace callstream::exports {

class row_export : public streaming::body_source {
 public:
    row_export(export_subject subject, hts::wanted_fields fields);

    /// To be called once before `fill`, so that what cannot be served is told before the answer
    /// begins. Errors are those of `set_cursor`.
    result<void> start();

    result<progress> fill(text_buffer& out) override;

 protected:
    const export_subject& subject() const noexcept { return subject_; }
    /// How many records the file will have, where that is known.
    std::optional<std::uint64_t> row_count() const;
    /// The name of a record as people know it: the first of its ID column, else contig:position,
    /// with a number when it is not the first at its position.
    std::string name_of(const hts::record& record, const variants::set_cursor& at) const;

    virtual void begin(text_buffer&) {}
    virtual void add(
        text_buffer& out, const hts::record& record, const variants::set_cursor& at
    ) = 0;
    virtual void end(text_buffer&) {}

 private:
    export_subject subject_;
    variants::selected_cursor cursor_;
    bool begun_ = false;
};

/// As `row_export::name_of`.
std::string marker_name(
    std::string_view names, std::string_view contig, std::int64_t pos0, std::uint32_t duplicate
);

}  // namespace callstream::exports
