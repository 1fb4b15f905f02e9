// Call objects: rendering one beside copying the finished text, the least that can be done.
#include "bench/micro/panels.hpp"
#include "engine/variants/set_cursor.hpp"
#include "server/brapi/call_writer.hpp"
#include "server/streaming/body_source.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace callstream;
using streaming::block_bytes;

/// A recycled block, as an answer is rendered into.
class recycled_block {
 public:
    text_buffer& get() {
        if (text_.size() >= block_bytes) text_.clear();
        return text_;
    }

 private:
    text_buffer text_{2 * block_bytes};
};

struct one_record {
    one_record() {
        cursor.rewind().value();
        record = cursor.next();
        if (record == nullptr) throw std::runtime_error("the panel is empty");
        writer.add_call_set("main~panel~S1", "S1", 0);
    }

    variants::set_cursor cursor{
        variants::set_view({variants::variant_file::open(bench::micro_panel()).value()})};
    const hts::record* record = nullptr;
    brapi::call_writer writer{"main~panel", "panel", {}};
};

void report(benchmark::State& state, std::size_t size) {
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

std::string one_call(one_record& from) {
    text_buffer text;
    from.writer.enter(*from.record, from.cursor);
    from.writer.write(text, 0, 1, 0, ',');
    return std::string(text.view());
}

void call_writer_write(benchmark::State& state) {
    one_record from;
    const std::size_t size = one_call(from).size();
    recycled_block block;
    for (auto _ : state) {
        auto& out = block.get();
        from.writer.enter(*from.record, from.cursor);
        from.writer.write(out, 0, 1, 0, ',');
        benchmark::DoNotOptimize(out.data());
    }
    report(state, size);
}
BENCHMARK(call_writer_write);

void call_memcpy(benchmark::State& state) {
    one_record from;
    const std::string call = one_call(from);
    recycled_block block;
    for (auto _ : state) {
        auto& out = block.get();
        out.append(call);
        benchmark::DoNotOptimize(out.data());
    }
    report(state, call.size());
}
BENCHMARK(call_memcpy);

}  // namespace
