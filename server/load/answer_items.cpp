#include "server/load/answer_items.hpp"

#include "engine/core/parse.hpp"

#include <algorithm>

namespace callstream::load {
namespace {

/// Names of members that count, and what stands for the elements of an array.
enum name : std::uint8_t {
    other = 1,
    element,
    result,
    data,
    call_set,
    variant,
    genotype_value,
    genotype,
    values,
    matrices,
    matrix_rows,
    variants,
    call_sets,
    sequence,
    reference_name,
    start,
    end_of,
    reference_bases,
    alternate_bases,
    complete,
    count,
};

struct known_name {
    std::string_view text;
    name is;
};

constexpr std::array<known_name, 19> known_names = {
    known_name{"callSetDbId", call_set},
    known_name{"variantDbId", variant},
    known_name{"genotypeValue", genotype_value},
    known_name{"genotype", genotype},
    known_name{"values", values},
    known_name{"result", result},
    known_name{"data", data},
    known_name{"dataMatrices", matrices},
    known_name{"dataMatrix", matrix_rows},
    known_name{"variantDbIds", variants},
    known_name{"callSetDbIds", call_sets},
    known_name{"sequence", sequence},
    known_name{"referenceName", reference_name},
    known_name{"start", start},
    known_name{"end", end_of},
    known_name{"referenceBases", reference_bases},
    known_name{"alternateBases", alternate_bases},
    known_name{"complete", complete},
    known_name{"count", count},
};

/// A byte for each level, the outermost lowest.
template <class... Names>
constexpr std::uint64_t at(Names... names) {
    std::uint64_t out = 0;
    unsigned shift = 0;
    ((out |= std::uint64_t{static_cast<std::uint8_t>(names)} << shift, shift += 8), ...);
    return out;
}

constexpr std::uint64_t list_item = at(result, data, element);
constexpr unsigned list_item_bits = 24;
constexpr std::uint64_t matrix_row = at(result, matrices, element, matrix_rows, element);

/// Lest a row and an id at one place be the same thing.
enum kind : std::uint64_t { row_kind = 1, variant_kind, call_set_kind };

}  // namespace

std::uint64_t answer_items::place() const {
    std::uint64_t out = 0;
    const unsigned kept = std::min<unsigned>(depth_, levels_kept);
    for (unsigned i = 0; i < kept; ++i) out |= std::uint64_t{levels_[i].name} << (8 * i);
    return out;
}

/// Within the item of a list, or within the line that is one.
std::uint64_t answer_items::place_in_item() const {
    const auto whole = place();
    const bool listed = depth_ > 3 && (whole & 0xFFFFFF) == list_item;
    return listed ? whole >> list_item_bits : whole;
}

void answer_items::open(bool array) {
    if (depth_ < levels_kept) levels_[depth_] = {array ? element : other, 0};
    ++depth_;
}

bool answer_items::key(std::string_view text) {
    if (depth_ > levels_kept) return false;
    const auto found = std::find_if(known_names.begin(), known_names.end(), [text](const auto& n) {
        return n.text == text;
    });
    const auto is = found == known_names.end() ? other : found->is;
    levels_[depth_ - 1].name = is;
    // The matrices of an NDJSON line have the names of their fields.
    if (is == other) return subject_ == subject::matrix && depth_ == 1 && has_item_;
    return is != genotype || !has_genotype_;
}

void answer_items::close() {
    --depth_;
    if (depth_ == 0) {
        end_document();
    } else if (depth_ == 3 && subject_ != subject::matrix && place() == list_item) {
        end_item();
    } else if (depth_ == 5 && subject_ == subject::matrix && place() == matrix_row) {
        add_row(levels_[4].index);
    }
    pass_element();
}

/// In NDJSON an item.
void answer_items::end_document() {
    if (subject_ != subject::matrix) return end_item();
    if (has_item_) add_row(lines_++);
    has_item_ = false;
}

void answer_items::pass_element() {
    if (depth_ == 0 || depth_ > levels_kept) return;
    auto& l = levels_[depth_ - 1];
    if (l.name == element) ++l.index;
}

void answer_items::text(const text_hash& value) {
    if (subject_ == subject::bases && depth_ == 2 && place() == at(result, sequence)) {
        sums_.checksum += mix(value.value());
        sums_.items += value.size();
    }
    leaf(value.value());
}

void answer_items::word(std::string_view value) {
    if (depth_ == 1) {
        if (levels_[0].name == complete) sums_.says_complete = value == "true";
        if (levels_[0].name == count) announced_ = parse_integer<std::uint64_t>(value);
    }
    // Turned over, so that the text "1" is not the number 1.
    leaf(~hash_of(value));
}

void answer_items::leaf(std::uint64_t hash) {
    if (depth_ <= levels_kept) {
        if (subject_ == subject::matrix) matrix_leaf(place(), hash);
        if (subject_ == subject::variants) variant_leaf(place_in_item(), hash);
        if (subject_ == subject::callsets || subject_ == subject::calls) {
            call_leaf(place_in_item(), hash);
        }
    }
    pass_element();
}

void answer_items::call_leaf(std::uint64_t place, std::uint64_t hash) {
    if (place == at(genotype, values, element)) {
        genotype_ = mix(genotype_value, hash);
    } else if (place == at(genotype_value)) {
        item_ += mix(genotype_value, hash);
        has_genotype_ = true;
    } else if (place == at(call_set) || place == at(variant)) {
        item_ += mix(place, hash);
    } else {
        return;
    }
    has_item_ = true;
}

void answer_items::variant_leaf(std::uint64_t place, std::uint64_t hash) {
    switch (place) {
        case at(variant):
        case at(reference_name):
        case at(start):
        case at(end_of):
        case at(reference_bases):
            item_ += mix(place, hash);
            break;
        case at(alternate_bases, element):
            item_ += mix(place + levels_[depth_ - 1].index, hash);
            break;
        default:
            return;
    }
    has_item_ = true;
}

void answer_items::matrix_leaf(std::uint64_t place, std::uint64_t hash) {
    // Of several matrices the first counts: which others there are is the server's choice.
    const bool is_cell = (depth_ == 6 && (place & 0xFFFFFFFFFF) == matrix_row &&
                          levels_[5].name == element && levels_[2].index == 0) ||
                         (has_item_ && place == at(other, element));
    const auto index = depth_ > 0 ? levels_[std::size_t{depth_} - 1].index : 0U;
    if (is_cell) {
        item_ = mix(item_, hash);
        ++row_cells_;
    } else if (place == at(result, variants, element)) {
        sums_.checksum += mix(mix(variant_kind, index), hash);
    } else if (place == at(result, call_sets, element)) {
        sums_.checksum += mix(mix(call_set_kind, index), hash);
    } else if (place == at(variant)) {
        sums_.checksum += mix(mix(variant_kind, lines_), hash);
        has_item_ = true;
    }
}

void answer_items::end_item() {
    if (!has_item_) return;
    sums_.checksum += mix(has_genotype_ ? item_ : item_ + genotype_);
    ++sums_.items;
    ++lines_;
    item_ = genotype_ = 0;
    has_item_ = has_genotype_ = false;
}

void answer_items::add_row(std::uint64_t number) {
    if (row_cells_ > 0) sums_.checksum += mix(mix(row_kind, number), item_);
    sums_.items += row_cells_;
    item_ = row_cells_ = 0;
}

}  // namespace callstream::load
