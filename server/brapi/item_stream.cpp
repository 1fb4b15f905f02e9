#include "server/brapi/item_stream.hpp"

#include "server/brapi/envelope.hpp"
#include "server/http/negotiation.hpp"
#include "server/streaming/deflate_writer.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::uint64_t items_per_checkpoint = 65'536;

// Of fewer, codes that are learned from them come too late, and a search finds repeats in the
// frame, too.
constexpr std::uint64_t deflated_items_min = 100;

class item_source : public streaming::body_source {
 public:
    item_source(
        const context& ctx,
        std::shared_ptr<const genotype_choice> chosen,
        variants::item_walk walk,
        const paging::token_scope& scope,
        item_request request,
        std::unique_ptr<row_writer> writer,
        std::atomic<std::uint64_t>* count
    )
        : ctx_(ctx),
          chosen_(std::move(chosen)),
          walk_(std::move(walk)),
          scope_(scope),
          request_(std::move(request)),
          writer_(std::move(writer)),
          count_(count),
          size_(
              request_.unpaged()
                  ? std::numeric_limits<std::uint64_t>::max()
                  : static_cast<std::uint64_t>(request_.page.size.value_or(paging::default_page_size
                    ))
          ) {}

    /// Moves to where the answer starts: the token's place, the page's first item, or the
    /// beginning.
    result<void> start() {
        if (!request_.page.token) {
            const auto size = request_.page.size.value_or(paging::default_page_size);
            first_ = paging::first_item(request_.page.page.value_or(0), size);
            return walk_.seek(first_);
        }
        const auto told = ctx_.tokens->read(*request_.page.token, scope_);
        if (!told) return told.error();
        if (!told->exact) {
            first_ = told->number;
            return walk_.seek(first_);
        }
        const auto resumed = walk_.resume(told->place);
        if (!resumed) return resumed.error();
        if (!*resumed) {
            return error{
                errc::bad_request,
                "pageToken is stale: the file has been replaced; start again without it"};
        }
        first_ = walk_.number();
        return {};
    }

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        const std::uint64_t before = written_;
        if (!begun_) begin(out);
        while (goes_on() && out.size() < limit) write_some(out, limit);
        count_since(before);
        if (goes_on()) return progress::more;
        if (!request_.ndjson && written_ > 0) out.drop_last(1);  // the comma behind the last item
        end(out);
        return progress::done;
    }

    bool deflates() override {
        if (walk_.row() == nullptr || size_ < deflated_items_min) return false;
        enter_row();
        return writer_->deflates();
    }

    result<progress> fill_deflated(streaming::deflate_writer& out) override {
        const std::uint64_t before = written_;
        frame_.clear();
        if (!begun_) begin(frame_);
        out.write(frame_.view());
        while (goes_on() && !out.is_full()) deflate_some(out);
        count_since(before);
        if (goes_on()) return progress::more;
        frame_.clear();
        if (request_.ndjson && owed_) frame_.append('\n');
        end(frame_);
        out.write(frame_.view());
        return progress::done;
    }

 private:
    bool goes_on() const { return walk_.row() != nullptr && written_ < size_; }

    void count_since(std::uint64_t before) {
        // Behind the reading: what was rendered counts only if the bytes were those of the file.
        if (!walk_.is_unchanged()) throw damaged_file("the file was changed in place");
        if (count_ != nullptr) count_->fetch_add(written_ - before, std::memory_order_relaxed);
    }

    void begin(text_buffer& out) {
        begun_ = true;
        begun_behind_end_ = walk_.row() == nullptr && first_ >= walk_.total().value_or(0);
        current_token_ = walk_.row() != nullptr ? token_here() : token_at(first_);
        if (request_.ndjson) {
            out.append("{\"metadata\":");
            out.append(json::serialize(meta(json::value(nullptr))));
            out.append(",\"result\":{");
            const std::size_t empty = out.size();
            writer_->append_members(out);
            if (out.size() > empty) out.drop_last(1);
            out.append("}}\n");
        } else {
            out.append('{');
            out.append(context_member());
            out.append(",\"result\":{");
            writer_->append_members(out);
            out.append("\"data\":[");
        }
    }

    void write_some(text_buffer& out, std::size_t limit) {
        enter_row();
        if (is_checkpoint()) append_token_line(out);
        passed(writer_->write(out, walk_.within(), most_now(), limit, terminator()));
    }

    void deflate_some(streaming::deflate_writer& out) {
        enter_row();
        if (is_checkpoint()) {
            frame_.clear();
            if (owed_) frame_.append('\n');
            append_token_line(frame_);
            out.write(frame_.view());
            owed_ = false;
        }
        passed(writer_->deflate(out, walk_.within(), most_now(), terminator(), owed_));
        owed_ = true;
    }

    void enter_row() {
        if (walk_.row() == entered_) return;
        entered_ = walk_.row();
        writer_->enter(*entered_, walk_.at(), walk_.part());
    }

    char terminator() const { return request_.ndjson ? '\n' : ','; }

    /// A token line stands before the next item.
    bool is_checkpoint() const {
        return request_.ndjson && written_ > 0 && written_ % items_per_checkpoint == 0;
    }

    std::uint64_t most_now() const {
        const auto most = std::min(size_ - written_, walk_.per_row() - walk_.within());
        if (!request_.ndjson) return most;
        return std::min(most, items_per_checkpoint - written_ % items_per_checkpoint);
    }

    void passed(std::uint64_t count) {
        written_ += count;
        if (walk_.within() + count == walk_.per_row()) entered_ = nullptr;
        walk_.pass(count);
    }

    /// The metadata of a JSON answer comes last, because only then is it known where the next page
    /// starts in the file.
    void end(text_buffer& out) {
        if (request_.ndjson) {
            if (walk_.row() != nullptr) append_token_line(out);
            out.append("{\"complete\":true,\"count\":");
            out.append(std::to_string(written_));
            out.append("}\n");
            return;
        }
        const json::value next =
            walk_.row() != nullptr ? json::value(token_here()) : json::value(nullptr);
        out.append("]},\"metadata\":");
        out.append(json::serialize(meta(next)));
        out.append("}\n");
    }

    void append_token_line(text_buffer& out) const {
        out.append("{\"nextPageToken\":\"");
        out.append(token_here());
        out.append("\"}\n");
    }

    std::string token_here() const {
        return ctx_.tokens->issue(scope_, {.place = walk_.here(), .exact = true, .number = 0});
    }
    std::string token_at(std::uint64_t number) const {
        return ctx_.tokens->issue(scope_, paging::token_position::at_number(number));
    }

    json::object meta(const json::value& next) const {
        const auto asked = request_.page.page;
        const auto known = walk_.total();
        const std::uint64_t page = asked ? static_cast<std::uint64_t>(*asked) : first_ / size_;
        const std::uint64_t total = known.value_or(0);
        const std::uint64_t size = request_.unpaged() ? std::max<std::uint64_t>(total, 1) : size_;
        json::object pages = pagination({page, size, total});
        if (!known) pages["totalCount"] = pages["totalPages"] = nullptr;
        if (!known && request_.unpaged()) pages["pageSize"] = nullptr;
        pages["currentPageToken"] = current_token_;
        pages["nextPageToken"] = next;
        pages["prevPageToken"] =
            first_ == 0 ? json::value(nullptr) : json::value(token_at(previous_page()));
        return metadata(std::move(pages), request_.warnings);
    }

    /// First number of the page before this one; from behind the end, of the last page.
    std::uint64_t previous_page() const {
        if (!begun_behind_end_) return first_ - std::min(first_, size_);
        const std::uint64_t total = walk_.total().value_or(0);
        return total == 0 ? 0 : (total - 1) / size_ * size_;
    }

    const context& ctx_;
    std::shared_ptr<const genotype_choice> chosen_;
    variants::item_walk walk_;
    paging::token_scope scope_;
    item_request request_;
    std::unique_ptr<row_writer> writer_;
    std::atomic<std::uint64_t>* count_;
    std::uint64_t size_;       // most items in this answer
    std::uint64_t first_ = 0;  // number of the first one
    std::uint64_t written_ = 0;
    const hts::record* entered_ = nullptr;  // the row that the writer knows
    std::string current_token_;
    text_buffer frame_;  // what stands around items, before it is compressed
    bool owed_ = false;  // the last item lacks its terminator, while compressing
    bool begun_ = false;
    bool begun_behind_end_ = false;  // there is no item `first_`
};

