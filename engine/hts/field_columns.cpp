#include "engine/hts/field_columns.hpp"

#include "engine/hts/bcf_values.hpp"
#include "engine/hts/limits.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace callstream::hts {
namespace {

/// As much as htslib is given for lines that are read by it, which takes twice the width of a text.
constexpr std::size_t individual_bytes_max = translated_bytes_max / 2;

constexpr std::int32_t missing = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t vector_end = missing + 1;
// A float's, which are NaNs.
constexpr std::int32_t real_missing = 0x7F800001;
constexpr std::int32_t real_vector_end = 0x7F800002;

/// Integers that BCF can hold: the eight smallest of a type mean something else.
template <class Integer>
bool holds(std::int32_t low, std::int32_t high) {
    using limits = std::numeric_limits<Integer>;
    constexpr int reserved = 8;
    return low >= limits::min() + reserved && high <= limits::max();
}

template <class Integer>
struct narrowed {
    Integer operator()(std::int32_t value) const {
        constexpr auto least = std::numeric_limits<Integer>::min();
        if (value == missing) return least;
        if (value == vector_end) return static_cast<Integer>(least + 1);
        return static_cast<Integer>(value);
    }
};

/// Writes each value as `convert` makes it. Returns where it ends.
template <class Convert>
char* copy(const std::int32_t* from, std::size_t count, char* to, Convert convert) {
    using narrow = decltype(convert(0));
    for (std::size_t i = 0; i < count; ++i) {
        const narrow value = convert(from[i]);
        std::memcpy(to + i * sizeof value, &value, sizeof value);
    }
    return to + count * sizeof(narrow);
}

/// The same with `fill` where a sample has less than the widest.
template <class Convert>
char* spread(
    const std::int32_t* from,
    std::span<const std::uint32_t> sizes,
    std::uint32_t most,
    std::int32_t fill,
    char* to,
    Convert convert
) {
    const auto filler = convert(fill);
    for (const auto size : sizes) {
        to = copy(from, size, to, convert);
        from += size;
        for (std::uint32_t i = size; i < most; ++i) {
            std::memcpy(to, &filler, sizeof filler);
            to += sizeof filler;
        }
    }
    return to;
}

/// The same of text, filled with zero bytes.
char* spread_text(
    const char* from, std::span<const std::uint32_t> sizes, std::uint32_t most, char* to
) {
    for (const auto size : sizes) {
        std::memcpy(to, from, size);
        std::memset(to + size, 0, most - size);
        from += size;
        to += most;
    }
    return to;
}

}  // namespace

/// Where reading stands. `end` is that of the line.
struct field_columns::place {
    const char* text;
    const char* end;

    bool stands_at(char c) const noexcept { return text < end && *text == c; }
};

void field_columns::values::clear(std::size_t samples) {
    used = 0;
    low = 0;
    high = 0;
    least = std::numeric_limits<std::uint32_t>::max();
    most = 0;
    is_there = false;
    sizes.resize(samples);
}

void field_columns::values::set_size(std::size_t sample, std::size_t size) {
    const auto count = static_cast<std::uint32_t>(size);
    sizes[sample] = count;
    least = std::min(least, count);
    most = std::max(most, count);
}

void field_columns::values::push(std::int32_t number) {
    if (used == numbers.size()) numbers.resize(std::max<std::size_t>(64, 2 * used));
    numbers[used++] = number;
}

void field_columns::values::push_text(std::string_view characters) {
    if (text.size() - used < characters.size()) text.resize(2 * (used + characters.size()));
    std::memcpy(text.data() + used, characters.data(), characters.size());
    used += characters.size();
}

/// Of a column that ends before this field.
void field_columns::values::push_missing(std::size_t sample) {
    set_size(sample, 1);
    switch (of.holds) {
        case kind::text:
            return push_text(".");
        case kind::real:
            return push(real_missing);
        default:
            return push(missing);
    }
}

/// Puts numbers behind those of a field, with its state at hand while one column is read.
class field_columns::number_writer {
 public:
    explicit number_writer(values& into)
        : into_(into),
          at_(into.numbers.data() + into.used),
          end_(into.numbers.data() + into.numbers.size()) {}
    number_writer(const number_writer&) = delete;
    number_writer& operator=(const number_writer&) = delete;
    ~number_writer() { into_.used = used(); }

    void push(std::int32_t number) {
        if (at_ == end_) grow();
        *at_++ = number;
    }

