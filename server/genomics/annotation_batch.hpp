// Many annotations in one request.
#pragma once

#include "server/genomics/annotation_json.hpp"
#include "server/http/request.hpp"

#include <string>
#include <vector>

namespace callstream::genomics {

constexpr std::size_t batch_annotations_max = 4096;

struct annotation_batch {
    std::string request_id;  ///< may be empty
    std::string set_id;      ///< of all annotations that name one
    std::vector<result<annotation_facts>> annotations;
};

/// `errc::bad_request` for what spoils the batch as a whole; what is wrong with one annotation is
/// its own error.
result<annotation_batch> read_batch(const std::string& body);

/// `{"entries": [...]}`, where `ids[i]` are the numbers of those that have no error.
std::string batch_answer(
    const store::annotation_set& set,
    const std::vector<result<store::new_annotation>>& placed,
    const std::vector<std::int64_t>& numbers
);
/// What a batch answer has at most, so to say before the annotations have their numbers.
result<void> check_answer_size(const std::vector<result<store::new_annotation>>& placed);

/// As it is in a search.
store::annotation as_kept(const store::new_annotation& a, std::int64_t number);

}  // namespace callstream::genomics
