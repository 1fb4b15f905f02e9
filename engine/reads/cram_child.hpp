// A process that decodes a CRAM. htslib's decoder can crash, end its process or write where it
// should not, so it never runs in this one: the child gets the file as a descriptor, opens nothing
// that the file names, and its output is read with the checks that any BAM gets.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/block_source.hpp"
#include "engine/hts/cram_decoder.hpp"
#include "engine/reads/cram_parts.hpp"
#include "engine/reads/reads_file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

namespace callstream::reads {

using hts::record_content;

/// What decoding needs; BAM needs nothing of it.
struct cram_decoding {
    /// Program that runs `hts::cram_decoder_main`, with the arguments that make it do so.
    std::vector<std::string> command = decoder_beside_this_program();
    /// Where the sequences are looked for, by their MD5: plain or BGZF.
    std::optional<std::filesystem::path> fasta;
    /// Folder for a copy of the sequences while the child runs, as large as they are; when empty,
    /// the system's one for temporary files.
    std::filesystem::path scratch;

    /// `callstream-cram` in the folder of the running program.
    static std::vector<std::string> decoder_beside_this_program();
};

/// Killed, if it still runs, and reaped when destroyed. One thread at a time.
class cram_child {
 public:
    /// With `part`, which begins with a container, only those that begin in it are decoded, and all
    /// of them; for `record_content::everything`. `errc::file_unusable` when there is no program to
    /// run. Throws std::system_error.
    static result<std::unique_ptr<cram_child>> start(
        const reads_file& file,
        record_content content,
        const cram_decoding& decoding,
        std::stop_token stop,
        const std::optional<file_stretch>& part = std::nullopt
    );
    cram_child(const cram_child&) = delete;
    cram_child& operator=(const cram_child&) = delete;
    ~cram_child();

    /// The content of a BAM, ended at once when stopped. Call it once; the child must outlive it.
    std::unique_ptr<hts::block_source> output();

    /// How it ended, once its output is at its end: only then was all of it decoded.
    /// `errc::file_unusable` names a sequence that is missing, `errc::storage_full` a lack of room,
    /// `errc::unavailable` a stop or a lack of memory. Throws damaged_file with the reason when the
    /// CRAM cannot be decoded or the child crashed. A child whose output was left unread is killed,
    /// and nothing is said then.
    result<void> finish();

 private:
    class pipe_source;
    cram_child(const reads_file& file, std::stop_token stop);
    void spawn(const std::vector<std::string>& arguments);
    void kill() noexcept;
    /// As waitpid has it; kills a child that does not end by itself, and when stopped.
    int wait();
    result<void> verdict(int status) const;
    std::string report() const;

    const reads_file& file_;
    std::stop_token stop_;
    unique_fd cram_;    // shares its offset with the child's, which says how far it is
    unique_fd pipe_;    // what the child writes
    unique_fd report_;  // what it says in the end
    std::filesystem::path folder_;
    pid_t pid_ = -1;
    bool at_end_ = false;
    bool stopped_ = false;
};

}  // namespace callstream::reads