 private:
    std::size_t used() const { return static_cast<std::size_t>(at_ - into_.numbers.data()); }
    void grow() {
        const auto before = used();
        into_.numbers.resize(std::max<std::size_t>(64, 2 * before));
        at_ = into_.numbers.data() + before;
        end_ = into_.numbers.data() + into_.numbers.size();
    }

    values& into_;
    std::int32_t* at_;
    std::int32_t* end_;
};

void field_columns::set_fields(std::span<const field> fields) {
    fields_.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) fields_[i].of = fields[i];
}

bool field_columns::read(std::string_view columns, std::size_t samples) {
    if (samples == 0 || fields_.empty() || columns.empty()) return false;
    // htslib takes a zero byte for an end of its own.
    if (std::memchr(columns.data(), '\0', columns.size()) != nullptr) return false;
    for (auto& v : fields_) v.clear(samples);
    place at{columns.data(), columns.data() + columns.size()};
    for (std::size_t sample = 0; sample < samples; ++sample) {
        if (sample > 0 && !at.stands_at('\t')) return false;
        if (sample > 0) ++at.text;
        if (!read_column(at, sample)) return false;
    }
    return at.text == at.end && write();
}

/// Up to the tab behind it.
bool field_columns::read_column(place& at, std::size_t sample) {
    std::size_t i = 0;
    for (bool more = true; more; ++i) {
        if (i == fields_.size()) return false;
        auto& v = fields_[i];
        const std::size_t before = v.used;
        if (!read_value(at, v)) return false;
        v.set_size(sample, v.used - before);
        v.is_there = true;
        more = at.stands_at(':');
        if (more) ++at.text;
    }
    for (; i < fields_.size(); ++i) fields_[i].push_missing(sample);
    return true;
}

bool field_columns::read_value(place& at, values& into) {
    switch (into.of.holds) {
        case kind::genotype:
            return read_genotype(at, into);
        case kind::integer:
            return read_integers(at, into);
        case kind::real:
            return read_reals(at, into);
        case kind::text:
            return read_text(at, into);
    }
    return false;
}

namespace {

/// The digits from `text` on, which then stands behind them; false for none, or more than nine,
/// which some type is too narrow for.
inline bool read_digits(const char*& text, const char* end, std::uint32_t& value) {
    constexpr std::ptrdiff_t digits_max = 9;
    const char* p = text;
    std::uint32_t sum = 0;
    for (; p < end; ++p) {
        const auto digit = static_cast<std::uint32_t>(*p) - '0';
        if (digit > 9) break;
        sum = 10 * sum + digit;
    }
    const auto count = p - text;
    text = p;
    value = sum;
    return count > 0 && count <= digits_max;
}

}  // namespace

bool field_columns::read_genotype(place& at, values& into) {
    number_writer out(into);
    const char* p = at.text;
    std::int32_t high = into.high;
    for (std::uint32_t phased = 0;; ++p) {
        std::uint32_t code = 0;  // 0: missing
        if (p < at.end && *p == '.') {
            ++p;
        } else {
            if (!read_digits(p, at.end, code)) return false;
            ++code;
        }
        const auto value = static_cast<std::int32_t>(code << 1 | phased);
        high = std::max(high, value);
        out.push(value);
        if (p == at.end || (*p != '|' && *p != '/')) break;
        phased = *p == '|' ? 1 : 0;
    }
    into.high = high;
    at.text = p;
    return true;
}

bool field_columns::read_integers(place& at, values& into) {
    number_writer out(into);
    const char* p = at.text;
    std::int32_t high = into.high;
    for (;; ++p) {
        std::uint32_t digits = 0;
        if (p < at.end && *p == '.') {
            ++p;
            out.push(missing);
        } else if (p < at.end && *p == '-') {
            if (!read_digits(++p, at.end, digits)) return false;
            const auto value = -static_cast<std::int32_t>(digits);
            into.low = std::min(into.low, value);
            out.push(value);
        } else {
            if (!read_digits(p, at.end, digits)) return false;
            const auto value = static_cast<std::int32_t>(digits);
            high = std::max(high, value);
            out.push(value);
        }
        if (p == at.end || *p != ',') break;
    }
    into.high = high;
    at.text = p;
    return true;
}

