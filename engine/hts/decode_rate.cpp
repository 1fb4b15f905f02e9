#include "engine/hts/decode_rate.hpp"

#include "engine/hts/handles.hpp"

#include <memory>
#include <new>
#include <stdexcept>

namespace callstream::hts {

decode_rate measure_decoding(
    const std::filesystem::path& path, const std::function<bool()>& goes_on
) {
    constexpr std::uint64_t ask_every = 1024;
    const std::unique_ptr<htsFile, close_file> file(hts_open(path.c_str(), "r"));
    if (!file) throw std::runtime_error("cannot open " + path.string());
    const header_handle header(bcf_hdr_read(file.get()));
    if (!header) throw std::runtime_error("cannot read the header of " + path.string());
    const record_handle record(bcf_init());
    if (!record) throw std::bad_alloc();

    decode_rate out;
    out.samples = static_cast<std::uint64_t>(bcf_hdr_nsamples(header.get()));
    const auto begin = std::chrono::steady_clock::now();
    int status = 0;
    while (out.records % ask_every != 0 || goes_on()) {
        status = bcf_read(file.get(), header.get(), record.get());
        if (status != 0) break;
        ++out.records;
    }
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (status < -1) throw std::runtime_error(path.string() + " is damaged");
    out.complete = status == -1;
    return out;
}

}  // namespace callstream::hts
