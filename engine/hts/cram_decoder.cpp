#include "engine/hts/cram_decoder.hpp"

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/core/parse.hpp"
#include "engine/hts/cram_bytes.hpp"
#include "engine/hts/cram_sequences.hpp"
#include "engine/hts/sandbox.hpp"

#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/hts_log.h>
#include <htslib/sam.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <system_error>
#include <vector>

namespace callstream::hts {
namespace {

/// Ends the work with an exit status and a line for the report.
struct ending {
    cram_exit status;
    std::string report;
};

struct close_hts {
    void operator()(htsFile* f) const noexcept { hts_close(f); }
};
struct destroy_header {
    void operator()(sam_hdr_t* h) const noexcept { sam_hdr_destroy(h); }
};
struct destroy_record {
    void operator()(bam1_t* b) const noexcept { bam_destroy1(b); }
};

constexpr rlim_t own_descriptors = cram_report + 1;

void limit(decltype(RLIMIT_AS) what, rlim_t soft, rlim_t hard) {
    const rlimit value{soft, hard};
    if (::setrlimit(what, &value) != 0) throw ending{cram_exit::misused, "no limits"};
}

bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
    return __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
    return false;
#endif
}

void limit_this_process() {
    constexpr rlim_t day = 24 * 60 * 60;
    constexpr rlim_t address_space = rlim_t{4} << 30;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_CPU, day, day);
    // Sanitizers reserve terabytes.
    if (!is_sanitized()) limit(RLIMIT_AS, address_space, address_space);
}

/// Where the system has no such thing, the limits alone must do.
void confine(sandbox kind) {
    if (!is_sanitized()) enter(kind);
}

/// Addresses of containers in the file.
struct stretch {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};

struct job {
    record_content content = record_content::alignments;
    std::optional<stretch> part;  ///< nothing: all of them
    std::filesystem::path folder;
    std::filesystem::path fasta;
};

[[noreturn]] void misuse() {
    throw ending{cram_exit::misused, "unknown arguments"};
}

/// What stands behind the word: nothing, or `:FIRST:END`.
std::optional<stretch> read_part(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto middle = text.find(':', 1);
    if (middle == std::string_view::npos) misuse();
    const auto first = parse_integer<std::uint64_t>(text.substr(1, middle - 1));
    const auto end = parse_integer<std::uint64_t>(text.substr(middle + 1));
    if (!first || !end) misuse();
    return stretch{*first, *end};
}

job read_arguments(int argc, char** argv) {
    // Options of the program that stand before the word are not ours.
    const std::vector<std::string_view> words(argv, argv + argc);
    job out;
    if (!words.empty() && words.back() == alignments_word) return out;
    out.content = record_content::everything;
    constexpr std::string_view everything = everything_word;
    constexpr std::size_t with_fasta = 3;
    const bool alone = !words.empty() && words.back().starts_with(everything);
    const std::size_t count = alone ? 1 : with_fasta;
    if (words.size() <= count || !words[words.size() - count].starts_with(everything)) misuse();
    out.part = read_part(words[words.size() - count].substr(everything.size()));
    if (alone) return out;
    out.folder = words[words.size() - 2];
    out.fasta = words.back();
    return out;
}

/// What our own parser says of the file, before htslib sees a byte of it.
struct survey {
    std::vector<cram_sequence> sequences;
    std::set<std::size_t> used;  // sequences that containers name
    bool uses_others = false;    // containers have several that they do not name
    std::uint64_t records = 0;
};

void look_at(const cram_container& container, survey& out) {
    constexpr std::int32_t several = -2;
    out.records += container.records;
    out.uses_others = out.uses_others || container.reference == several;
    if (container.reference < 0) return;
    const auto number = static_cast<std::size_t>(container.reference);
    if (number >= out.sequences.size()) {
        throw damaged_file("a container names a reference that is not in the header");
    }
    out.used.insert(number);
}

survey look_through(const std::optional<stretch>& part) {
    cram_bytes bytes(cram_input, identity_of(cram_input).size);
    survey out{.sequences = sequences_of(bytes.read_header()), .used = {}};
    if (part) bytes.continue_at(part->first);
    while (!part || bytes.bytes_done() < part->end) {
        const auto container = bytes.next();
        if (!container) break;
        look_at(*container, out);
    }
    // Others are not worth a copy.
    for (std::size_t i = 0; i < out.sequences.size() && !out.uses_others; ++i) {
        if (!out.used.contains(i)) out.sequences[i].md5.clear();
    }
    return out;
}

/// The first sequence that may be missed: one that containers name, else any that they may have.
std::optional<std::size_t> first_missing(const survey& of) {
    for (const std::size_t number : of.used) {
        if (!of.sequences[number].found) return number;
    }
    for (std::size_t i = 0; of.uses_others && i < of.sequences.size(); ++i) {
        if (!of.sequences[i].found) return i;
    }
    return std::nullopt;
}

