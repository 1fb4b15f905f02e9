// Contigs under the names that people use for them: `chr1` is `1`, `chrM` is `MT`, and what a data
// set declares.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callstream::catalog {

/// Const use is thread-safe.
class contig_names {
 public:
    /// All of these mean one contig.
    void declare(const std::vector<std::string>& names);

    /// The names to look for when somebody asks for `name`: itself, then what was declared for it,
    /// then the same with and without `chr`. Each once.
    std::vector<std::string> spellings(std::string_view name) const;

 private:
    std::unordered_map<std::string, std::vector<std::string>> declared_;
};

}  // namespace callstream::catalog
