#include "bench/steps/steps.hpp"
#include "engine/core/file.hpp"
#include "server/streaming/cell_encoder.hpp"
#include "server/streaming/compression.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>
#include <zlib.h>

namespace callstream::bench {
namespace {

constexpr std::size_t text_bytes_max = std::size_t{1} << 30;

/// Calls `block` with the text piece by piece, as an answer is made.
template <class Function>
void for_each_block(std::string_view text, Function&& block) {
    for (std::size_t at = 0; at < text.size(); at += streaming::block_bytes) {
        const auto piece = text.substr(at, streaming::block_bytes);
        block(piece, at + piece.size() == text.size());
    }
}

struct zlib_stream {
    zlib_stream() {
        constexpr int gzip_window = 15 + 16;
        constexpr int memory_level = 8;
        if (deflateInit2(&z, 1, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) !=
            Z_OK) {
            throw std::runtime_error("deflateInit2 failed");
        }
    }
    zlib_stream(const zlib_stream&) = delete;
    zlib_stream& operator=(const zlib_stream&) = delete;
    ~zlib_stream() { deflateEnd(&z); }

    z_stream z{};
};

}  // namespace

namespace {

measured encoded(const std::filesystem::path& path, streaming::encoder& encoder) {
    const std::string text = read_whole(path, text_bytes_max).value();
    text_buffer out(streaming::block_bytes);
    return timed([&](measured& m) {
        m.bytes_in = text.size();
        for_each_block(text, [&](std::string_view piece, bool last) {
            out.clear();
            encoder.encode(piece, last, out);
            m.bytes_out += out.size();
        });
    });
}

}  // namespace

measured gzip_ours(const std::filesystem::path& path) {
    return encoded(path, *streaming::make_encoder(streaming::coding::gzip));
}

measured gzip_cells(const std::filesystem::path& path) {
    streaming::cell_encoder encoder(',');
    return encoded(path, encoder);
}

measured gzip_zlib(const std::filesystem::path& path) {
    std::string text = read_whole(path, text_bytes_max).value();
    zlib_stream stream;
    std::vector<unsigned char> out(streaming::block_bytes);
    return timed([&](measured& m) {
        m.bytes_in = text.size();
        for_each_block(text, [&](std::string_view piece, bool last) {
            auto& z = stream.z;
            z.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(piece.data()));
            z.avail_in = static_cast<unsigned>(piece.size());
            do {
                z.next_out = out.data();
                z.avail_out = static_cast<unsigned>(out.size());
                if (deflate(&z, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR) {
                    throw std::runtime_error("deflate failed");
                }
                m.bytes_out += out.size() - z.avail_out;
            } while (z.avail_out == 0);
        });
    });
}

}  // namespace callstream::bench
