#include "server/brapi/list_body.hpp"

#include "server/http/json_body.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

using error_code = json::error_code;

error refuse(std::string why) {
    return {errc::bad_request, "the request body " + std::move(why)};
}

}  // namespace

/// What the parser calls. Items go on to the sink; everything else of a list becomes an object.
class list_body_reader::handler {
 public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = list_facts_bytes_max;
    static constexpr std::size_t max_string_size = list_facts_bytes_max;

    handler(shape expected, list_body_sink& sink) : expected_(expected), sink_(sink) {}

    std::optional<error> problem;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_array_begin(error_code& ec) {
        const bool takes_array =
            expected_ == shape::lists || expected_ == shape::items || expected_ == shape::objects;
        if (level_ == 0 && takes_array) {
            ++level_;
            in_items_ = expected_ == shape::items;
            return true;
        }
        if (in_items_) return fail(ec, refuse("has an item that is no text"));
        if (at_data_) {
            at_data_ = false;
            in_items_ = true;
            ++level_;
            return take(ec, sink_.begin_items());
        }
        return begin_value(ec) && (++level_, true);
    }

    bool on_array_end(std::size_t count, error_code&) {
        --level_;
        if (in_items_) {
            in_items_ = false;
        } else if (in_list()) {
            stack_.push_array(count);
        }
        return true;
    }

    bool on_object_begin(error_code& ec) {
        if (in_items_) return fail(ec, refuse("has an item that is no text"));
        if (level_ == 0 && expected_ == shape::objects_by_key) {
            ++level_;
            keys_.emplace_back();
            return true;
        }
        if (!in_list() && expected_ != shape::items && level_ <= 1) {
            ++level_;
            list_level_ = level_;
            stack_.reset();
            keys_.emplace_back();
            facts_bytes_ = 0;
            data_seen_ = false;
            return take(ec, sink_.begin_list());
        }
        if (!begin_value(ec)) return false;
        ++level_;
        keys_.emplace_back();
        return true;
    }

    bool on_object_end(std::size_t count, error_code& ec) {
        keys_.pop_back();
        if (!in_list()) {  // it held the objects
            --level_;
            return true;
        }
        const bool ends_list = level_ == list_level_;
        --level_;
        stack_.push_object(count - (ends_list && data_seen_ ? 1 : 0));
        if (!ends_list) return true;
        list_level_ = 0;
        const json::value facts = stack_.release();
        return take(ec, sink_.end_list(facts.get_object()));
    }

    bool on_key_part(json::string_view part, std::size_t, error_code& ec) {
        text_.append(part.data(), part.size());
        return count_bytes(part.size(), ec);
    }
    bool on_key(json::string_view part, std::size_t size, error_code& ec) {
        if (!on_key_part(part, size, ec)) return false;
        const std::string key = std::exchange(text_, {});
        if (!keys_.back().insert(key).second) {
            return fail(ec, refuse("has the member '" + http::shown_name(key) + "' twice"));
        }
        if (!in_list()) return take(ec, sink_.begin_object_of(key));
        at_data_ = is_of_lists() && level_ == list_level_ && key == "data";
        if (at_data_) {
            data_seen_ = true;
        } else {
            stack_.push_key(key);
        }
        return true;
    }

    bool on_string_part(json::string_view part, std::size_t size, error_code& ec) {
        if (in_items_ && size > list_item_bytes_max) {
            return fail(ec, refuse("has an item of more than 65536 bytes"));
        }
        text_.append(part.data(), part.size());
        return in_items_ || count_bytes(part.size(), ec);
    }
    bool on_string(json::string_view part, std::size_t size, error_code& ec) {
        if (!on_string_part(part, size, ec)) return false;
        const std::string text = std::exchange(text_, {});
        if (in_items_) {
            if (text.find('\0') != std::string::npos) {
                return fail(ec, refuse("has an item with a zero byte"));
            }
            return take(ec, sink_.item(text));
        }
        if (!begin_value(ec)) return false;
        stack_.push_string(text);
        return true;
    }

