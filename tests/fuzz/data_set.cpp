// What operators write beside their data: `dataset.toml`, `samples.tsv` and `references.tsv`, here
// one after the other with a zero byte between them.
#include "engine/catalog/data_set.hpp"

#include "tests/fuzz/support/fuzz_input.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace callstream::fuzzing {
namespace {

void check(const catalog::data_set& d) {
    require(!d.program.id.empty() && !d.trial.id.empty(), "a data set has a program and a trial");
    require(!d.study.id.empty(), "a data set has a study");
    for (const auto& [column, facts] : d.samples) {
        require(d.find_sample(column) == &facts, "a sample is found by its column");
        require(!d.contigs.spellings(column).empty(), "a name is a spelling of itself");
    }
    for (const auto& row : d.references.rows) {
        require(row.size() == d.references.columns.size(), "a row is as wide as its table");
        for (const auto& cell : row) d.contigs.spellings(cell);
    }
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream;
    auto rest = fuzzing::text_of(data, size);
    std::vector<std::unique_ptr<fuzzing::named_memory_file>> files;
    const auto next_file = [&](const char* name) -> std::optional<catalog::found_text> {
        if (rest.empty()) return std::nullopt;
        const auto text = fuzzing::take_until(rest, std::string_view("\0", 1));
        files.push_back(std::make_unique<fuzzing::named_memory_file>(text));
        return catalog::found_text{files.back()->path(), name};
    };
    catalog::found_data_set found;
    found.relative = "main";
    found.description = next_file("dataset.toml");
    found.samples = next_file("samples.tsv");
    found.references = next_file("references.tsv");
    std::vector<catalog::problem> problems;
    fuzzing::check(*catalog::read_data_set(found, problems));
    fuzzing::require(problems.size() <= files.size(), "a file has one problem at most");
    return 0;
}
