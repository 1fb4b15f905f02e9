#include "server/genomics/operation_runner.hpp"

#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace callstream::genomics {
namespace {

using namespace std::chrono_literals;
using state = store::operation_state;

class operation_runner_test : public ::testing::Test {
 protected:
    operation_job job(
        const std::string& id,
        std::function<result<std::string>(reads::pass_progress&, std::stop_token)> run
    ) {
        EXPECT_TRUE(testing::has_value(
            operations.add({.id = id, .project = "p", .kind = "export", .request = "{}"})
        ));
        return {id, 100, std::move(run)};
    }
    store::kept_operation ended(const std::string& id) {
        for (int i = 0; i < 500; ++i) {
            const auto now = operations.find(id).value();
            if (now->state != state::running) return *now;
            std::this_thread::sleep_for(10ms);
        }
        ADD_FAILURE() << id << " does not end";
        return {};
    }
    /// Goes on until it is stopped.
    static result<std::string> endless(reads::pass_progress& progress, std::stop_token stop) {
        progress.bytes_done = 40;
        while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
        return error{errc::unavailable, "stopped"};
    }

    testing::temp_dir dir;
    store::sqlite_store store{dir / "store.db"};
    store::operation_store& operations = store.operations();
    std::atomic<int> logged = 0;
    std::optional<operation_runner> runner{
        std::in_place, operations, [this](const auto&) { ++logged; }};
};

TEST_F(operation_runner_test, says_how_each_ended) {
    ASSERT_TRUE(runner->add(job("good", [](auto&, auto) { return result<std::string>("{}"); })));
    ASSERT_TRUE(runner->add(job("there", [](auto&, auto) -> result<std::string> {
        return error{errc::conflict, "there is one"};
    })));
    ASSERT_TRUE(runner->add(job("damaged", [](auto&, auto) -> result<std::string> {
        throw damaged_file("a block");
    })));
    ASSERT_TRUE(runner->add(job("broken", [](auto&, auto) -> result<std::string> {
        throw std::runtime_error("/a/path of ours");
    })));
    EXPECT_EQ(ended("good").state, state::success);
    EXPECT_TRUE(ended("good").started_s);
    EXPECT_EQ(ended("good").response, "{}");
    EXPECT_EQ(ended("there").error_code, 6);
    EXPECT_EQ(ended("there").error_text, "there is one");
    EXPECT_EQ(ended("damaged").error_code, 9);
    EXPECT_EQ(ended("broken").error_code, 13);
    EXPECT_EQ(ended("broken").error_text.find("path"), std::string::npos);
    EXPECT_EQ(logged, 1);
}

TEST_F(operation_runner_test, cancels_what_runs_and_what_waits) {
    ASSERT_TRUE(runner->add(job("first", endless)));
    ASSERT_TRUE(runner->add(job("second", endless)));
    while (runner->progress("first")->bytes_done != 40) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(runner->progress("second")->bytes_done, 0U);
    EXPECT_FALSE(runner->progress("third"));
    runner->cancel("second");
    runner->cancel("third");
    runner->cancel("first");
    EXPECT_EQ(ended("first").state, state::canceled);
    EXPECT_EQ(ended("second").state, state::canceled);
    EXPECT_FALSE(ended("second").started_s);
}

TEST_F(operation_runner_test, a_stop_of_the_server_is_a_failure) {
    ASSERT_TRUE(runner->add(job("first", endless)));
    while (runner->progress("first")->bytes_done != 40) std::this_thread::sleep_for(1ms);
    runner.reset();
    EXPECT_EQ(ended("first").state, state::failure);
}

TEST_F(operation_runner_test, does_not_take_endlessly_many) {
    ASSERT_TRUE(runner->add(job("running", endless)));
    result<void> last;
    for (int i = 0; i < 70 && last; ++i) last = runner->add(job(std::to_string(i), endless));
    EXPECT_TRUE(testing::fails_with(last, errc::unavailable));
}

}  // namespace
}  // namespace callstream::genomics
