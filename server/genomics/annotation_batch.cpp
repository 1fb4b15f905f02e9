#include "server/genomics/annotation_batch.hpp"

#include "server/genomics/json_pieces.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/serialize.hpp>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr std::size_t request_id_bytes_max = 1024;
/// The store keeps texts of up to 64 MiB.
constexpr std::size_t answer_bytes_max = 48 << 20;
/// More than everything in an entry that the client did not send.
constexpr std::size_t entry_bytes = 1024;

error refuse(std::string why) {
    return {errc::bad_request, std::move(why)};
}

/// google.rpc.Code of what can be wrong with one annotation.
int rpc_code(errc code) {
    constexpr int invalid_argument = 3;
    constexpr int internal = 13;
    return code == errc::bad_request ? invalid_argument : internal;
}

json::object status_json(int code, const std::string& message) {
    return {{"code", code}, {"message", message}, {"details", json::array()}};
}

result<void> read_request_id(const std::string& rest, std::string& id) {
    const auto object = http::parse_json_object(rest);
    if (!object) return object.error();
    http::json_fields body(*object);
    auto text = body.text("requestId");
    if (!text) return text.error();
    id = std::move(*text).value_or("");
    const auto left = body.object_list("annotations");
    if (!left) return left.error();
    if (*left && !(*left)->empty()) return refuse("annotations must be there once");
    if (auto fine = refuse_unknown(body); !fine) return fine;
    if (id.size() > request_id_bytes_max) return refuse("requestId has at most 1024 bytes");
    return {};
}

/// All that name a set must name the same.
result<void> note_set(annotation_batch& batch, const std::string& set_id) {
    if (set_id.empty()) return {};
    if (batch.set_id.empty()) batch.set_id = set_id;
    if (batch.set_id == set_id) return {};
    return refuse("all annotations of a batch must be of the same annotation set");
}

}  // namespace

result<annotation_batch> read_batch(const std::string& body) {
    const auto cut = cut_array(body, "annotations", batch_annotations_max);
    if (cut.elements.size() > batch_annotations_max)
        return refuse("a batch has at most 4096 annotations");
    annotation_batch out;
    if (auto fine = read_request_id(cut.rest, out.request_id); !fine) return fine.error();
    if (cut.elements.empty()) return refuse("annotations is required");
    out.annotations.reserve(cut.elements.size());
    for (const auto element : cut.elements) {
        const auto object = http::parse_json_object(std::string(element));
        if (!object) {
            const auto which = "annotations[" + std::to_string(out.annotations.size()) + "]: ";
            return refuse(which + object.error().text);
        }
        out.annotations.push_back(read_annotation(*object));
        const auto& read = out.annotations.back();
        if (!read) continue;
        if (auto fine = note_set(out, read->set_id); !fine) return fine.error();
    }
    if (out.set_id.empty()) {
        // Where none could be read, what is wrong with the first says more.
        if (!out.annotations.front()) return out.annotations.front().error();
        return refuse("annotationSetId is required");
    }
    return out;
}

store::annotation as_kept(const store::new_annotation& a, std::int64_t number) {
    store::annotation out;
    out.reference_id = a.reference.id;
    out.reference_name = a.reference.name;
    out.place = {0, a.start, number};
    out.end = a.end;
    out.reverse_strand = a.reverse_strand;
    out.name = a.name;
    out.details = a.details;
    out.info = a.info;
    return out;
}

std::string batch_answer(
    const store::annotation_set& set,
    const std::vector<result<store::new_annotation>>& placed,
    const std::vector<std::int64_t>& numbers
) {
    static const std::string fine = json::serialize(status_json(0, ""));
    std::string out = "{\"entries\":[";
    std::size_t next = 0;
    for (const auto& one : placed) {
        if (out.back() != '[') out += ',';
        out += "{\"status\":";
        if (one) {
            out += fine + ",\"annotation\":";
            out += annotation_text(set, as_kept(*one, numbers[next++]));
        } else {
            out += json::serialize(status_json(rpc_code(one.error().code), one.error().text));
        }
        out += '}';
    }
    return out += "]}\n";
}

result<void> check_answer_size(const std::vector<result<store::new_annotation>>& placed) {
    std::size_t bytes = 0;
    for (const auto& one : placed) {
        bytes += entry_bytes;
        if (one) bytes += one->name.size() + one->info.size() + one->details.value_or("").size();
    }
    if (bytes <= answer_bytes_max) return {};
    return refuse("the batch is too large; send fewer annotations at once");
}

}  // namespace callstream::genomics
