#include "server/genomics/variant_source.hpp"

#include "engine/variants/item_walk.hpp"
#include "server/genomics/variant_writer.hpp"

#include <utility>

namespace callstream::genomics {
namespace {

using streaming::body_source;

/// The variants of a choice, one after the other.
class walked_variants {
 public:
    /// `shown`: of a Variant; nothing: they are only passed.
    walked_variants(const context& ctx, variant_choice chosen, std::optional<field_mask> shown)
        : chosen_(std::move(chosen)),
          shown_(std::move(shown)),
          shows_calls_(shown_ && shown_->has("calls")),
          walk_(
              chosen_.parts(),
              shown_ ? variant_writer::fields_needed(*shown_) : hts::wanted_fields::none
          ),
          calls_streamed_(ctx.calls_streamed) {}

    variants::item_walk& walk() { return walk_; }
    bool is_at_end() const { return walk_.row() == nullptr; }
    bool is_within() const { return entered_ != nullptr; }
    bool are_shown() const { return shown_.has_value(); }
    /// That are shown of the variant on which it stands.
    std::uint64_t calls() const {
        return shows_calls_ ? chosen_.sets[walk_.part()].columns.size() : 0;
    }

    /// Appends the variant, or what is still to come of it, until `out` has `enough` bytes. True
    /// when it is whole; then it has been passed. Throws damaged_file.
    bool write(text_buffer& out, std::size_t enough) {
        if (shown_) {
            if (!is_within()) enter();
            if (!writer_->write(out, enough)) return false;
        }
        entered_ = nullptr;
        if (calls_streamed_ != nullptr)
            calls_streamed_->fetch_add(calls(), std::memory_order_relaxed);
        walk_.pass(1);
        return true;
    }

    /// Behind the reading: what was written counts only if the bytes were those of the file.
    void check() const {
        if (!walk_.is_unchanged()) throw damaged_file("the file was changed in place");
    }

 private:
    void enter() {
        if (!writer_ || part_ != walk_.part()) {
            part_ = walk_.part();
            const auto& part = chosen_.sets[part_];
            writer_.emplace(*part.set, part.columns, *shown_);
        }
        entered_ = walk_.row();
        writer_->enter(*entered_, walk_.at());
    }

    variant_choice chosen_;
    std::optional<field_mask> shown_;
    bool shows_calls_;
    variants::item_walk walk_;
    std::atomic<std::uint64_t>* calls_streamed_;
    std::size_t part_ = 0;
    std::optional<variant_writer> writer_;  // of this part
    const hts::record* entered_ = nullptr;  // the one that is not whole yet
};

class page_source : public body_source {
 public:
    page_source(
        const context& ctx, variant_choice chosen, const field_mask& shown, const variant_page& page
    )
        : tokens_(*ctx.key),
          scope_(chosen.scope(page.query)),
          variants_(ctx, std::move(chosen), shown.of("variants")),
          shows_token_(shown.has("nextPageToken")),
          page_(page) {}

    result<void> start() {
        auto& walk = variants_.walk();
        if (!page_.token) return walk.seek(0);
        const auto told = tokens_.read(*page_.token, scope_);
        if (!told) return told.error();
        if (!told->exact) return walk.seek(told->number);
        const auto resumed = walk.resume(told->place);
        if (!resumed) return resumed.error();
        if (*resumed) return {};
        return error{
            errc::bad_request,
            "pageToken is stale: the file has been replaced; start again without it"};
    }

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        if (!is_begun_) out.append(variants_.are_shown() ? "{\"variants\":[" : "{");
        is_begun_ = true;
        while (goes_on() && out.size() < limit) write_some(out, limit);
        variants_.check();
        if (goes_on()) return progress::more;
        end(out);
        return progress::done;
    }

 private:
    bool goes_on() const {
        if (variants_.is_within()) return true;
        if (variants_.is_at_end() || written_ == page_.variants) return false;
        return written_ == 0 || calls_ + variants_.calls() <= page_.calls;
    }

    void write_some(text_buffer& out, std::size_t limit) {
        if (!variants_.is_within()) {
            if (written_ > 0 && variants_.are_shown()) out.append(',');
            ++written_;
            calls_ += variants_.calls();
        }
        variants_.write(out, limit);
    }

    void end(text_buffer& out) {
        if (variants_.are_shown()) out.append(']');
        if (shows_token_) {
            if (variants_.are_shown()) out.append(',');
            out.append("\"nextPageToken\":\"");
            if (!variants_.is_at_end()) out.append(next_token());
            out.append('"');
        }
        out.append("}\n");
    }

    std::string next_token() {
        return tokens_.issue(
            scope_, {.place = variants_.walk().here(), .exact = true, .number = 0}
        );
    }

    paging::token_signer tokens_;
    paging::token_scope scope_;
    walked_variants variants_;
    bool shows_token_;
    variant_page page_;
    std::uint64_t written_ = 0;
    std::uint64_t calls_ = 0;
    bool is_begun_ = false;
};

class message_source : public body_source {
 public:
    message_source(const context& ctx, variant_choice chosen, const field_mask& shown)
        : variants_(ctx, std::move(chosen), shown.of("variants")) {}

    result<void> start() { return variants_.walk().seek(0); }

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        if (!is_begun_) out.append('[');
        if (variants_.are_shown()) write_message(out, limit);
        is_begun_ = true;
        if (goes_on()) return progress::more;
        out.append("]\n");
        return progress::done;
    }

 private:
    bool goes_on() const { return variants_.are_shown() && !variants_.is_at_end(); }

    void write_message(text_buffer& out, std::size_t limit) {
        if (variants_.is_at_end()) return;
        bool is_first = !variants_.is_within();
        if (is_first) out.append(is_begun_ ? ",\n{\"variants\":[" : "{\"variants\":[");
        while (!variants_.is_at_end() && out.size() < limit) {
            if (!variants_.is_within() && !is_first) out.append(',');
            is_first = false;
            variants_.write(out, limit);
        }
        variants_.check();
        if (!variants_.is_within()) out.append("]}");
    }

    walked_variants variants_;
    bool is_begun_ = false;
};

class single_source : public body_source {
 public:
    single_source(const context& ctx, variant_choice chosen, const field_mask& shown)
        : variants_(ctx, std::move(chosen), shown) {}

    result<void> start() { return variants_.walk().seek(0); }

    result<progress> fill(text_buffer& out) override {
        if (variants_.is_at_end()) throw damaged_file("the file ends before its index does");
        const bool is_whole = variants_.write(out, out.size() + streaming::block_bytes);
        variants_.check();
        if (!is_whole) return progress::more;
        out.append('\n');
        return progress::done;
    }

 private:
    walked_variants variants_;
};

template <class Source>
result<std::unique_ptr<body_source>> started(std::unique_ptr<Source> source) {
    if (auto moved = source->start(); !moved) return moved.error();
    return std::unique_ptr<body_source>(std::move(source));
}

}  // namespace

result<std::unique_ptr<body_source>> page_of_variants(
    const context& ctx, variant_choice chosen, const field_mask& shown, const variant_page& page
) {
    return started(std::make_unique<page_source>(ctx, std::move(chosen), shown, page));
}

result<std::unique_ptr<body_source>> stream_of_variants(
    const context& ctx, variant_choice chosen, const field_mask& shown
) {
    return started(std::make_unique<message_source>(ctx, std::move(chosen), shown));
}

result<std::unique_ptr<body_source>> single_variant(
    const context& ctx, variant_choice chosen, const field_mask& shown
) {
    return started(std::make_unique<single_source>(ctx, std::move(chosen), shown));
}

}  // namespace callstream::genomics
