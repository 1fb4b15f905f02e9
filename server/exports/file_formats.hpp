// The kinds of files that a variant set can leave as.
#pragma once

#include "server/exports/export_subject.hpp"
#include "server/streaming/body_source.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

namespace callstream::exports {

struct file_format {
    std::string_view extension;    ///< with its dot; what the format is found by
    std::string_view data_format;  ///< as BrAPI and its clients name it
    std::string_view file_type;    ///< likewise; BrAPI's name of a media type
    std::string_view media_type;
    bool is_binary = false;  ///< not to be compressed on the way
    std::uint32_t alleles_max = std::numeric_limits<std::uint32_t>::max();
    /// What genotypes look like where nobody says otherwise.
    genotype::genotype_format genotypes = {};
    bool has_genotypes = true;  ///< that can look like this or like that
    result<std::unique_ptr<streaming::body_source>> (*make)(export_subject from) = nullptr;
};

std::span<const file_format> file_formats();

/// By the longest extension that the name of a file ends with; null when none does.
const file_format* find_format(std::string_view file_name);

}  // namespace callstream::exports
