#include "server/genomics/multipart.hpp"

#include "engine/core/lower_case.hpp"

#include <algorithm>
#include <optional>

namespace callstream::genomics {
namespace {

constexpr std::size_t fields_max = 64;
constexpr std::size_t boundary_bytes_max = 70;
constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

error wrong(std::string what) {
    return {errc::bad_request, std::move(what)};
}

bool consists_of(std::string_view text, std::string_view marks) {
    return text.find_first_not_of(std::string(letters).append(marks)) == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Line by line, without the ends of lines.
class line_reader {
 public:
    explicit line_reader(std::string_view text) : text_(text) {}

    /// Nothing at the end.
    std::optional<std::string_view> next() {
        if (at_ >= text_.size()) return std::nullopt;
        begin_ = at_;
        const auto end = std::min(text_.find('\n', at_), text_.size());
        at_ = std::min(end + 1, text_.size());
        const bool has_return = end > begin_ && text_[end - 1] == '\r';
        return text_.substr(begin_, end - begin_ - (has_return ? 1 : 0));
    }
    std::size_t line_begin() const { return begin_; }
    std::size_t line_end() const { return at_; }

 private:
    std::string_view text_;
    std::size_t begin_ = 0;
    std::size_t at_ = 0;
};

/// Without the end of line that belongs to the boundary behind it.
std::string_view without_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

/// The parameters of a Content-Type, of which one value is quoted at most.
result<std::string> boundary_of(std::string_view content_type) {
    std::optional<std::string> found;
    for (auto at = content_type.find(';'); at != std::string_view::npos;) {
        content_type.remove_prefix(at + 1);
        at = content_type.find(';');
        const auto parameter = trimmed(content_type.substr(0, at));
        const auto equals = std::min(parameter.find('='), parameter.size());
        if (lower_case(parameter.substr(0, equals)) != "boundary") continue;
        if (found) return wrong("the body has two boundaries");
        auto value = parameter.substr(std::min(equals + 1, parameter.size()));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        found = value;
    }
    const bool fits = found && !found->empty() && found->size() <= boundary_bytes_max &&
                      consists_of(*found, "'()+_,-./:=? ") && found->back() != ' ';
    if (!fits) return wrong("the Content-Type of the body names no boundary");
    return std::move(*found);
}

enum class delimiter { none, next, last };

delimiter kind_of(std::string_view line, std::string_view boundary) {
    if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) return delimiter::none;
    const auto rest = line.substr(2 + boundary.size());
    if (trimmed(rest).empty()) return delimiter::next;
    return rest.starts_with("--") && trimmed(rest.substr(2)).empty() ? delimiter::last
                                                                     : delimiter::none;
}

}  // namespace

std::string_view message_text::field(std::string_view lower_case_name) const {
    const auto at = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
        return field.first == lower_case_name;
    });
    return at == fields.end() ? std::string_view{} : at->second;
}

result<message_text> read_message_text(std::string_view text) {
    message_text out;
    line_reader lines(text);
    for (auto line = lines.next(); line && !line->empty(); line = lines.next()) {
        const auto colon = std::min(line->find(':'), line->size());
        const auto name = line->substr(0, colon);
        if (colon == line->size() || name.empty() || !consists_of(name, "!#$%&'*+-.^_`|~"))
            return wrong("a line of a part's head is no field");
        if (out.fields.size() == fields_max) return wrong("a part's head has too many fields");
        out.fields.emplace_back(lower_case(name), trimmed(line->substr(colon + 1)));
    }
    out.body = text.substr(lines.line_end());
    return out;
}

result<std::vector<message_text>> read_multipart(
    std::string_view content_type, std::string_view body, std::size_t parts_max
) {
    const auto boundary = boundary_of(content_type);
    if (!boundary) return boundary.error();
    std::vector<message_text> parts;
    std::optional<std::size_t> begin;  // of the part that is being read
    line_reader lines(body);
    for (auto line = lines.next(); line; line = lines.next()) {
        const auto kind = kind_of(*line, *boundary);
        if (kind == delimiter::none) continue;
        if (begin) {
            if (parts.size() == parts_max)
                return wrong("there may be " + std::to_string(parts_max) + " parts at most");
            const auto text = body.substr(*begin, lines.line_begin() - *begin);
            auto part = read_message_text(without_line_end(text));
            if (!part) return part.error();
            parts.push_back(std::move(*part));
        }
        begin = lines.line_end();
        if (kind == delimiter::next) continue;
        if (parts.empty()) return wrong("the body has no parts");
        return parts;
    }
    return wrong("the body does not end with its boundary");
}

}  // namespace callstream::genomics
