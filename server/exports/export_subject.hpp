// What leaves as a file: records of one variant set, and some of its call sets; and what it
// becomes.
#pragma once

#include "engine/genotype/genotype_format.hpp"
#include "engine/variants/selection.hpp"
#include "engine/variants/set_view.hpp"
#include "server/streaming/body_source.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace callstream::exports {

/// For formats that can be put together from pieces: VCF and BCF.
struct file_parts {
    bool header = true;
    bool records = true;
    bool end = true;  ///< what marks a complete file
};

struct export_subject {
    variants::set_view view;
    std::shared_ptr<const variants::selection> variants;  ///< null: all
    std::vector<std::uint32_t> columns;                   ///< in the order of the file
    std::vector<std::string> names;                       ///< of the columns
    genotype::genotype_format format = {};                ///< for formats that leave a choice
    std::filesystem::path work_folder = {};  ///< for what must be turned around on disk
    file_parts parts = {};
};

using made_export = result<std::unique_ptr<streaming::body_source>>;

}  // namespace callstream::exports
