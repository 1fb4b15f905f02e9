#include "engine/reads/bam_export.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/bgzf_writer.hpp"
#include "engine/hts/cram_bytes.hpp"
#include "engine/reads/bam_header.hpp"
#include "engine/reads/record_pass.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace callstream::reads {
namespace {

error exists_already() {
    return {errc::conflict, "there is a file of this name, which is not overwritten"};
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

result<export_outcome> write(
    const reads_file& file,
    const record_selection& selection,
    const cram_decoding& decoding,
    const std::filesystem::path& into,
    pass_progress& progress,
    std::stop_token stop
) {
    const auto header = bam_header_of(file);
    if (!header) return header.error();
    const temporary_file target(into);
    hts::bgzf_writer out(target.fd());
    out.add(bytes_of(hts::encode_bam_header(*header)));
    export_outcome outcome;
    const auto copy = [&](const hts::bam_record& record) -> result<void> {
        if (!selection.has(record.head.reference)) return {};
        out.add(record.bytes);
        ++outcome.records;
        return {};
    };
    const auto passed =
        each_record(file, record_content::everything, decoding, progress, std::move(stop), copy);
    if (!passed) return passed.error();
    out.finish();
    outcome.bytes = out.bytes_written();
    if (!target.publish_if_absent()) return exists_already();
    return outcome;
}

}  // namespace

result<record_selection> select_records(
    const reads_file& file, std::span<const std::string> names
) {
    const auto& references = file.header().references;
    record_selection out{names.empty(), std::vector<bool>(references.size()), false};
    for (const auto& name : names) {
        if (name == "*") {
            out.unplaced = true;
            continue;
        }
        const auto found = std::find_if(references.begin(), references.end(), [&](const auto& r) {
            return r.name == name;
        });
        if (found == references.end()) {
            return error{errc::not_found, "the file has no reference " + name};
        }
        out.references[static_cast<std::size_t>(found - references.begin())] = true;
    }
    return out;
}

result<export_outcome> export_bam(
    const reads_file& file,
    const record_selection& selection,
    const cram_decoding& decoding,
    const std::filesystem::path& into,
    pass_progress& progress,
    std::stop_token stop
) {
    std::error_code ignored;
    // Said before the work, too; what counts is how the name is taken after it.
    if (std::filesystem::exists(std::filesystem::symlink_status(into, ignored))) {
        return exists_already();
    }
    try {
        return write(file, selection, decoding, into, progress, std::move(stop));
    } catch (const std::system_error& e) {
        const int code = e.code().value();
        const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
        if (!full || e.code().category() != std::generic_category()) throw;
        return error{errc::storage_full, "there is no room for the file"};
    }
}

}  // namespace callstream::reads
