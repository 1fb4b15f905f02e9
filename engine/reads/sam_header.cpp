#include "engine/reads/sam_header.hpp"

#include "engine/core/parse.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_set>
#include <utility>

namespace callstream::reads {
namespace {

constexpr std::size_t references_max = std::size_t{1} << 20;
constexpr std::size_t groups_max = 65'536;
/// Of a single field that is kept: command lines are long, names are not.
constexpr std::size_t field_bytes_max = std::size_t{1} << 20;

template <class T>
struct tag {
    std::string_view name;
    std::string T::*field;
};

constexpr std::array<tag<sam_header>, 3> header_tags = {{
    {"VN", &sam_header::version},
    {"SO", &sam_header::sort_order},
    {"GO", &sam_header::grouping},
}};
constexpr std::array<tag<reference_sequence>, 5> reference_tags = {{
    {"SN", &reference_sequence::name},
    {"M5", &reference_sequence::md5},
    {"UR", &reference_sequence::uri},
    {"AS", &reference_sequence::assembly},
    {"SP", &reference_sequence::species},
}};
constexpr std::array<tag<read_group>, 11> group_tags = {{
    {"ID", &read_group::id},
    {"SM", &read_group::sample},
    {"LB", &read_group::library},
    {"PL", &read_group::platform},
    {"PU", &read_group::platform_unit},
    {"PM", &read_group::platform_model},
    {"CN", &read_group::center},
    {"DT", &read_group::date},
    {"DS", &read_group::description},
    {"PI", &read_group::insert_size},
    {"PG", &read_group::program},
}};
constexpr std::array<tag<program>, 5> program_tags = {{
    {"ID", &program::id},
    {"PN", &program::name},
    {"VN", &program::version},
    {"CL", &program::command_line},
    {"PP", &program::previous},
}};

/// What stands before the next `end` of `text`, which goes on behind it.
std::string_view cut(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    const auto before = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return before;
}

/// Calls `take` with tag and value of each field; false at one that has no `XX:value` form.
bool for_each_field(
    std::string_view fields, const std::function<void(std::string_view, std::string_view)>& take
) {
    while (!fields.empty()) {
        const auto field = cut(fields, '\t');
        if (field.size() < 3 || field[2] != ':' || field.size() > field_bytes_max) return false;
        take(field.substr(0, 2), field.substr(3));
    }
    return true;
}

template <class T, std::size_t N>
bool read_fields(std::string_view fields, const std::array<tag<T>, N>& tags, T& into) {
    return for_each_field(fields, [&](std::string_view name, std::string_view value) {
        for (const auto& known : tags) {
            if (known.name == name) into.*known.field = value;
        }
    });
}

std::string lower_case(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
}

class header_parser {
 public:
    /// What is wrong with the line; "" if nothing is.
    std::string add(std::string_view line) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with("@CO")) return {};
        const auto kind = cut(line, '\t');
        if (kind == "@HD") return read_fields(line, header_tags, header_) ? "" : "malformed";
        if (kind == "@SQ") return add_reference(line);
        if (kind == "@RG") return add_one(line, group_tags, header_.read_groups, group_ids_);
        if (kind == "@PG") return add_one(line, program_tags, header_.programs, program_ids_);
        // Other kinds may come with later versions of the format.
        return kind.size() == 3 && kind[0] == '@' ? "" : "not a header line";
    }
    sam_header finish() { return std::move(header_); }

 private:
    std::string add_reference(std::string_view fields) {
        reference_sequence reference;
        std::string_view length;
        const bool sound = read_fields(fields, reference_tags, reference) &&
                           for_each_field(fields, [&](std::string_view name, auto value) {
                               if (name == "LN") length = value;
                           });
        const auto bases = parse_integer<std::uint64_t>(length);
        constexpr std::uint64_t bases_max = std::uint64_t{1} << 48;
        if (!sound || reference.name.empty()) return "malformed";
        if (!bases || *bases == 0 || *bases > bases_max) return "without a length above zero";
        if (!names_.insert(reference.name).second) return "with a name that is there already";
        if (header_.references.size() == references_max) return "one of more than 1048576";
        reference.length = *bases;
        reference.md5 = lower_case(std::move(reference.md5));
        header_.references.push_back(std::move(reference));
        return {};
    }

    template <class T, std::size_t N>
    static std::string add_one(
        std::string_view fields,
        const std::array<tag<T>, N>& tags,
        std::vector<T>& all,
        std::unordered_set<std::string>& ids
    ) {
        T one;
        if (!read_fields(fields, tags, one) || one.id.empty()) return "malformed";
        if (!ids.insert(one.id).second) return {};
        if (all.size() == groups_max) return "one of more than 65536";
        all.push_back(std::move(one));
        return {};
    }

    sam_header header_;
    std::unordered_set<std::string> names_;
    std::unordered_set<std::string> group_ids_;
    std::unordered_set<std::string> program_ids_;
};

}  // namespace

result<sam_header> parse_sam_header(std::string_view text) {
    header_parser parser;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string fault = parser.add(cut(text, '\n'));
        if (fault.empty()) continue;
        return error{
            errc::file_unusable, "line " + std::to_string(number) + " of its header is " + fault};
    }
    return parser.finish();
}

std::vector<std::string> crams_missing_references(
    const sam_header& header, const std::set<std::string, std::less<>>& known_md5s
) {
    std::vector<std::string> missing;
    for (const auto& reference : header.references) {
        const bool known = !reference.md5.empty() && known_md5s.contains(reference.md5);
        if (!known) missing.push_back(reference.name);
    }
    return missing;
}

}  // namespace callstream::reads
