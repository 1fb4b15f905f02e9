#include "server/genomics/json_pieces.hpp"

#include "server/genomics/field_mask.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr const char* blanks = " \t\r\n";

class cutter {
 public:
    cutter(std::string_view text, std::string_view name, std::size_t elements_max)
        : text_(text), name_(name), elements_max_(elements_max) {}

    cut_object run() {
        for (at_ = 0; at_ < text_.size() && out_.elements.size() <= elements_max_; ++at_) step();
        out_.rest = text_.substr(0, begin_);
        if (end_ > 0) out_.rest.append(text_.substr(end_));
        return std::move(out_);
    }

 private:
    void step() {
        switch (text_[at_]) {
            case '"':
                skip_text();
                break;
            case '{':
            case '[':
                open();
                break;
            case '}':
            case ']':
                if (in_array_ && depth_ == 2) end_array();
                --depth_;
                break;
            case ',':
                if (in_array_ && depth_ == 2) end_element();
                break;
            case ':':
                key_ = last_text_;
                break;
            default:
                break;
        }
    }

    void open() {
        const bool is_wanted = text_[at_] == '[' && depth_ == 1 && key_ == name_;
        ++depth_;
        if (!is_wanted || begin_ != std::string_view::npos) return;
        in_array_ = true;
        begin_ = element_ = at_ + 1;
    }

    void end_array() {
        const auto last = text_.substr(element_, at_ - element_);
        const bool is_empty =
            out_.elements.empty() && last.find_first_not_of(blanks) == std::string_view::npos;
        if (!is_empty) end_element();
        in_array_ = false;
        end_ = at_;
    }

    void end_element() {
        out_.elements.push_back(text_.substr(element_, at_ - element_));
        element_ = at_ + 1;
    }

    void skip_text() {
        const auto from = at_ + 1;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        last_text_ = text_.substr(from, std::min(at_, text_.size()) - from);
    }

    std::string_view text_;
    std::string_view name_;
    std::size_t elements_max_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::string_view last_text_;
    std::string_view key_;
    bool in_array_ = false;
    std::size_t begin_ = std::string_view::npos;  // of what is between the brackets
    std::size_t end_ = 0;
    std::size_t element_ = 0;  // where it begins
    cut_object out_;
};

std::string joined(std::string_view name, const std::vector<std::string>& elements) {
    std::size_t bytes = 0;
    for (const auto& element : elements) bytes += element.size() + 1;
    std::string out;
    out.reserve(bytes + name.size() + 16);
    out.append("{").append(json::serialize(json::string(name))).append(":[");
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) out += ',';
        out += elements[i];
    }
    return out += ']';
}

}  // namespace

cut_object cut_array(std::string_view text, std::string_view name, std::size_t elements_max) {
    return cutter(text, name, elements_max).run();
}

result<http::response> answer_list(
    const http::request& request,
    std::string_view name,
    const std::vector<std::string>& elements,
    json::object further
) {
    http::query q(request);
    const auto fields = q.filter("fields");
    if (!fields) return fields.error();
    further[name] = json::array();
    auto r = answer(request, further);  // the head, and what `fields` leaves of the members
    if (!r) return r;
    std::vector<std::string> shown;
    if (*fields) {
        const auto mask = field_mask::parse(**fields);
        if (!mask) return mask.error();
        for (const auto& element : elements) {
            json::value one = json::object{{name, json::array{json::parse(element)}}};
            mask->apply(one);
            const auto* left = one.as_object().if_contains(name);
            if (left == nullptr) return r;
            shown.push_back(json::serialize(left->as_array().front()));
        }
    }
    auto rest = json::parse(r->body).as_object();
    if (!rest.contains(name)) return r;
    rest.erase(name);
    r->body = joined(name, *fields ? shown : elements);
    for (const auto& member : rest) {
        r->body.append(",").append(json::serialize(json::string(member.key())));
        r->body.append(":").append(json::serialize(member.value()));
    }
    r->body += "}\n";
    return r;
}

}  // namespace callstream::genomics
