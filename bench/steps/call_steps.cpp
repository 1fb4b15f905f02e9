// Call objects, gzip'd: made compressed, and compressed when they are made.
#include "bench/steps/steps.hpp"
#include "engine/variants/set_cursor.hpp"
#include "engine/variants/variant_file.hpp"
#include "server/brapi/call_deflater.hpp"
#include "server/brapi/call_writer.hpp"
#include "server/streaming/block_pool.hpp"
#include "server/streaming/compression.hpp"

#include <memory>
#include <string>
#include <vector>

namespace callstream::bench {
namespace {

using progress = streaming::body_source::progress;

constexpr char terminator = '\n';

/// All calls of a file, as an answer walks over them.
class all_calls {
 public:
    explicit all_calls(const std::filesystem::path& path)
        : cursor_(variants::set_view({variants::variant_file::open(path).value()})) {
        cursor_.rewind().value();
        std::uint32_t column = 0;
        for (const auto& name : cursor_.reader().describe().samples) {
            writer.add_call_set("main~panel~" + name, name, column++);
        }
    }

    /// False behind the last record.
    bool next() {
        const auto* record = cursor_.next();
        if (record != nullptr) writer.enter(*record, cursor_);
        return record != nullptr;
    }

    brapi::call_writer writer{"main~panel", "panel", {}};

 private:
    variants::set_cursor cursor_;
};

/// Calls as a source of blocks, uncompressed or compressed by itself.
class call_source : public streaming::body_source {
 public:
    explicit call_source(const std::filesystem::path& path) : calls_(path) {}

    result<progress> fill(text_buffer& out) override {
        const auto limit = out.size() + streaming::block_bytes;
        while (out.size() < limit) {
            if (!more()) return progress::done;
            passed(calls_.writer.write(out, at_, left(), limit, terminator));
        }
        return progress::more;
    }
    bool deflates() override { return true; }
    result<progress> fill_deflated(streaming::deflate_writer& out) override {
        while (!out.is_full()) {
            if (!more()) {
                if (count > 0) out.write({&terminator, 1});
                text_bytes = out.position();
                return progress::done;
            }
            if (at_ == 0) deflater_.enter();
            passed(deflater_.write(out, at_, left(), count > 0));
        }
        return progress::more;
    }

    std::uint64_t count = 0;
    std::uint64_t text_bytes = 0;  // when all are compressed

 private:
    std::uint64_t left() const { return calls_.writer.call_sets() - at_; }
    bool more() {
        if (begun_ && left() > 0) return true;
        begun_ = true;
        at_ = 0;
        return calls_.next() && left() > 0;
    }
    void passed(std::uint64_t calls) {
        at_ += calls;
        count += calls;
    }

    all_calls calls_;
    brapi::call_deflater deflater_{calls_.writer, terminator};
    std::uint64_t at_ = 0;
    bool begun_ = false;
};

}  // namespace

measured calls_deflated(const std::filesystem::path& file) {
    auto source = std::make_unique<call_source>(file);
    const auto& calls = *source;
    streaming::block_pool pool(4 * streaming::block_bytes);
    const auto packed =
        streaming::compressed(std::move(source), streaming::coding::gzip, pool.take().value());
    text_buffer out(streaming::block_bytes);
    return timed([&](measured& m) {
        for (auto so_far = progress::more; so_far == progress::more;) {
            out.clear();
            so_far = packed->fill(out).value();
            m.bytes_out += out.size();
        }
        m.calls = calls.count;
        m.bytes_in = calls.text_bytes;
    });
}

/// The text is there before the clock runs; of a large file as much as fits in memory.
measured calls_igzip(const std::filesystem::path& file) {
    constexpr std::size_t text_max = 256 * 1024 * 1024;
    call_source calls(file);
    std::vector<text_buffer> blocks;
    std::size_t size = 0;
    for (auto so_far = progress::more; so_far == progress::more && size < text_max;) {
        so_far = calls.fill(blocks.emplace_back(streaming::block_bytes + 16 * 1024)).value();
        size += blocks.back().size();
    }
    const auto encoder = streaming::make_encoder(streaming::coding::gzip);
    text_buffer out(streaming::block_bytes);
    return timed([&](measured& m) {
        m.calls = calls.count;
        m.bytes_in = size;
        for (const auto& block : blocks) {
            out.clear();
            encoder->encode(block.view(), &block == &blocks.back(), out);
            m.bytes_out += out.size();
        }
    });
}

}  // namespace callstream::bench
