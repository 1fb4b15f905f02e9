#include "server/load/gunzip.hpp"

#include <isa-l/igzip_lib.h>

#include <stdexcept>

namespace callstream::load {
namespace {

constexpr std::size_t room_bytes = 64 * 1024;

}  // namespace

struct gunzip::state {
    inflate_state inflating;
};

gunzip::gunzip() : state_(std::make_unique<state>()), room_(room_bytes) {}
gunzip::~gunzip() = default;

void gunzip::restart(body_sink& out) {
    out_ = &out;
    isal_inflate_init(&state_->inflating);
    state_->inflating.crc_flag = ISAL_GZIP;
}

bool gunzip::is_complete() const {
    return state_->inflating.block_state == ISAL_BLOCK_FINISH;
}

void gunzip::take(std::string_view packed) {
    auto& s = state_->inflating;
    // ISA-L does not write to its input, though its interface does not say so.
    s.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(packed.data()));
    s.avail_in = static_cast<std::uint32_t>(packed.size());
    do {
        if (is_complete()) {
            if (s.avail_in > 0) throw std::runtime_error("bytes follow the end of the gzip");
            return;
        }
        s.next_out = room_.data();
        s.avail_out = static_cast<std::uint32_t>(room_.size());
        if (isal_inflate(&s) != ISAL_DECOMP_OK) throw std::runtime_error("the gzip is damaged");
        const std::size_t made = room_.size() - s.avail_out;
        if (made > 0) out_->take({reinterpret_cast<const char*>(room_.data()), made});
    } while (s.avail_in > 0 || s.avail_out == 0);
}

}  // namespace callstream::load
