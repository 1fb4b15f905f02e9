// The columns of a variant file, made beside it, and what they ought to hold.
#pragma once

#include "engine/columns/column_file.hpp"
#include "engine/columns/column_pass.hpp"
#include "engine/columns/column_reader.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

namespace callstream::testing {

inline hts::vcf_reader open_reader(const std::filesystem::path& path) {
    return hts::vcf_reader::open(open_regular(path).value()).value();
}

/// What an index pass would know of the file. Throws damaged_file.
inline columns::column_subject subject_of(const std::filesystem::path& path) {
    const auto fd = open_regular(path).value();
    columns::column_subject out;
    out.source = identity_of(fd.get());
    out.provisional_fingerprint = hts::provisional_fingerprint(fd.get(), out.source.size);
    out.content = hts::content_fingerprint(fd.get(), out.source.size, {}).value();
    auto reader = open_reader(path);
    while (reader.next() != nullptr) ++out.records;
    return out;
}

class columns_of {
 public:
    columns_of(std::filesystem::path data, const std::filesystem::path& folder)
        : data_(std::move(data)), paths{folder / "x.columns", folder / "x.work"} {}

    result<void> make(const columns::tile_shape& shape = {}, std::stop_token stop = {}) {
        subject = subject_of(data_);
        return columns::run_column_pass(data_, paths, subject, bytes_done, stop, shape);
    }
    auto load() const {
        return columns::column_file::load(paths.columns, subject.provisional_fingerprint);
    }
    const std::filesystem::path& data() const { return data_; }

 private:
    std::filesystem::path data_;

 public:
    columns::column_paths paths;
    columns::column_subject subject;
    std::atomic<std::uint64_t> bytes_done{0};
};

inline bool is_same_row(
    const columns::gt_row& row, const hts::format_field* gt, const std::vector<std::uint32_t>& of
) {
    if (gt == nullptr) return !row.has_field;
    const bool same_form = row.has_field && row.type == gt->type &&
                           row.per_sample == gt->per_sample &&
                           row.bytes.size() == of.size() * gt->stride();
    if (!same_form) return false;
    const std::uint8_t* at = row.bytes.data();
    for (const auto sample : of) {
        if (!std::equal(at, at + gt->stride(), gt->of_sample(sample))) return false;
        at += gt->stride();
    }
    return true;
}

/// Compares what the columns say of these samples with every record; returns how many they hold.
inline std::uint64_t expect_same_rows(
    const columns::column_file& file,
    const std::filesystem::path& data,
    const std::vector<std::uint32_t>& samples
) {
    std::uint64_t held = 0;
    std::uint64_t ordinal = 0;
    const std::shared_ptr<const columns::column_file> borrowed(
        std::shared_ptr<const void>(), &file
    );
    columns::column_reader reader(borrowed, samples);
    auto rows = open_reader(data);
    while (const auto* record = rows.next()) {
        const auto row = reader.read(ordinal++);
        if (!row) continue;
        ++held;
        const bool same = is_same_row(*row, rows.find_field(*record, "GT"), samples);
        EXPECT_TRUE(same) << data << " record " << ordinal;
        if (!same) return held;
    }
    EXPECT_EQ(ordinal, file.records()) << data;
    return held;
}

inline std::vector<std::uint32_t> all_samples(const columns::column_file& file) {
    std::vector<std::uint32_t> out(file.samples());
    std::iota(out.begin(), out.end(), 0U);
    return out;
}

}  // namespace callstream::testing
