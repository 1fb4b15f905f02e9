#include "engine/reads/bam_export.hpp"

#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <sys/resource.h>

namespace callstream::reads {
namespace {

using testing::bam_record_bytes;
using testing::bgzf_file;
using testing::fails_with;
using testing::has_value;

class bam_export_test : public ::testing::Test {
 protected:
    result<export_outcome> write(
        const std::filesystem::path& from,
        const std::vector<std::string>& names,
        std::stop_token stop = {}
    ) {
        const auto file = reads_file::open(from);
        if (!file) return file.error();
        const auto selection = select_records(**file, names);
        if (!selection) return selection.error();
        return export_bam(**file, *selection, decoding_, into_, progress_, std::move(stop));
    }
    /// Content of the export of a file with this content, or why there is none.
    std::string exported(const std::string& content, const std::vector<std::string>& names = {}) {
        testing::write_file(dir_ / "x.bam", bgzf_file(content, 100));
        std::filesystem::remove(into_);
        const auto outcome = write(dir_ / "x.bam", names);
        return outcome ? testing::gunzip(testing::read_file(into_)) : outcome.error().text;
    }
    std::size_t files_in_folder() const {
        const std::filesystem::directory_iterator files(dir_.path());
        return static_cast<std::size_t>(std::distance(files, {}));
    }
    bool samtools(const std::string& arguments, const std::string& into) const {
        const std::string command =
            "REF_PATH=: samtools " + arguments + " > " + (dir_ / into).string() + " 2>/dev/null";
        return std::system(command.c_str()) == 0;
    }
    /// Compares our export with what samtools shows of `source`; false when it cannot.
    bool compare(
        const std::filesystem::path& source,
        const std::vector<std::string>& names,
        const std::string& options
    ) {
        std::string regions;
        for (const auto& name : names) regions += name == "*" ? " '*'" : " '{" + name + "}'";
        if (!samtools("view" + options + " " + source.string() + regions, "expected")) return false;
        EXPECT_TRUE(samtools("view -H --no-PG " + source.string(), "expected-header"));
        std::filesystem::remove(into_);
        const auto outcome = write(source, names);
        EXPECT_TRUE(has_value(outcome));
        EXPECT_TRUE(samtools("view " + into_.string(), "ours"));
        EXPECT_TRUE(samtools("view -H --no-PG " + into_.string(), "our-header"));
        EXPECT_TRUE(samtools("quickcheck -u " + into_.string(), "none"));
        const std::string ours = testing::read_file(dir_ / "ours");
        EXPECT_TRUE(ours == testing::read_file(dir_ / "expected")) << regions;
        EXPECT_EQ(
            testing::read_file(dir_ / "our-header"), testing::read_file(dir_ / "expected-header")
        );
        const auto lines = static_cast<std::uint64_t>(std::count(ours.begin(), ours.end(), '\n'));
        EXPECT_EQ(outcome->records, lines);
        EXPECT_EQ(outcome->bytes, std::filesystem::file_size(into_));
        return true;
    }
    /// All records, those of some references, and those without one.
    bool compare_selections(const std::filesystem::path& path, const std::string& options) {
        if (!compare(path, {}, options)) return false;
        // A file that samtools can index, beside its index.
        const auto copy = dir_ / ("indexed" + path.extension().string());
        std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
        if (!samtools("index " + copy.string(), "none")) return true;
        const auto file = reads_file::open(path).value();
        const auto& references = file->header().references;
        std::vector<std::string> some;
        for (const std::size_t i :
             std::set<std::size_t>{0, 1, references.size() / 2, references.size() - 1}) {
            if (i >= references.size()) continue;
            EXPECT_TRUE(compare(copy, {references[i].name}, options));
            some.push_back(references[i].name);
        }
        EXPECT_TRUE(compare(copy, some, options));
        EXPECT_TRUE(compare(copy, {"*"}, options));
        some.emplace_back("*");
        return compare(copy, some, options);
    }