namespace {

/// As many decimal digits, and powers of ten, as a double has exactly, so that one division rounds
/// once, as a parser does that reads the number digit by digit.
constexpr std::ptrdiff_t exact_digits = 15;
constexpr double powers_of_ten[exact_digits + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/// `-12.5e-3`: digits on both sides of the point, if there is one, and no plus sign before it.
/// False for another spelling. Stands behind the number then.
bool read_real(const char*& text, const char* end, double& value) {
    const char* const begin = text;
    const char* p = text;
    const bool negative = p < end && *p == '-';
    if (negative) ++p;
    std::int64_t digits = 0;
    std::ptrdiff_t count = 0;
    std::ptrdiff_t behind_point = 0;
    const auto take_digits = [&] {
        const char* const first = p;
        for (; p < end && *p >= '0' && *p <= '9'; ++p) {
            if (++count <= exact_digits) digits = 10 * digits + (*p - '0');
        }
        return p - first;
    };
    if (take_digits() == 0) return false;
    if (p < end && *p == '.') {
        ++p;
        behind_point = take_digits();
        if (behind_point == 0) return false;
    }
    const bool has_exponent = p < end && (*p == 'e' || *p == 'E');
    if (!has_exponent && count <= exact_digits) {
        text = p;
        value = static_cast<double>(digits) / powers_of_ten[behind_point];
        if (negative) value = -value;
        return true;
    }
    const auto [stop, problem] = std::from_chars(begin, end, value);
    text = stop;
    return problem == std::errc{} && stop >= p;
}

}  // namespace

bool field_columns::read_reals(place& at, values& into) {
    number_writer out(into);
    for (;; ++at.text) {
        if (at.stands_at('.')) {
            ++at.text;
            out.push(real_missing);
        } else {
            double value = 0;
            if (!read_real(at.text, at.end, value)) return false;
            out.push(std::bit_cast<std::int32_t>(static_cast<float>(value)));
        }
        if (!at.stands_at(',')) return true;
    }
}

bool field_columns::read_text(place& at, values& into) {
    const char* const first = at.text;
    while (at.text < at.end && *at.text != ':' && *at.text != '\t') ++at.text;
    if (at.text == first) return false;
    into.push_text({first, static_cast<std::size_t>(at.text - first)});
    return true;
}

/// What all fields take, at most; nothing for a field that no column has.
std::optional<std::size_t> field_columns::bytes_needed() const {
    constexpr std::size_t descriptors = 16;  // key, type and count
    std::size_t out = 0;
    for (const auto& v : fields_) {
        if (!v.is_there) return std::nullopt;
        const std::size_t width = v.of.holds == kind::text ? 1 : sizeof(std::int32_t);
        // Below 2^59: none has more values than a line has bytes.
        out += (v.most + std::size_t{v.of.spare}) * v.sizes.size() * width + descriptors;
        if (out > individual_bytes_max) return std::nullopt;
    }
    return out;
}

/// False when it would be more than a line may come to.
bool field_columns::write() {
    const auto needed = bytes_needed();
    if (!needed) return false;
    bytes_.clear();
    bytes_.prepare(*needed);
    for (const auto& v : fields_) {
        put_integer(bytes_, v.of.key);
        write_field(v, v.most + v.of.spare);
    }
    return true;
}

void field_columns::write_field(const values& from, std::uint32_t room) {
    const std::span<const std::uint32_t> sizes = from.sizes;
    const auto put = [&](value_type type, std::int32_t fill, auto convert) {
        put_descriptor(bytes_, type, room);
        char* const to = bytes_.prepare(sizes.size() * room * sizeof convert(0));
        const auto* numbers = from.numbers.data();
        const bool has_gaps = from.least < room;
        bytes_.commit(
            has_gaps ? spread(numbers, sizes, room, fill, to, convert)
                     : copy(numbers, sizes.size() * room, to, convert)
        );
    };
    if (from.of.holds == kind::text) {
        put_descriptor(bytes_, value_type::text, room);
        char* const to = bytes_.prepare(sizes.size() * room);
        return bytes_.commit(spread_text(from.text.data(), sizes, room, to));
    }
    const auto as_it_is = [](std::int32_t value) { return value; };
    if (from.of.holds == kind::real) {
        return put(value_type::float32, real_vector_end, as_it_is);
    }
    if (holds<std::int8_t>(from.low, from.high)) {
        return put(value_type::int8, vector_end, narrowed<std::int8_t>{});
    }
    if (holds<std::int16_t>(from.low, from.high)) {
        return put(value_type::int16, vector_end, narrowed<std::int16_t>{});
    }
    put(value_type::int32, vector_end, as_it_is);
}

std::span<const std::uint8_t> field_columns::individual() const noexcept {
    return {reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()};
}

std::size_t field_columns::capacity() const noexcept {
    std::size_t bytes = bytes_.capacity();
    for (const auto& v : fields_) {
        bytes += v.text.capacity() + 4 * (v.numbers.capacity() + v.sizes.capacity());
    }
    return bytes;
}

}  // namespace callstream::hts