/// What an answer shows, all but the bytes of the files.
std::string version_text(std::string_view query, const item_request& request) {
    std::string out(query);
    const auto add = [&out](std::string_view text) { out.append("\n").append(text); };
    const auto& page = request.page;
    add(page.page ? std::to_string(*page.page) : "");
    add(page.size ? std::to_string(*page.size) : "");
    add(page.token.value_or(""));
    for (const auto& warning : request.warnings) add(warning);
    return out;
}

}  // namespace

result<item_request> read_item_request(const http::request& request, const list_page& page) {
    constexpr std::array<std::string_view, 2> offers = {"application/json", ndjson_type};
    const auto type = http::pick_media_type(request.field("accept"), offers);
    if (!type) {
        return error{
            errc::not_acceptable, "this comes as application/json or application/x-ndjson"};
    }
    auto plan = paging::plan_request(page.page, page.size, page.token);
    if (!plan) return plan.error();
    return item_request{std::move(*plan), *type == ndjson_type, {}};
}

result<http::response> stream_items(
    const context& ctx,
    std::shared_ptr<const genotype_choice> chosen,
    std::vector<variants::walk_part> parts,
    std::string_view query,
    item_request request,
    std::unique_ptr<row_writer> writer,
    std::atomic<std::uint64_t>* count
) {
    http::response r;
    r.content_type = request.ndjson ? ndjson_type : "application/json";
    const auto& sets = *chosen;
    r.version = sets.version(version_text(query, request));
    auto source = std::make_unique<item_source>(
        ctx,
        chosen,
        variants::item_walk(std::move(parts), writer->wanted()),
        sets.scope(query),
        std::move(request),
        std::move(writer),
        count
    );
    if (auto moved = source->start(); !moved) {
        return index_if_that_helps(ctx, sets, moved.error());
    }
    r.source = std::move(source);
    return r;
}

}  // namespace callstream::brapi
