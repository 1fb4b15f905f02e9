#include "engine/variants/row_narrower.hpp"

namespace callstream::variants {

const hts::record* row_narrower::narrow(const hts::record& record, const hts::vcf_reader& reader) {
    narrowed_.contig = record.contig;
    narrowed_.pos0 = record.pos0;
    narrowed_.length = record.length;
    narrowed_.name = record.name;
    narrowed_.allele_count = record.allele_count;
    narrowed_.fields.clear();
    const auto* gt = reader.find_field(record, "GT");
    if (gt == nullptr) return &narrowed_;
    bytes_.clear();
    for (const auto column : *wanted_) {
        const std::uint8_t* cell = gt->of_sample(column);
        bytes_.insert(bytes_.end(), cell, cell + gt->stride());
    }
    narrowed_.fields.push_back({gt->key, gt->type, gt->per_sample, bytes_});
    return &narrowed_;
}

}  // namespace callstream::variants