    bool on_number_part(json::string_view part, error_code& ec) {
        text_.append(part.data(), part.size());
        return count_bytes(part.size(), ec);
    }
    bool on_int64(std::int64_t number, json::string_view, error_code& ec) {
        text_.clear();
        if (!begin_value(ec)) return false;
        stack_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, error_code& ec) {
        text_.clear();
        if (!begin_value(ec)) return false;
        stack_.push_uint64(number);
        return true;
    }
    /// The parser's own double is a bit off now and then; what a client wrote comes back.
    bool on_double(double number, json::string_view part, error_code& ec) {
        text_.append(part.data(), part.size());
        const std::string digits = std::exchange(text_, {});
        if (!begin_value(ec)) return false;
        double exact = number;
        const auto [end, failed] =
            std::from_chars(digits.data(), digits.data() + digits.size(), exact);
        if (failed != std::errc{} || end != digits.data() + digits.size()) {
            return fail(ec, refuse("has a number that does not fit in 64 bits"));
        }
        stack_.push_double(exact);
        return true;
    }
    bool on_bool(bool value, error_code& ec) {
        if (!begin_value(ec)) return false;
        stack_.push_bool(value);
        return true;
    }
    bool on_null(error_code& ec) {
        if (at_data_ && in_list()) {  // as if it were absent
            at_data_ = false;
            return true;
        }
        if (!begin_value(ec)) return false;
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

 private:
    bool in_list() const noexcept { return list_level_ > 0; }
    bool is_of_lists() const noexcept {
        return expected_ == shape::lists || expected_ == shape::list;
    }

    bool fail(error_code& ec, error why) {
        problem = std::move(why);
        ec = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
        return false;
    }
    bool take(error_code& ec, const result<void>& outcome) {
        return outcome ? true : fail(ec, outcome.error());
    }
    /// Before a value that belongs to the facts of a list.
    bool begin_value(error_code& ec) {
        if (in_items_) return fail(ec, refuse("has an item that is no text"));
        if (at_data_) return fail(ec, refuse("has a member 'data' that is no array of texts"));
        if (in_list()) return count_bytes(sizeof(json::value), ec);
        switch (expected_) {
            case shape::lists:
                return fail(ec, refuse("must be a JSON array of lists, [{...}]"));
            case shape::list:
            case shape::object:
                return fail(ec, refuse("must be a JSON object, {...}"));
            case shape::objects:
                return fail(ec, refuse("must be a JSON array of objects, [{...}]"));
            case shape::objects_by_key:
                return fail(ec, refuse("must be a JSON object of objects by id, {\"id\": {...}}"));
            case shape::items:
                break;
        }
        return fail(ec, refuse("must be a JSON array of texts"));
    }
    bool count_bytes(std::size_t bytes, error_code& ec) {
        facts_bytes_ += bytes;
        if (facts_bytes_ <= list_facts_bytes_max) return true;
        return fail(
            ec,
            refuse(
                is_of_lists() ? "has more than 1 MiB beside the items of a list"
                              : "has an object of more than 1 MiB"
            )
        );
    }

    shape expected_;
    list_body_sink& sink_;
    std::size_t level_ = 0;       // of arrays and objects around what comes
    std::size_t list_level_ = 0;  // that of the members of the list; 0: outside of any
    bool in_items_ = false;
    bool at_data_ = false;  // behind the key
    bool data_seen_ = false;
    std::string text_;  // of a key, string or number that came in parts
    std::vector<std::set<std::string>> keys_;
    std::size_t facts_bytes_ = 0;
    json::value_stack stack_;
};

struct list_body_reader::parts {
    parts(shape expected, list_body_sink& sink) : parser(options(), expected, sink) {}

    static json::parse_options options() {
        json::parse_options o;
        o.max_depth = http::json_depth_max;
        return o;
    }

    json::basic_parser<handler> parser;
};

list_body_reader::list_body_reader(shape expected, list_body_sink& sink)
    : parts_(std::make_unique<parts>(expected, sink)) {}

list_body_reader::~list_body_reader() = default;

namespace {

result<void> outcome_of(const error_code& ec, const std::optional<error>& problem) {
    if (problem) return *problem;
    if (!ec) return {};
    if (ec == json::error::too_deep) {
        return refuse("is nested deeper than " + std::to_string(http::json_depth_max) + " levels");
    }
    if (ec == json::error::string_too_large || ec == json::error::key_too_large) {
        return refuse("has a text of more than 1 MiB");
    }
    if (ec == json::error::syntax && ec.failed()) return refuse("is not valid JSON");
    return refuse("is not valid JSON: " + ec.message());
}

}  // namespace

result<void> list_body_reader::add(std::string_view piece) {
    error_code ec;
    const auto taken = parts_->parser.write_some(true, piece.data(), piece.size(), ec);
    if (auto fine = outcome_of(ec, parts_->parser.handler().problem); !fine) return fine;
    const auto rest = piece.substr(taken);
    if (rest.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
    return refuse("has something behind its end");
}

result<void> list_body_reader::finish() {
    if (parts_->parser.done()) return {};
    error_code ec;
    parts_->parser.write_some(false, "", 0, ec);
    return outcome_of(ec, parts_->parser.handler().problem);
}

result<void> read_body(const http::request& request, list_body_reader& reader) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    if (request.long_body == nullptr) return reader.finish();
    std::vector<char> piece(piece_bytes);
    for (std::uint64_t at = 0; at < request.long_body->size();) {
        const std::size_t n = request.long_body->read(at, piece);
        if (auto fine = reader.add({piece.data(), n}); !fine) return fine;
        at += n;
    }
    return reader.finish();
}

}  // namespace callstream::brapi
