#include "server/files/file_source.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace callstream::files {
namespace {

class range_source : public streaming::body_source {
 public:
    range_source(unique_fd fd, const file_identity& identity, http::byte_range range)
        : fd_(std::move(fd)), identity_(identity), rest_(range), size_(range.size()) {}

    std::optional<std::uint64_t> length() const override { return size_; }

    result<progress> fill(text_buffer& out) override {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(rest_.size(), streaming::block_bytes));
        char* const room = out.prepare(count);
        const bool whole = read_exactly(fd_.get(), room, count, rest_.first);
        // Behind the reading: bytes count only if they were those of the file.
        if (!whole || identity_of(fd_.get()) != identity_) {
            return error{errc::file_replaced, "the file was changed while it was sent"};
        }
        out.commit(room + count);
        rest_.first += count;
        return rest_.size() > 0 ? progress::more : progress::done;
    }

 private:
    unique_fd fd_;
    file_identity identity_;
    http::byte_range rest_;
    std::uint64_t size_;
};

}  // namespace

std::unique_ptr<streaming::body_source> file_source(
    unique_fd fd, const file_identity& identity, http::byte_range range
) {
    return std::make_unique<range_source>(std::move(fd), identity, range);
}

}  // namespace callstream::files
