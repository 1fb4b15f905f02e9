// Bodies of the list endpoints, cut at any place: what is told does not depend on the cuts, and is
// told in an order that a store can follow.
#include "server/brapi/list_body.hpp"

#include "tests/fuzz/support/fuzz_input.hpp"

#include <boost/json/serialize.hpp>

#include <string>

namespace callstream::fuzzing {
namespace {

using brapi::list_body_reader;
using shape = list_body_reader::shape;

class recorder : public brapi::list_body_sink {
 public:
    explicit recorder(shape expected) : in_list_(expected == shape::items), of_items_(in_list_) {}

    result<void> begin_list() override {
        require(!in_list_, "lists do not lie in each other");
        in_list_ = true;
        return add("(");
    }
    result<void> begin_items() override {
        require(in_list_ && !of_items_, "items belong to a list");
        in_items_ = true;
        return add("[");
    }
    result<void> item(std::string_view text) override {
        require(in_list_ && (in_items_ || of_items_), "items come in data");
        require(text.size() <= brapi::list_item_bytes_max, "no item is longer than it may be");
        require(text.find('\0') == std::string_view::npos, "no item has a zero byte");
        return add("<" + std::string(text) + ">");
    }
    result<void> end_list(const boost::json::object& facts) override {
        require(in_list_, "what ends has begun");
        require(!facts.contains("data"), "items are no facts");
        in_list_ = in_items_ = false;
        return add(boost::json::serialize(facts) + ")");
    }
    std::string told;

 private:
    result<void> add(const std::string& what) {
        told += what;
        return {};
    }
    bool in_list_;
    bool of_items_;
    bool in_items_ = false;
};

/// What is told, or why not.
std::string read(shape expected, std::string_view text, std::size_t piece) {
    recorder sink(expected);
    list_body_reader reader(expected, sink);
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (auto fine = reader.add(text.substr(at, piece)); !fine) return "refused";
    }
    return reader.finish() ? "told " + sink.told : "refused";
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream::fuzzing;
    if (size < 2) return 0;
    const auto expected = static_cast<shape>(data[0] % 3);
    const std::size_t piece = 1 + data[1] % 64;
    const auto text = text_of(data + 2, size - 2);
    const auto whole = read(expected, text, size);
    require(read(expected, text, piece) == whole, "cuts change nothing", text);
    return 0;
}
