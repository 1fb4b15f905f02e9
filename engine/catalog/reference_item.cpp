#include "engine/catalog/reference_item.hpp"

#include "engine/core/id.hpp"

namespace callstream::catalog {

std::string reference_item::id() const {
    return id::join(set->id, id::encode(entry().name));
}

const reference_facts& reference_item::facts() const {
    static const reference_facts nothing;
    const auto* listed = set->home->find_reference(entry().name);
    return listed == nullptr ? nothing : *listed;
}

const std::string& reference_item::md5() const {
    return digests != nullptr ? digests->sequences[sequence].md5 : facts().md5;
}

bool awaits_index(const reference_set& set) {
    return !set.fasta->is_indexed() && !set.fasta->refusal();
}

result<reference_item> find_reference(const snapshot& now, std::string_view id) {
    const error unknown{errc::not_found, "there is no reference with this id"};
    const auto parts = id::split_last(id);
    if (!parts) return unknown;
    const auto* set = now.find_reference_set(parts->first);
    if (set == nullptr) return unknown;
    reference_item item{set, set->fasta->file(), set->digests->all()};
    if (item.file == nullptr) {
        if (!awaits_index(*set)) return unknown;
        return error{errc::unavailable, "the index of this reference set is still being made"};
    }
    const auto name = id::decode(parts->second);
    const auto sequence = name ? item.file->find(*name) : std::nullopt;
    if (!sequence) return unknown;
    item.sequence = *sequence;
    return item;
}

result<reference_item> find_current_reference(const snapshot& now, std::string_view id) {
    auto item = find_reference(now, id);
    if (item && !item->set->fasta->is_current()) {
        return error{errc::file_replaced, "the file has been replaced"};
    }
    return item;
}

}  // namespace callstream::catalog
