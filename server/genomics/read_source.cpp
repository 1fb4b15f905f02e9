#include "server/genomics/read_source.hpp"

#include "engine/core/hash.hpp"
#include "server/genomics/read_merge.hpp"
#include "server/genomics/read_writer.hpp"
#include "server/genomics/wire.hpp"

#include <limits>
#include <utility>
#include <vector>

namespace callstream::genomics {
namespace {

using streaming::body_source;
using step = read_merge::step;
using made_source = result<std::unique_ptr<body_source>>;

/// Reads of some sets, each with the writer of its own.
class shown_reads {
 public:
    /// `shown`: of a Read; nothing: they are only passed.
    shown_reads(std::unique_ptr<read_merge> reads, std::optional<field_mask> shown)
        : reads_(std::move(reads)), shown_(std::move(shown)), writers_(reads_->sets()) {}

    read_merge& reads() { return *reads_; }
    bool are_shown() const { return shown_.has_value(); }

    /// That on which it stands.
    void write(text_buffer& out) {
        auto& writer = writers_[reads_->number()];
        if (!writer) writer = std::make_unique<read_writer>(reads_->set(), *shown_);
        writer->write(out, reads_->walk().record(), reads_->walk().place());
    }

 private:
    std::unique_ptr<read_merge> reads_;
    std::optional<field_mask> shown_;
    std::vector<std::unique_ptr<read_writer>> writers_;
};

class page_source : public body_source {
 public:
    page_source(
        shown_reads reads,
        list_tokens tokens,
        std::string fingerprint,
        std::uint64_t most,
        bool shows_token
    )
        : reads_(std::move(reads)),
          tokens_(std::move(tokens)),
          fingerprint_(std::move(fingerprint)),
          most_(most),
          shows_token_(shows_token) {}

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        if (!is_begun_) out.append(reads_.are_shown() ? "{\"alignments\":[" : "{");
        is_begun_ = true;
        auto stepped = result<step>(step::record);
        while (out.size() < limit) {
            stepped = reads_.reads().next();
            if (!stepped) return stepped.error();
            if (*stepped != step::record || written_ == most_) break;
            write(out);
        }
        reads_.reads().check_unchanged();
        const bool is_full = *stepped == step::record && out.size() < limit;
        if (*stepped != step::end && !is_full) return progress::more;
        end(out, is_full);
        return progress::done;
    }

 private:
    void write(text_buffer& out) {
        if (reads_.are_shown()) {
            if (written_ > 0) out.append(',');
            reads_.write(out);
        }
        ++written_;
    }

    void end(text_buffer& out, bool more) {
        if (reads_.are_shown()) out.append(']');
        if (shows_token_) {
            if (reads_.are_shown()) out.append(',');
            out.append("\"nextPageToken\":\"");
            if (more) out.append(tokens_.issue(fingerprint_ + " " + reads_.reads().place()));
            out.append('"');
        }
        out.append("}\n");
    }

    shown_reads reads_;
    list_tokens tokens_;
    std::string fingerprint_;
    std::uint64_t most_;
    bool shows_token_;
    std::uint64_t written_ = 0;
    bool is_begun_ = false;
};

class message_source : public body_source {
 public:
    explicit message_source(shown_reads reads) : reads_(std::move(reads)) {}

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        if (!is_begun_) out.append('[');
        is_begun_ = true;
        bool is_in_message = false;
        while (reads_.are_shown() && out.size() < limit) {
            const auto stepped = reads_.reads().next();
            if (!stepped) return stepped.error();
            is_at_end_ = *stepped == step::end;
            if (*stepped != step::record) break;
            out.append(is_in_message ? std::string_view(",") : head());
            is_in_message = true;
            reads_.write(out);
        }
        reads_.reads().check_unchanged();
        if (is_in_message) out.append("]}");
        if (reads_.are_shown() && !is_at_end_) return progress::more;
        out.append("]\n");
        return progress::done;
    }

 private:
    std::string_view head() {
        return std::exchange(is_first_, false) ? "{\"alignments\":[" : ",\n{\"alignments\":[";
    }

    shown_reads reads_;
    bool is_begun_ = false;
    bool is_first_ = true;
    bool is_at_end_ = false;
};

error stale() {
    return {
        errc::bad_request,
        "pageToken is stale: the file has been replaced; start again without it"};
}

}  // namespace

made_source page_of_reads(
    const context& ctx, read_choice chosen, const field_mask& shown, reads_page page
) {
    list_tokens tokens(*ctx.key, std::move(page.query));
    auto from = tokens.read(page.token);
    if (!from) return from.error();
    auto fingerprint = hex_text(read_merge::fingerprint(chosen));
    if (*from) {
        if (!(*from)->starts_with(fingerprint + " ")) return stale();
        (*from)->erase(0, fingerprint.size() + 1);
    }
    auto reads = read_merge::open(ctx, std::move(chosen), *from, page.reads + 1);
    if (!reads) return reads.error();
    return std::unique_ptr<body_source>(std::make_unique<page_source>(
        shown_reads(std::move(*reads), shown.of("alignments")),
        std::move(tokens),
        std::move(fingerprint),
        page.reads,
        shown.has("nextPageToken")
    ));
}

made_source stream_of_reads(const context& ctx, read_choice chosen, const field_mask& shown) {
    constexpr auto all = std::numeric_limits<std::uint64_t>::max();
    auto reads = read_merge::open(ctx, std::move(chosen), std::nullopt, all);
    if (!reads) return reads.error();
    return std::unique_ptr<body_source>(
        std::make_unique<message_source>(shown_reads(std::move(*reads), shown.of("alignments")))
    );
}

}  // namespace callstream::genomics
