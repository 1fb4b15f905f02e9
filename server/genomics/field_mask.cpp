#include "server/genomics/field_mask.hpp"

#include "server/http/json_body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cctype>
#include <optional>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr int depth_max = 16;
// Writers look each member up among them.
constexpr std::size_t names_max = 256;

bool is_name_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '*' || c == '@';
}

std::string camel_case(std::string_view name) {
    std::string out;
    bool upper = false;
    for (const char c : name) {
        if (c == '_') {
            upper = true;
            continue;
        }
        out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper = false;
    }
    return out;
}

}  // namespace

/// fields = path *( "," path ); path = name [ "/" path / "(" fields ")" ]
class field_mask::reader {
 public:
    explicit reader(std::string_view text) : left_(text) {}

    std::optional<std::vector<node>> whole() {
        auto nodes = fields(0);
        if (!nodes || !left_.empty()) return std::nullopt;
        return nodes;
    }

 private:
    bool take(char c) {
        if (left_.empty() || left_.front() != c) return false;
        left_.remove_prefix(1);
        return true;
    }

    std::optional<std::vector<node>> fields(int depth) {
        if (depth > depth_max) return std::nullopt;
        std::vector<node> nodes;
        do {
            auto one = path(depth);
            if (!one) return std::nullopt;
            // What is named again, as long masks of clients do, means the same once.
            if (std::find(nodes.begin(), nodes.end(), *one) != nodes.end()) continue;
            if (++names_ > names_max) return std::nullopt;
            nodes.push_back(std::move(*one));
        } while (take(','));
        return nodes;
    }

    std::optional<node> path(int depth) {
        if (depth > depth_max) return std::nullopt;
        const auto end = std::find_if_not(left_.begin(), left_.end(), is_name_character);
        node out{std::string(left_.begin(), end), {}};
        if (out.name.empty()) return std::nullopt;
        left_.remove_prefix(out.name.size());
        if (take('/')) {
            auto inner = path(depth + 1);
            if (!inner) return std::nullopt;
            out.members.push_back(std::move(*inner));
        } else if (take('(')) {
            auto inner = fields(depth + 1);
            if (!inner || !take(')')) return std::nullopt;
            out.members = std::move(*inner);
        }
        return out;
    }

    std::string_view left_;
    std::size_t names_ = 0;
};

result<field_mask> field_mask::parse(std::string_view text) {
    auto nodes = reader(text).whole();
    if (!nodes) {
        return error{
            errc::bad_request, "fields is no mask; write it as nextPageToken,callSets(id,name)"};
    }
    field_mask out;
    out.wanted_ = std::move(*nodes);
    return out;
}

void field_mask::apply(json::value& value) const {
    if (!wanted_.empty()) cut(value, wanted_);
}

std::optional<field_mask> field_mask::of(std::string_view member) const {
    if (wanted_.empty()) return field_mask();
    return inside(wanted_, member);
}

bool field_mask::has(std::string_view member) const {
    return wanted_.empty() || std::any_of(wanted_.begin(), wanted_.end(), [&](const node& n) {
               return n.name == "*" || n.name == member;
           });
}

std::optional<field_mask> field_mask::inside(
    const std::vector<node>& wanted, std::string_view member
) {
    field_mask out;
    bool is_wanted = false;
    bool is_whole = false;
    for (const auto& n : wanted) {
        if (n.name != "*" && n.name != member) continue;
        is_wanted = true;
        is_whole = is_whole || n.members.empty();
        out.wanted_.insert(out.wanted_.end(), n.members.begin(), n.members.end());
    }
    if (!is_wanted) return std::nullopt;
    if (is_whole) out.wanted_.clear();
    return out;
}

void field_mask::cut(json::value& value, const std::vector<node>& wanted) {
    if (auto* array = value.if_array()) {
        for (auto& element : *array) cut(element, wanted);
        return;
    }
    auto* object = value.if_object();
    if (object == nullptr) return;
    json::object kept;
    for (auto& member : *object) {
        const auto inner = inside(wanted, member.key());
        if (!inner) continue;
        inner->apply(member.value());
        kept.emplace(member.key(), std::move(member.value()));
    }
    *object = std::move(kept);
}

result<std::vector<std::string>> read_update_mask(
    std::string_view text, const std::vector<std::string>& all
) {
    if (text.empty()) return all;
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        auto name = camel_case(text.substr(at, end - at));
        if (std::find(all.begin(), all.end(), name) == all.end()) {
            std::string known;
            for (const auto& one : all) known.append(known.empty() ? "" : ", ").append(one);
            return error{
                errc::bad_request,
                "updateMask names '" + http::shown_name(text.substr(at, end - at)) +
                    "'; what can be changed is: " + known};
        }
        out.push_back(std::move(name));
        at = end + 1;
    }
    return out;
}

}  // namespace callstream::genomics
