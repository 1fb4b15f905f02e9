#include "server/brapi/variant_namer.hpp"

#include "server/streaming/json_text.hpp"

namespace callstream::brapi {

void variant_namer::enter_contig(std::string_view name) {
    ids_.enter_contig(name);
    name_prefix_ = streaming::json_escaped(name) + ":";
}

void variant_namer::append_name(text_buffer& out, std::string_view names, std::int64_t pos0) const {
    if (!names.empty())
        return out.append(streaming::json_escaped(names.substr(0, names.find(';'))));
    out.append(name_prefix_);
    append_integer(out, pos0 + 1);
}

}  // namespace callstream::brapi