std::filesystem::path copy_of_sequences(const job& what, survey& about) {
    const auto path = what.folder / "sequences.fa";
    const unique_fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) throw std::system_error(errno, std::generic_category(), "create");
    const std::string index = collect_sequences(what.fasta, about.sequences, fd.get());
    auto beside = path;
    write_atomically(beside += ".fai", index, 0600);
    return path;
}

/// Opens what was copied; from then on the process can open nothing any more, whatever the file
/// names (its UR fields are paths and addresses).
void open_sequences(htsFile& file, const std::filesystem::path& copy) {
    constexpr rlim_t copy_and_index = 2;
    if (!copy.empty()) {
        limit(RLIMIT_NOFILE, own_descriptors + copy_and_index, own_descriptors + copy_and_index);
        if (hts_set_opt(&file, CRAM_OPT_REFERENCE, copy.c_str()) != 0) {
            throw ending{cram_exit::no_memory, ""};
        }
    }
    limit(RLIMIT_NOFILE, own_descriptors, own_descriptors);
}

std::unique_ptr<htsFile, close_hts> open_input() {
    hFILE* bytes = hdopen(cram_input, "r");
    if (bytes == nullptr) throw ending{cram_exit::no_memory, ""};
    std::unique_ptr<htsFile, close_hts> file(hts_hopen(bytes, "cram", "r"));
    if (!file || file->format.format != cram) {
        throw ending{cram_exit::damaged, "its header cannot be decoded"};
    }
    return file;
}

/// As many records as `part` has, from its first container on; all without one.
void decode(htsFile& file, BGZF& out, const std::optional<stretch>& part, std::uint64_t records) {
    const std::unique_ptr<sam_hdr_t, destroy_header> header(sam_hdr_read(&file));
    if (!header) throw ending{cram_exit::damaged, "its header cannot be decoded"};
    const std::unique_ptr<bam1_t, destroy_record> record(bam_init1());
    if (!record) throw ending{cram_exit::no_memory, ""};
    const auto written = [](bool well) {
        if (!well) throw ending{cram_exit::not_read, ""};
    };
    written(bam_hdr_write(&out, header.get()) == 0);
    if (part && cram_seek(file.fp.cram, static_cast<off_t>(part->first), SEEK_SET) != 0) {
        throw ending{cram_exit::damaged, "its containers cannot be found"};
    }
    for (std::uint64_t done = 0; !part || done < records; ++done) {
        const int status = sam_read1(&file, header.get(), record.get());
        if (status == -1) break;
        if (status < -1) throw ending{cram_exit::damaged, "a record cannot be decoded"};
        written(bam_write1(&out, record.get()) > 0);
    }
    written(bgzf_flush(&out) == 0);
}

void convert(const job& what) {
    survey about = look_through(what.part);
    const bool with_sequences = what.content == record_content::everything;
    const auto copy = what.fasta.empty() ? what.fasta : copy_of_sequences(what, about);
    limit(RLIMIT_NOFILE, own_descriptors, own_descriptors + 2);
    confine(sandbox::opening_files);
    const auto file = open_input();
    if (!with_sequences) {
        hts_set_opt(
            file.get(),
            CRAM_OPT_REQUIRED_FIELDS,
            SAM_FLAG | SAM_RNAME | SAM_POS | SAM_MAPQ | SAM_CIGAR
        );
        hts_set_opt(file.get(), CRAM_OPT_DECODE_MD, 0);
    }
    open_sequences(*file, copy);
    BGZF* out = bgzf_dopen(cram_output, "w0");  // blocks that are not packed
    if (out == nullptr) throw ending{cram_exit::no_memory, ""};
    confine(sandbox::computing);
    try {
        decode(*file, *out, what.part, about.records);
    } catch (const ending& e) {
        const auto missing = with_sequences ? first_missing(about) : std::nullopt;
        if (e.status != cram_exit::damaged || !missing) throw;
        throw ending{cram_exit::no_reference, std::to_string(*missing)};
    }
    if (bgzf_close(out) != 0) throw ending{cram_exit::not_read, ""};
}

ending run(int argc, char** argv) {
    try {
        limit_this_process();
        hts_set_log_level(HTS_LOG_OFF);
        convert(read_arguments(argc, argv));
        return {cram_exit::done, ""};
    } catch (const ending& e) {
        return e;
    } catch (const damaged_file& e) {
        return {cram_exit::damaged, e.what()};
    } catch (const std::system_error& e) {
        const int code = e.code().value();
        const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
        return {full ? cram_exit::no_room : cram_exit::damaged, e.code().message()};
    } catch (const std::bad_alloc&) {
        return {cram_exit::no_memory, ""};
    }
}

}  // namespace

int cram_decoder_main(int argc, char** argv) {
    const ending how = run(argc, argv);
    try {
        write_all(cram_report, how.report);
    } catch (const std::system_error&) {
        // The status says enough.
    }
    return static_cast<int>(how.status);
}

}  // namespace callstream::hts
