// How a client wants its genotypes: the formatting parameters of BrAPI and `alleleEncoding`, an
// extension, alike on every endpoint.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/genotype/genotype_format.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"

#include <boost/json/object.hpp>

namespace callstream::brapi {

/// `expandHomozygotes`, `unknownString`, `sepPhased`, `sepUnphased`, `alleleEncoding`, each as
/// in `usual` unless said; texts of 256 bytes at most. `empty_string` is how BrAPI 1 spelled a text
/// without characters; it is still understood.
result<genotype::genotype_format> read_genotype_format(
    http::query& q, const genotype::genotype_format& usual
);
result<genotype::genotype_format> read_genotype_format(
    http::json_fields& body, const genotype::genotype_format& usual
);

/// Adds the format to a body that is kept. All of it: what is usual depends on server and variant
/// set, and the body must mean what it meant when it was sent.
void add_genotype_format(boost::json::object& body, const genotype::genotype_format& format);

/// The format as members of a result: `"expandHomozygotes":true,"sepPhased":"|",...`.
void append_genotype_format(text_buffer& out, const genotype::genotype_format& format);

/// With its strings as they stand between the quotes of a JSON string.
genotype::genotype_format escaped_for_json(genotype::genotype_format format);

}  // namespace callstream::brapi
