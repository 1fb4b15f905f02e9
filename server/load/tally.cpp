#include "server/load/tally.hpp"

namespace callstream::load {

void subject_tally::add(const subject_tally& other) {
    requests += other.requests;
    items += other.items;
    wire_bytes += other.wire_bytes;
    body_bytes += other.body_bytes;
    latency.add(other.latency);
    first_byte.add(other.first_byte);
}

void tally::add(const tally& other) {
    for (std::size_t i = 0; i < of.size(); ++i) of[i].add(other.of[i]);
    for (const auto& [kind, error] : other.errors) {
        auto& mine = errors[kind];
        if (mine.count == 0) mine.example = error.example;
        mine.count += error.count;
    }
    cut += other.cut;
    reconnects += other.reconnects;
}

void tally::add_error(const std::string& kind, const std::string& example) {
    auto& error = errors[kind];
    if (error.count++ == 0) error.example = example;
}

}  // namespace callstream::load
