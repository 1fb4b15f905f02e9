// A growable run of characters that is written to and then sent. Unlike std::string it never
// zero-fills what it is about to be overwritten with, and `clear` keeps the memory.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace callstream {

/// Not thread-safe: one writer at a time. Growing doubles and invalidates pointers into the buffer.
class text_buffer {
 public:
    text_buffer() = default;
    explicit text_buffer(std::size_t capacity) { grow(capacity); }
    text_buffer(text_buffer&& other) noexcept
        : data_(std::move(other.data_)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    text_buffer& operator=(text_buffer&& other) noexcept {
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
        return *this;
    }

    const char* data() const noexcept { return data_.get(); }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    bool empty() const noexcept { return size_ == 0; }
    std::string_view view() const noexcept { return {data_.get(), size_}; }
    void clear() noexcept { size_ = 0; }

    /// Room for `count` more bytes; what is written there counts after `commit`.
    char* prepare(std::size_t count) {
        if (capacity_ - size_ < count) grow(size_ + count);
        return data_.get() + size_;
    }
    /// `end` points behind the last byte that was written into the room of `prepare`.
    void commit(const char* end) noexcept { size_ = static_cast<std::size_t>(end - data_.get()); }

    /// What was appended before stays, but for this byte.
    void replace(std::size_t at, char c) noexcept { data_[at] = c; }
    /// Takes back what was appended last.
    void drop_last(std::size_t count) noexcept { size_ -= count; }

    void append(std::string_view text) {
        char* room = prepare(text.size());
        if (!text.empty()) std::memcpy(room, text.data(), text.size());
        size_ += text.size();
    }
    void append(char c) {
        *prepare(1) = c;
        ++size_;
    }

 private:
    void grow(std::size_t needed) {
        std::size_t capacity = capacity_ < 256 ? 256 : capacity_ * 2;
        if (capacity < needed) capacity = needed;
        std::unique_ptr<char[]> data(new char[capacity]);
        if (size_ > 0) std::memcpy(data.get(), data_.get(), size_);
        data_ = std::move(data);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// In decimal digits.
inline void append_integer(text_buffer& out, std::int64_t value) {
    constexpr std::size_t digits_max = 20;
    char* room = out.prepare(digits_max);
    out.commit(std::to_chars(room, room + digits_max, value).ptr);
}

}  // namespace callstream
