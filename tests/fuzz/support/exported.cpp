#include "tests/fuzz/support/exported.hpp"

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"

#include <numeric>
#include <string>
#include <utility>

namespace callstream::fuzzing {

void exported_file::open(const hts::vcf_reader& reader) {
    std::vector<std::uint32_t> all(reader.sample_count());
    std::iota(all.begin(), all.end(), 0);
    std::vector<std::uint32_t> some;
    if (!all.empty()) some.push_back(all.back());
    if (all.size() > 2) some.push_back(0);
    const hts::vcf_reader* const sources[] = {&reader};
    for (const auto form : {hts::variant_form::vcf, hts::variant_form::bcf}) {
        for (const auto& columns : {all, some, {}}) {
            one_export made{hts::variant_export(sources, columns, form), form, {}, 0};
            made.writer.append_header(made.bytes);
            exports_.push_back(std::move(made));
        }
    }
}

void exported_file::add(const hts::vcf_reader& reader) {
    try {
        if (!is_open_) open(reader);
    } catch (const damaged_file&) {  // of a header
    }
    is_open_ = true;
    for (auto& one : exports_) {
        const std::size_t before = one.bytes.size();
        try {
            one.writer.append(one.bytes, reader);
            ++one.records;
        } catch (const damaged_file&) {
            require(one.bytes.size() == before, "a record that is refused leaves nothing");
        }
        if (one.form == hts::variant_form::vcf) one.bytes.clear();
    }
}

void exported_file::check() const {
    for (const auto& one : exports_) {
        if (one.form != hts::variant_form::bcf) continue;
        const named_memory_file named(stored_bgzf(one.bytes.view()));
        auto reader = hts::vcf_reader::open(open_regular(named.path()).value());
        require(reader.has_value(), "an export can be opened", reader ? "" : reader.error().text);
        hts::site_columns site;
        std::size_t records = 0;
        try {
            for (; reader->next() != nullptr; ++records) reader->read_site(site);
        } catch (const damaged_file& damage) {
            fail("an export is sound", damage.what());
        }
        require(records == one.records, "an export has every record");
    }
}

}  // namespace callstream::fuzzing
