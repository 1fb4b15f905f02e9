#include "engine/reads/cram_child.hpp"

#include "engine/hts/bgzf.hpp"
#include "engine/hts/bgzf_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace callstream::reads {
namespace {

using hts::cram_exit;
using std::chrono::milliseconds;

[[noreturn]] void fail(const char* what, int code = errno) {
    throw std::system_error(code, std::generic_category(), what);
}

/// The same file under a number that the standard descriptors of a child do not collide with.
unique_fd above_standard(unique_fd fd) {
    unique_fd out(::fcntl(fd.get(), F_DUPFD_CLOEXEC, hts::cram_report + 1));
    if (!out) fail("dup");
    return out;
}

/// Opened anew, so that its offset is its own.
unique_fd opened_again(int fd) {
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    unique_fd out(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!out) fail("open");
    return above_standard(std::move(out));
}

std::filesystem::path new_folder(std::filesystem::path parent) {
    if (parent.empty()) parent = std::filesystem::temp_directory_path();
    std::string name = (parent / "cram-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail("mkdtemp");
    return name;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (auto& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

/// htslib looks for references that it was not given only here, which is nowhere.
std::vector<std::string> environment() {
    return {"REF_PATH=:", "REF_CACHE=", "HTS_PATH=/nonexistent", "LC_ALL=C", "HOME=/"};
}

/// How a child is started: with no descriptors but those of the decoder, no signal blocked, and out
/// of reach of the terminal's.
class spawn_plan {
 public:
    spawn_plan(int in, int out, int nowhere, int report) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        posix_spawn_file_actions_adddup2(&actions_, in, hts::cram_input);
        posix_spawn_file_actions_adddup2(&actions_, out, hts::cram_output);
        posix_spawn_file_actions_adddup2(&actions_, nowhere, STDERR_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, report, hts::cram_report);
        posix_spawn_file_actions_addclosefrom_np(&actions_, hts::cram_report + 1);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
    ~spawn_plan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    /// An errno, or 0.
    int start(std::vector<std::string> words, pid_t& pid) const {
        auto variables = environment();
        const auto arguments = pointers_to(words);
        const auto values = pointers_to(variables);
        return ::posix_spawn(
            &pid, words[0].c_str(), &actions_, &attributes_, arguments.data(), values.data()
        );
    }

 private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

error stopping() {
    return {errc::unavailable, "the server is stopping"};
}

}  // namespace

std::vector<std::string> cram_decoding::decoder_beside_this_program() {
    std::error_code unknown;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
    return {(program.parent_path() / "callstream-cram").string()};
}

/// What the child writes, as it comes; looks up now and then whether somebody wants a stop.
class cram_child::pipe_source : public hts::block_source {
 public:
    explicit pipe_source(cram_child& child) : child_(child) {}

    std::span<const std::uint8_t> next_block() override {
        while (fill(header_bytes)) {
            const std::size_t packed = hts::block_bytes(rest_.data(), rest_.size());
            if (packed == 0 || !fill(packed)) break;
            const auto content = inflater_.inflate(rest_.first(packed));
            rest_ = rest_.subspan(packed);
            is_complete_ = content.empty();
            if (!content.empty()) return content;
        }
        const bool ended = is_complete_ && rest_.empty();
        if (!ended && !child_.stopped_) throw damaged_file("what the decoder writes breaks off");
        return {};
    }
    std::uint64_t bytes_done() const noexcept override {
        const off_t at = ::lseek(child_.cram_.get(), 0, SEEK_CUR);
        return at < 0 ? 0 : static_cast<std::uint64_t>(at);
    }

 private:
    /// False when stopped.
    bool is_readable() {
        constexpr int look_up_ms = 100;
        for (;;) {
            if (child_.stop_.stop_requested()) {
                child_.stopped_ = true;
                child_.kill();
                return false;
            }
            pollfd waiting{child_.pipe_.get(), POLLIN, 0};
            const int ready = ::poll(&waiting, 1, look_up_ms);
            if (ready > 0) return true;
            if (ready < 0 && errno != EINTR) fail("poll");
        }
    }

    /// Whether `rest_` has at least `size` bytes, once enough was read.
    bool fill(std::size_t size) {
        if (rest_.size() < size) {
            std::copy(rest_.begin(), rest_.end(), bytes_.begin());
            rest_ = {bytes_.data(), rest_.size()};
        }
        while (rest_.size() < size && !child_.at_end_ && is_readable()) {
            std::uint8_t* const behind = bytes_.data() + rest_.size();
            const ssize_t n = ::read(child_.pipe_.get(), behind, bytes_.size() - rest_.size());
            if (n > 0) rest_ = {bytes_.data(), rest_.size() + static_cast<std::size_t>(n)};
            if (n == 0) child_.at_end_ = true;
            if (n < 0 && errno != EINTR && errno != EAGAIN) fail("read");
        }
        return rest_.size() >= size;
    }

    static constexpr std::size_t header_bytes = 18;
    cram_child& child_;
    hts::block_inflater inflater_;
    std::array<std::uint8_t, 4 * hts::block_bytes_max> bytes_;
    std::span<const std::uint8_t> rest_;  // of what was read
    bool is_complete_ = false;            // as long as the last block was an empty one
};

cram_child::cram_child(const reads_file& file, std::stop_token stop)
    : file_(file), stop_(std::move(stop)), cram_(opened_again(file.descriptor())) {}

cram_child::~cram_child() {
    kill();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

result<std::unique_ptr<cram_child>> cram_child::start(
    const reads_file& file,
    record_content content,
    const cram_decoding& decoding,
    std::stop_token stop,
    const std::optional<file_stretch>& part
) {
    auto arguments = decoding.command;
    if (arguments.empty() || ::access(arguments[0].c_str(), X_OK) != 0) {
        return error{errc::file_unusable, "is a CRAM, for which the decoder is not installed"};
    }
    std::unique_ptr<cram_child> child(new cram_child(file, std::move(stop)));
    const bool everything = content == record_content::everything;
    arguments.emplace_back(everything ? hts::everything_word : hts::alignments_word);
    if (everything && part) {
        arguments.back() += ':' + std::to_string(part->first) + ':' + std::to_string(part->end);
    }
    if (everything && decoding.fasta) {
        child->folder_ = new_folder(decoding.scratch);
        arguments.push_back(child->folder_.string());
        arguments.push_back(std::filesystem::absolute(*decoding.fasta).string());
    }
    child->spawn(arguments);
    return child;
}

void cram_child::spawn(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    pipe_.reset(ends[0]);
    const unique_fd out = above_standard(unique_fd(ends[1]));
    unique_fd report(::memfd_create("report", MFD_CLOEXEC));
    if (!report) fail("memfd_create");
    report_ = above_standard(std::move(report));
    // What htslib says there has names of files in it, and no end.
    unique_fd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!null) fail("open");
    const unique_fd nowhere = above_standard(std::move(null));
    const spawn_plan plan(cram_.get(), out.get(), nowhere.get(), report_.get());
    if (const int code = plan.start(arguments, pid_); code != 0) {
        pid_ = -1;
        fail("start the decoder", code);
    }
}

std::unique_ptr<hts::block_source> cram_child::output() {
    return std::make_unique<pipe_source>(*this);
}

void cram_child::kill() noexcept {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

int cram_child::wait() {
    constexpr milliseconds step(2);
    constexpr int steps_max = 5000;
    int status = 0;
    for (int i = 0; i < steps_max && !stop_.stop_requested(); ++i) {
        const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
        if (ended == pid_) {
            pid_ = -1;
            return status;
        }
        if (ended < 0 && errno != EINTR) fail("waitpid");
        std::this_thread::sleep_for(step);
    }
    kill();
    stopped_ = stop_.stop_requested();
    if (stopped_) return 0;
    throw damaged_file("the CRAM file cannot be decoded: the decoder did not end");
}

result<void> cram_child::finish() {
    if (stopped_) return stopping();
    if (!at_end_ || pid_ < 0) {
        kill();
        return {};
    }
    const int status = wait();
    return stopped_ ? stopping() : verdict(status);
}

/// The line that the child left, as far as it can be shown.
std::string cram_child::report() const {
    constexpr std::size_t shown_max = 300;
    std::string text(std::min<std::uint64_t>(identity_of(report_.get()).size, shown_max), '\0');
    if (!read_exactly(report_.get(), text.data(), text.size(), 0)) return {};
    for (char& c : text) {
        if (c < ' ' || c > '~') c = '?';
    }
    return text;
}

result<void> cram_child::verdict(int status) const {
    const std::string cannot = "the CRAM file cannot be decoded: ";
    if (!WIFEXITED(status)) {
        throw damaged_file(
            cannot + "the decoder crashed (signal " + std::to_string(WTERMSIG(status)) + ")"
        );
    }
    const std::string said = report();
    switch (static_cast<cram_exit>(WEXITSTATUS(status))) {
        case cram_exit::done:
            return {};
        case cram_exit::damaged:
            throw damaged_file(cannot + said);
        case cram_exit::no_reference: {
            std::size_t number = 0;
            std::from_chars(said.data(), said.data() + said.size(), number);
            const auto& references = file_.header().references;
            if (number >= references.size()) throw damaged_file(cannot + "its report is wrong");
            const auto& missing = references[number];
            const bool has_md5 = !missing.md5.empty();
            return error{
                errc::file_unusable,
                "needs the reference sequence " + missing.name +
                    (has_md5 ? " with the MD5 " + missing.md5 +
                                   "; a FASTA file with it must lie in "
                                   "the data set"
                             : ", but does not give its MD5, by which it would be found")};
        }
        case cram_exit::no_room:
            return error{errc::storage_full, "no room for a copy of the reference sequences"};
        case cram_exit::no_memory:
            return error{errc::unavailable, "not enough memory to decode the CRAM file"};
        default:
            throw damaged_file(
                cannot + "the decoder ended with status " + std::to_string(WEXITSTATUS(status))
            );
    }
}

}  // namespace callstream::reads
