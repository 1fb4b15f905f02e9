#include "server/streaming/fill_ahead.hpp"

#include "server/streaming/compression.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/sources.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace callstream::streaming {
namespace {

using progress = body_source::progress;
using testing::fails_with;
using testing::listed_source;
using strings = std::vector<std::string>;

/// Keeps jobs until a test lets them run.
struct kept_jobs {
    run_elsewhere taker() {
        return [this](std::function<void()> job) { jobs.push_back(std::move(job)); };
    }
    void run_all() {
        for (; !jobs.empty(); jobs.pop_front()) jobs.front()();
    }
    std::deque<std::function<void()>> jobs;
};

/// A thread for each job.
struct threads_at_once {
    run_elsewhere taker() {
        return [this](std::function<void()> job) { threads.emplace_back(std::move(job)); };
    }
    std::deque<std::jthread> threads;
};

TEST(fill_ahead, the_block_is_there_whoever_made_it) {
    for (const bool early : {false, true}) {
        kept_jobs jobs;
        listed_source source({"one", "two", "three"});
        fill_ahead filling(jobs.taker());
        std::string got;
        auto step = progress::more;
        while (step == progress::more) {
            text_buffer into;
            filling.start(source, into);
            if (early) jobs.run_all();
            step = filling.take().value();
            got += into.view();
            got += ' ';
        }
        EXPECT_EQ(got, "one two three ") << early;
    }
}

TEST(fill_ahead, needs_nobody_else) {
    listed_source source({"one"});
    text_buffer into;
    fill_ahead filling(nullptr);
    filling.start(source, into);
    EXPECT_EQ(filling.take().value(), progress::done);
    EXPECT_EQ(into.view(), "one");
}

TEST(fill_ahead, nothing_comes_of_what_was_not_started) {
    fill_ahead filling(nullptr);
    EXPECT_TRUE(fails_with(filling.take(), errc::file_unusable));
    text_buffer into;
    testing::failing_source failing(error{errc::forbidden, "no"});
    filling.start(failing, into);
    EXPECT_TRUE(fails_with(filling.take(), errc::forbidden));
    EXPECT_TRUE(fails_with(filling.take(), errc::file_unusable));
}

TEST(fill_ahead, a_job_that_comes_too_late_does_nothing) {
    kept_jobs jobs;
    {
        listed_source source({"one", "two"});
        text_buffer into;
        fill_ahead filling(jobs.taker());
        filling.start(source, into);
        EXPECT_TRUE(filling.take().has_value());
        jobs.run_all();
        EXPECT_EQ(into.view(), "one");
        filling.start(source, into);
    }
    jobs.run_all();  // all that it could touch is gone
}

TEST(fill_ahead, what_goes_wrong_comes_through) {
    for (const bool early : {false, true}) {
        kept_jobs jobs;
        text_buffer into;
        testing::failing_source failing(error{errc::forbidden, "no"});
        testing::throwing_source throwing;
        fill_ahead filling(jobs.taker());
        filling.start(failing, into);
        if (early) jobs.run_all();
        EXPECT_TRUE(fails_with(filling.take(), errc::forbidden));
        jobs.run_all();
        filling.start(throwing, into);
        if (early) jobs.run_all();
        EXPECT_TRUE(fails_with(filling.take(), errc::file_unusable));
    }
}

TEST(fill_ahead, compressed_bodies_are_the_same_on_two_threads) {
    strings pieces;
    std::string text;
    for (int i = 0; i < 200; ++i) {
        pieces.push_back(
            std::string(static_cast<std::size_t>(i) * 37, static_cast<char>('a' + i % 26))
        );
        text += pieces.back();
    }
    threads_at_once threads;
    block_pool pool(16 * block_bytes);
    const auto coded = [&](run_elsewhere run) {
        auto source = compressed(
            std::make_unique<listed_source>(pieces),
            coding::gzip,
            std::move(*pool.take()),
            pool.take(),
            std::move(run)
        );
        text_buffer wire;
        while (source->fill(wire).value() == progress::more) {
        }
        return std::string(wire.view());
    };
    const auto ahead = coded(threads.taker());
    EXPECT_EQ(ahead, coded(nullptr));
    EXPECT_EQ(testing::gunzip(ahead), text);
    EXPECT_EQ(threads.threads.size(), pieces.size() - 1);
}

TEST(fill_ahead, a_body_that_nobody_wants_any_more_waits_for_its_helper) {
    for (int i = 0; i < 200; ++i) {
        threads_at_once threads;
        block_pool pool(16 * block_bytes);
        auto source = compressed(
            std::make_unique<listed_source>(strings{"one", std::string(100'000, 'x'), "three"}),
            coding::zstd,
            std::move(*pool.take()),
            pool.take(),
            threads.taker()
        );
        text_buffer wire;
        EXPECT_EQ(source->fill(wire).value(), progress::more);
        source.reset();
        EXPECT_EQ(pool.in_use(), 0U);
    }
}

}  // namespace
}  // namespace callstream::streaming
