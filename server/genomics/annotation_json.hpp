// Annotations and their sets in JSON: what clients send, read and judged as far as that needs
// nothing else, and what they get. Rules: discovery document of 2016-10-04.
#pragma once

#include "engine/store/annotations.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::genomics {

/// As a client sent it; empty: not said.
struct annotation_set_facts {
    std::string data_set_id;
    std::string reference_set_id;
    std::string name;
    std::string source_uri;
    std::string type;
    std::string info;  ///< a JSON object
};

/// Errors are `errc::bad_request` and name the member, as for all readers here.
result<annotation_set_facts> read_annotation_set(const boost::json::object& object);
boost::json::object to_json(const store::annotation_set& set);

/// One of the types; empty for "unspecified" and where there is none.
result<std::string> read_annotation_type(http::json_fields& body);
result<std::vector<std::string>> read_annotation_types(http::json_fields& body);

/// On the reference, 0-based, the end exclusive.
struct base_range {
    std::int64_t start = 0;
    std::int64_t end = 0;
};

struct exon {
    base_range range;
    std::optional<std::int64_t> frame;
};

struct transcript {
    std::string gene_id;
    std::vector<exon> exons;
    std::optional<base_range> coding;
};

struct annotation_facts {
    std::string set_id;
    std::string name;
    std::string reference_id;
    std::string reference_name;
    base_range range;
    bool reverse_strand = false;
    std::string type;
    std::optional<std::string> variant;  ///< JSON, complete
    std::optional<transcript> spliced;
    std::string info;  ///< a JSON object
};

result<annotation_facts> read_annotation(const boost::json::object& object);

/// Exons in order and apart, frames for all coding exons or none, everything within a reference of
/// this length.
result<void> check_transcript(const transcript& t, std::int64_t reference_length);
/// JSON.
std::string transcript_text(const transcript& t);

/// The JSON of an annotation of this set.
std::string annotation_text(const store::annotation_set& set, const store::annotation& a);

}  // namespace callstream::genomics
