// The lines of a SAM header, which BAM and CRAM carry as text (SAM specification, section 1.3).
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::reads {

/// Empty strings stand for what a header does not say.
struct reference_sequence {
    std::string name;
    std::uint64_t length = 0;  ///< bases
    std::string md5;           ///< M5: of the sequence in upper case
    std::string uri;           ///< UR, as text: nothing in this program opens it
    std::string assembly;
    std::string species;
};

struct read_group {
    std::string id;
    std::string sample;
    std::string library;
    std::string platform;
    std::string platform_unit;
    std::string platform_model;
    std::string center;
    std::string date;
    std::string description;
    std::string insert_size;  ///< PI: median, in bases
    std::string program;      ///< PG: id of the program that processed it
};

struct program {
    std::string id;
    std::string name;
    std::string version;
    std::string command_line;
    std::string previous;  ///< PP: id of the program before it
};

struct sam_header {
    std::string version;     ///< VN of @HD
    std::string sort_order;  ///< SO: "coordinate", "queryname", "unsorted" ... ; "" when not said
    std::string grouping;    ///< GO
    std::vector<reference_sequence> references;
    std::vector<read_group> read_groups;
    std::vector<program> programs;
};

/// Fields that are not kept and comments may be of any form. `errc::file_unusable` says which line
/// is wrong: a name twice or none, a length that is no number above zero, or more than 1,048,576
/// references, 65,536 read groups or 65,536 programs. Ids of read groups and programs are unique in
/// the result: the first of several lines with one id counts, as for samtools.
result<sam_header> parse_sam_header(std::string_view text);

/// Names of the references for which a CRAM cannot be decoded with the sequences at hand: those
/// without an M5, or with one that is not in `known_md5s` (lower-case hexadecimal, without order).
/// Empty is the only answer with which a CRAM may be given to htslib, which otherwise opens what
/// the header's UR fields name, whatever its environment says.
std::vector<std::string> crams_missing_references(
    const sam_header& header, const std::set<std::string, std::less<>>& known_md5s
);

}  // namespace callstream::reads
