#include "server/htsget/slice_source.hpp"

#include "engine/hts/bgzf_packer.hpp"
#include "engine/hts/bgzf_slice.hpp"

#include <optional>
#include <utility>

namespace callstream::htsget {
namespace {

class slices : public streaming::body_source {
 public:
    slices(
        unique_fd fd,
        const file_identity& identity,
        std::vector<variants::virtual_stretch> stretches,
        bool ends
    )
        : fd_(std::move(fd)), identity_(identity), stretches_(std::move(stretches)), ends_(ends) {}

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        while (out.size() < limit && at_ < stretches_.size()) {
            const auto& stretch = stretches_[at_];
            if (!slice_) slice_.emplace(fd_.get(), identity_.size, stretch.begin, stretch.end);
            if (slice_->append(out, limit - out.size())) continue;
            slice_.reset();
            ++at_;
        }
        // Behind the reading: bytes count only if they were those of the file.
        if (identity_of(fd_.get()) != identity_)
            throw damaged_file("the file was changed in place");
        if (at_ < stretches_.size()) return progress::more;
        if (ends_) hts::bgzf_packer().finish(out);
        return progress::done;
    }

 private:
    unique_fd fd_;
    file_identity identity_;
    std::vector<variants::virtual_stretch> stretches_;
    bool ends_;
    std::size_t at_ = 0;
    std::optional<hts::bgzf_slice> slice_;  // of `at_`, once begun
};

}  // namespace

std::unique_ptr<streaming::body_source> slice_source(
    unique_fd fd,
    const file_identity& identity,
    std::vector<variants::virtual_stretch> stretches,
    bool ends
) {
    return std::make_unique<slices>(std::move(fd), identity, std::move(stretches), ends);
}

}  // namespace callstream::htsget
