// What a request for a ticket says, by GET or by POST (htsget 1.3).
#pragma once

#include "server/htsget/refusal.hpp"
#include "server/http/request.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace callstream::htsget {

enum class data_kind { variants, reads };
enum class data_format { vcf, bcf, bam, cram };

/// As in tickets: `VCF`.
std::string_view format_name(data_format format);

/// Half-open, 0-based.
struct named_region {
    std::string name;  ///< as somebody calls the contig; `*`: reads without one
    std::int64_t begin0 = 0;
    std::int64_t end0 = std::numeric_limits<std::int64_t>::max();

    bool operator==(const named_region&) const = default;
};

struct ticket_query {
    data_format format = data_format::vcf;
    bool header_only = false;
    std::vector<named_region> regions;  ///< none: everything
};

/// `fields`, `tags` and `notags` are checked and leave nothing out: the protocol lets answers have
/// more than was asked for. With `class=header` nothing but the format counts, because clients that
/// are in use send regions along.
outcome<ticket_query> read_ticket_query(const http::request& request, data_kind kind);

}  // namespace callstream::htsget
