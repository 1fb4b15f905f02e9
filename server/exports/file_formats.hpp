// The kinds of files that a variant set can leave as.
#pragma once

#include "server/exports/export_subject.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace callstream::exports {

constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

struct file_format {
    std::string_view extension;    ///< with its dot; what the format is found by
    std::string_view data_format;  ///< as BrAPI and its clients name it
    std::string_view file_type;    ///< likewise; BrAPI's name of a media type
    std::string_view media_type;
    bool is_binary = false;                ///< not to be compressed on the way
    std::uint32_t alleles_max = no_limit;  ///< of a variant
    std::uint32_t ploidy_max = no_limit;
    /// What genotypes look like where nobody says otherwise.
    genotype::genotype_format genotypes = {};
    bool has_genotypes = false;  ///< that can look like this or like that
    made_export (*make)(export_subject from) = nullptr;
};

/// `errc::bad_request` when a genotype has more alleles than the format can hold,
/// `errc::unavailable` while the set is not indexed and the format depends on it. The variants must
/// have `alleles_max` alleles at most.
made_export make_file(const file_format& format, export_subject from);

std::span<const file_format> file_formats();

/// By the longest extension that the name of a file ends with; null when none does.
const file_format* find_format(std::string_view file_name);

}  // namespace callstream::exports
