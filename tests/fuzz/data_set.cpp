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
    for (const auto& [sequence, facts] : d.references) {
        require(d.find_reference(sequence) == &facts, "a reference is found by its name");
        const auto share = facts.source_divergence.value_or(0);
        require(share >= 0 && share <= 1, "a divergence is a fraction");
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
    const auto read = catalog::read_data_set(found, nullptr);
    fuzzing::check(*read);
    fuzzing::require(read->problems.size() <= files.size(), "a file has one problem at most");
    return 0;
}