    testing::temp_dir dir_{testing::fast_parent()};
    cram_decoding decoding_{{testing::cram_decoder().string()}, std::nullopt, dir_.path()};
    std::filesystem::path into_ = dir_ / "out.bam";
    pass_progress progress_;
};

const std::string head =
    testing::bam_header_bytes("@HD\tVN:1.6\n", {{"a", 1000}, {"b", 2000}, {"c", 3000}});
const std::string at_a = bam_record_bytes({0, 5, {{3, 'S'}, {7, 'M'}}, 16, 10, "NMc\1"});
const std::string at_b = bam_record_bytes(1, 17) + bam_record_bytes(1, 18, 4);
const std::string at_c = bam_record_bytes(2, -1);
const std::string nowhere = bam_record_bytes(-1, -1, 4) + bam_record_bytes(-1, -1, 77);

TEST_F(bam_export_test, bytes_of_what_is_selected_are_copied) {
    const std::string all = at_a + at_b + at_c + nowhere;
    const std::pair<std::vector<std::string>, std::string> table[] = {
        {{}, all},
        {{"a"}, at_a},
        {{"b"}, at_b},
        {{"c", "a"}, at_a + at_c},
        {{"*"}, nowhere},
        {{"*", "b", "b"}, at_b + nowhere},
        {{"a", "b", "c", "*"}, all},
    };
    for (const auto& [names, records] : table)
        EXPECT_EQ(exported(head + all, names), head + records);
}

TEST_F(bam_export_test, files_without_order_and_without_records_are_copied_as_they_are) {
    EXPECT_EQ(exported(head + nowhere + at_c + at_a), head + nowhere + at_c + at_a);
    EXPECT_EQ(exported(head), head);
    EXPECT_EQ(exported(head, {"*"}), head);
    const std::string bare = testing::bam_header_bytes("", {});
    EXPECT_EQ(exported(bare + nowhere), bare + nowhere);
}

TEST_F(bam_export_test, a_reference_that_is_not_there_is_named) {
    EXPECT_EQ(exported(head + at_a, {"a", "z"}), "the file has no reference z");
    EXPECT_FALSE(std::filesystem::exists(into_));
}

TEST_F(bam_export_test, no_file_is_overwritten) {
    testing::write_file(into_, "precious");
    const auto source = testing::demo_data() / "reads.bam";
    EXPECT_TRUE(fails_with(write(source, {}), errc::conflict));
    EXPECT_EQ(testing::read_file(into_), "precious");
    std::filesystem::remove(into_);
    std::filesystem::create_symlink(dir_ / "nothing", into_);
    EXPECT_TRUE(fails_with(write(source, {}), errc::conflict));
    EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(bam_export_test, damage_leaves_nothing_behind) {
    std::string flipped = bgzf_file(head + at_a + at_b, 100);
    flipped[flipped.size() - 28 - 5] ^= 1;
    testing::write_file(dir_ / "x.bam", flipped);
    EXPECT_THROW((void)write(dir_ / "x.bam", {}), damaged_file);
    EXPECT_THROW(exported(head + at_a.substr(0, 40)), damaged_file);
    EXPECT_THROW(exported(head + at_a + "\x20"), damaged_file);
    testing::write_file(dir_ / "x.bam", bgzf_file(head + at_a).substr(0, 60));
    EXPECT_TRUE(fails_with(write(dir_ / "x.bam", {}), errc::file_unusable));
    EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(bam_export_test, a_stop_leaves_nothing_behind) {
    const auto outcome = write(testing::demo_data() / "reads.bam", {}, testing::stopped());
    EXPECT_TRUE(fails_with(outcome, errc::unavailable));
    EXPECT_EQ(files_in_folder(), 0U);
}

/// Lets this process write files of at most so many bytes while it lives.
class file_size_limit {
 public:
    explicit file_size_limit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

 private:
    void (*handler_)(int);
    rlimit before_{};
};

TEST_F(bam_export_test, a_full_disk_leaves_nothing_behind) {
    const auto outcome = [&] {
        const file_size_limit limit(10'000);
        return write(testing::demo_data() / "reads.bam", {});
    }();
    EXPECT_TRUE(fails_with(outcome, errc::storage_full));
    EXPECT_EQ(files_in_folder(), 0U);
}

TEST_F(bam_export_test, a_folder_that_is_not_there_is_an_exception) {
    into_ = dir_ / "none" / "out.bam";
    EXPECT_THROW((void)write(testing::demo_data() / "reads.bam", {}), std::system_error);
}

TEST_F(bam_export_test, progress_is_told_in_bytes_of_the_source) {
    const auto path = testing::demo_data() / "reads.bam";
    ASSERT_TRUE(has_value(write(path, {})));
    EXPECT_EQ(progress_.bytes_done.load(), std::filesystem::file_size(path));
}

TEST_F(bam_export_test, exports_of_real_files_are_what_samtools_shows) {
    int compared = 0;
    for (const auto& top : {testing::demo_data(), testing::collection()}) {
        for (const auto& path : testing::files_below(top, ".bam")) {
            SCOPED_TRACE(path);
            compared += compare_selections(path, "");
        }
    }
    EXPECT_GE(compared, 1);
    RecordProperty("files", compared);
}

/// The C. elegans test genome that many public CRAM files were made with.
TEST_F(bam_export_test, crams_are_decoded_with_the_sequences_that_have_their_md5) {
    const auto fasta = testing::collection() / "fasta" / "htslib" / "ce.fa";
    if (!std::filesystem::exists(fasta)) GTEST_SKIP() << "no collection";
    const std::string options = " --reference " + fasta.string();
    int compared = 0;
    for (const auto& path : testing::files_below(testing::collection(), ".cram")) {
        SCOPED_TRACE(path);
        decoding_.fasta = fasta;
        compared += compare_selections(path, options);
        decoding_.fasta = testing::collection() / "derived" / "fasta" / "ce.fa.gz";
        compare(path, {}, options);
    }
    EXPECT_GE(compared, 10);
    RecordProperty("files", compared);
}

}  // namespace
}  // namespace callstream::reads
