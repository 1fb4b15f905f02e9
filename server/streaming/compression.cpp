#include "server/streaming/compression.hpp"

#include "server/streaming/cell_encoder.hpp"
#include "server/streaming/deflate_writer.hpp"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <limits>
#include <stdexcept>
#include <vector>

namespace callstream::streaming {
namespace {

constexpr std::size_t output_step = 64 * 1024;

/// Level 1: of the levels the one that keeps up with a network, see bench/.
class gzip_encoder : public encoder {
 public:
    gzip_encoder()
        : stream_(std::make_unique<isal_zstream>()), level_buffer_(ISAL_DEF_LVL1_DEFAULT) {
        isal_deflate_init(stream_.get());
        stream_->level = 1;
        stream_->level_buf = level_buffer_.data();
        stream_->level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
        stream_->gzip_flag = IGZIP_GZIP;
    }

    void encode(std::string_view text, bool last, text_buffer& out) override {
        // ISA-L does not write to its input, though its interface does not say so.
        stream_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        stream_->avail_in = static_cast<std::uint32_t>(text.size());
        stream_->flush = last ? NO_FLUSH : SYNC_FLUSH;
        stream_->end_of_stream = last ? 1 : 0;
        do {
            char* room = out.prepare(output_step);
            stream_->next_out = reinterpret_cast<std::uint8_t*>(room);
            stream_->avail_out = output_step;
            if (isal_deflate(stream_.get()) != COMP_OK) throw std::runtime_error("gzip failed");
            out.commit(room + (output_step - stream_->avail_out));
        } while (stream_->avail_out == 0 || stream_->avail_in != 0);
    }

 private:
    std::unique_ptr<isal_zstream> stream_;
    std::vector<std::uint8_t> level_buffer_;
};

class zstd_encoder : public encoder {
 public:
    zstd_encoder() : context_(ZSTD_createCCtx()) {
        if (!context_) throw std::bad_alloc();
        check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 1));
        check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1));
        // A window of one block: memory per stream stays small, and repeats are near.
        check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, 18));
    }

    void encode(std::string_view text, bool last, text_buffer& out) override {
        ZSTD_inBuffer in{text.data(), text.size(), 0};
        for (std::size_t left = 1; left != 0 || in.pos != in.size;) {
            char* room = out.prepare(output_step);
            ZSTD_outBuffer to{room, output_step, 0};
            const auto mode = last ? ZSTD_e_end : ZSTD_e_flush;
            left = check(ZSTD_compressStream2(context_.get(), &to, &in, mode));
            out.commit(room + to.pos);
        }
    }

 private:
    struct destroy {
        void operator()(ZSTD_CCtx* c) const noexcept { ZSTD_freeCCtx(c); }
    };

    static std::size_t check(std::size_t code) {
        if (ZSTD_isError(code) != 0) throw std::runtime_error(ZSTD_getErrorName(code));
        return code;
    }

    std::unique_ptr<ZSTD_CCtx, destroy> context_;
};

/// Of a source that deflates itself.
class deflated_source : public body_source {
 public:
    explicit deflated_source(std::unique_ptr<body_source> inner) : inner_(std::move(inner)) {}

    result<progress> fill(text_buffer& out) override {
        writer_.open(out);
        const auto step = inner_->fill_deflated(writer_);
        if (!step) return step.error();
        *step == progress::done ? writer_.finish() : writer_.pause();
        return *step;
    }

 private:
    std::unique_ptr<body_source> inner_;
    deflate_writer writer_;
};

/// With a second block, the next piece is made on another thread while the last one is coded.
class compressed_source : public body_source {
 public:
    compressed_source(
        std::unique_ptr<body_source> inner,
        std::unique_ptr<encoder> e,
        block scratch,
        std::optional<block> ahead,
        run_elsewhere run
    )
        : inner_(std::move(inner)),
          encoder_(std::move(e)),
          scratch_(std::move(scratch)),
          ahead_(std::move(ahead)),
          filling_(std::move(run)) {}

    /// The first piece is made here in any case, so that whatever is wrong with it comes as it is.
    result<progress> fill(text_buffer& out) override {
        const auto step = next_piece();
        if (!step) return step.error();
        if (ahead_ && *step == progress::more) {
            (*ahead_)->clear();
            filling_.start(*inner_, **ahead_);
            is_ahead_ = true;
        }
        encoder_->encode(scratch_->view(), *step == progress::done, out);
        return *step;
    }

 private:
    result<progress> next_piece() {
        if (std::exchange(is_ahead_, false)) {
            auto step = filling_.take();  // until then the block is somebody else's
            std::swap(scratch_, *ahead_);
            return step;
        }
        scratch_->clear();
        return inner_->fill(*scratch_);
    }

    std::unique_ptr<body_source> inner_;
    std::unique_ptr<encoder> encoder_;
    block scratch_;
    std::optional<block> ahead_;
    bool is_ahead_ = false;
    fill_ahead filling_;  // goes first
};

}  // namespace

std::string_view coding_name(coding c) {
    switch (c) {
        case coding::gzip:
            return "gzip";
        case coding::zstd:
            return "zstd";
        default:
            return "identity";
    }
}

std::unique_ptr<encoder> make_encoder(coding c) {
    if (c == coding::gzip) return std::make_unique<gzip_encoder>();
    return std::make_unique<zstd_encoder>();
}

std::unique_ptr<body_source> compressed(
    std::unique_ptr<body_source> inner,
    coding c,
    block scratch,
    std::optional<block> ahead,
    run_elsewhere run
) {
    if (c == coding::gzip && inner->deflates()) {
        return std::make_unique<deflated_source>(std::move(inner));
    }
    const auto cell_end = c == coding::gzip ? inner->cell_end() : std::nullopt;
    auto coded = cell_end ? std::make_unique<cell_encoder>(*cell_end) : make_encoder(c);
    return std::make_unique<compressed_source>(
        std::move(inner), std::move(coded), std::move(scratch), std::move(ahead), std::move(run)
    );
}

}  // namespace callstream::streaming
