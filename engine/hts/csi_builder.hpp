// Makes the CSI index of a variant file from where its records lie, as `bcftools index` would.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace callstream::hts {

/// One thread at a time. Memory grows with the index, not with the file.
class csi_builder {
 public:
    /// `first_record` is the virtual offset behind the header.
    explicit csi_builder(std::uint64_t first_record);
    csi_builder(csi_builder&&) noexcept;
    ~csi_builder();

    /// In file order. `contig` is the number that the header of a BCF gives it, or for a text VCF
    /// the order in which contigs appear; `end0` is exclusive, `behind` the virtual offset where
    /// the next record starts. False when CSI cannot hold the place (beyond 2^32).
    bool add(std::int32_t contig, std::int64_t pos0, std::int64_t end0, std::uint64_t behind);

    /// Writes the index. `names` are those of a text VCF's contigs by their numbers, empty for a
    /// BCF. Throws std::system_error.
    void save(
        const std::filesystem::path& path,
        std::uint64_t end_of_file,
        const std::vector<std::string>& names
    );

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace callstream::hts
