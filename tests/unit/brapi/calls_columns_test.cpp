// Calls from columns are, byte by byte, those from records.
#include "tests/support/brapi_server.hpp"
#include "tests/support/results.hpp"
#include "tests/support/test_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <map>
#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

using strings = std::vector<std::string>;

class calls_columns : public ::testing::Test {
 protected:
    void make_columns() {
        const auto now = server.catalog().current();
        for (const auto& [found, file] : now->files()) {
            if (!file->is_indexed()) continue;
            std::atomic<std::uint64_t> bytes{0};
            ASSERT_TRUE(testing::has_value(file->make_columns(server.state() / "index", bytes, {}))
            );
        }
    }
    /// First, last and one in the middle of each variant set.
    strings call_sets() {
        strings out;
        const auto now = server.catalog().current();
        for (const auto* set : now->variant_sets()) {
            const auto count = static_cast<std::uint32_t>(set->samples().size());
            if (count == 0) continue;
            for (const std::uint32_t column : {0U, count / 2, count - 1}) {
                out.push_back(catalog::call_set{set, column}.id());
            }
        }
        return out;
    }
    void ask(const std::string& target, std::map<std::string, std::string>& into, bool ndjson) {
        const strings fields =
            ndjson ? strings{"Accept: application/x-ndjson"} : strings{"Accept: application/json"};
        const auto answer = server.get(target, fields);
        into[target + (ndjson ? " as lines" : "")] =
            std::to_string(answer.status) + "\n" + answer.body;
    }
    /// What each form says, pages walked by their tokens.
    std::map<std::string, std::string> answers(const strings& queries, std::size_t page) {
        std::map<std::string, std::string> out;
        for (const auto& id : call_sets()) {
            const std::string path = "/brapi/v2/callsets/" + escaped(id) + "/calls";
            for (const auto& query : queries) ask(path + "?" + query, out, true);
            const std::string size = path + "?pageSize=" + std::to_string(page);
            ask(size + "&page=1", out, false);
            walk(size, out);
        }
        return out;
    }
    void walk(const std::string& first, std::map<std::string, std::string>& into) {
        std::string token;
        for (int pages = 0; pages < 4; ++pages) {
            const std::string target = first + (token.empty() ? "" : "&pageToken=" + token);
            const auto answer = server.get(target);
            into[target] = answer.body;
            const auto next = answer.json().at("metadata").at("pagination").at("nextPageToken");
            if (!next.is_string()) return;
            token = next.as_string();
        }
    }
    static std::string escaped(const std::string& id) {
        std::string out;
        for (const char c : id) {
            const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '~' ||
                               c == '-' || c == '_' || c == '.';
            EXPECT_TRUE(plain) << id;
            out += c;
        }
        return out;
    }
    void compare(const strings& queries, std::size_t page) {
        server.start();
        const auto before = answers(queries, page);
        make_columns();
        const auto after = answers(queries, page);
        ASSERT_EQ(before.size(), after.size()) << "a token differs";
        for (const auto& [target, body] : before) {
            const auto found = after.find(target);
            ASSERT_NE(found, after.end()) << target;
            ASSERT_TRUE(found->second == body) << target << "\n"
                                               << first_difference(body, found->second);
        }
    }
    static std::string first_difference(const std::string& a, const std::string& b) {
        const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
        const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - 80));
        return a.substr(from, 300) + "\n--\n" + b.substr(std::min(from, b.size()), 300);
    }

    testing::brapi_server server;
    const strings all_forms = {
        "",
        "callFields=genotypeValue,variantDbId",
        "callFields=genotype,variantName,phaseSet",
        "callFields=genotypeMetadata",
        "callFields=additionalInfo,genotype_likelihood",
        "expandHomozygotes=false&unknownString=-&sepPhased=:&sepUnphased=",
        "alleleEncoding=dosage&callFields=genotypeValue",
        "alleleEncoding=bases&callFields=genotypeValue",
    };
};

TEST_F(calls_columns, of_files_in_pieces_are_the_same) {
    for (int part = 0; part < 3; ++part) {
        testing::vcf_builder file;
        for (int i = 0; i < 50; ++i) {
            const std::string name = i % 3 == 0 ? "." : "rs" + std::to_string(i) + ";other";
            const auto contig = std::to_string(part + 1);
            if (i % 9 == 4) {
                file.record(contig, 10 + i / 2, "DP", {"1", "2"}, name);
            } else {
                file.record(contig, 10 + i / 2, "GT", {"0|1", i % 2 == 0 ? "./." : "1"}, name);
            }
        }
        file.write_vcf_gz(server.folder() / ("a.chr" + std::to_string(part + 1) + ".vcf.gz"), 400);
    }
    compare(all_forms, 37);
    EXPECT_EQ(server.catalog().current()->variant_sets().size(), 1U);
}

TEST_F(calls_columns, of_few_among_many_are_the_same) {
    strings names;
    for (int i = 0; i < 40; ++i) names.push_back("s" + std::to_string(i));
    testing::vcf_builder file;
    file.samples(names);
    for (int i = 0; i < 300; ++i) {
        strings cells;
        for (int s = 0; s < 40; ++s) {
            cells.push_back(std::to_string((i + s) % 3) + "|" + std::to_string(i * s % 2));
        }
        file.record("1", 1 + i, "GT", cells, ".", "C,G");
    }
    file.write_bcf(server.folder() / "b.bcf", 5000);
    server.start();
    const auto ask_all = [&] {
        std::map<std::string, std::string> out;
        const std::string sets = "/brapi/v2/variantsets/main~b/calls?callSetDbId=";
        for (const std::string several :
             {"main~b~s7", "main~b~s39,main~b~s0,main~b~s20", "main~b~s3,main~b~s4,main~b~s5"}) {
            for (const bool lines : {true, false}) {
                ask(sets + several, out, lines);
                ask(sets + several + "&pageSize=100&page=2", out, lines);
                ask("/brapi/v2/calls?callSetDbId=" + several + "&pageSize=7", out, lines);
                ask(sets + several + "&referenceName=1&start=50&end=120", out, lines);
                ask(sets + several + "&minMaf=0.3&pageSize=31", out, lines);
            }
            walk(sets + several + "&pageSize=100", out);
        }
        return out;
    };
    const auto before = ask_all();
    make_columns();
    EXPECT_EQ(ask_all(), before);
}

TEST_F(calls_columns, of_the_demo_are_the_same) {
    const auto overwrite = std::filesystem::copy_options::recursive;
    std::filesystem::remove(server.folder());
    std::filesystem::copy(testing::demo_data(), server.folder(), overwrite);
    compare(all_forms, 100);
}

/// Small ones of those that ship, and of the collection where it is.
TEST_F(calls_columns, of_single_files_are_the_same) {
    int number = 0;
    for (const auto& top : {testing::demo_data(), testing::collection()}) {
        for (const char* ending : {".vcf.gz", ".bcf"}) {
            for (const auto& path : testing::files_below(top, ending)) {
                if (std::filesystem::file_size(path) > 200'000) continue;
                const auto folder = server.folder() / ("d" + std::to_string(number++));
                std::filesystem::create_directories(folder);
                std::filesystem::copy_file(path, folder / ("x" + std::string(ending)));
            }
        }
    }
    EXPECT_GT(number, 0);
    compare({"", "callFields=genotypeValue,variantDbId,variantName"}, 50);
}

}  // namespace
}  // namespace callstream::brapi
