// Owners of what htslib allocates. Only for sources of this room: it includes htslib.
#pragma once

#include <htslib/hts.h>
#include <htslib/kstring.h>
#include <htslib/vcf.h>

#include <memory>
#include <string_view>

namespace callstream::hts {

struct close_file {
    void operator()(htsFile* f) const noexcept { hts_close(f); }
};
struct destroy_header {
    void operator()(bcf_hdr_t* h) const noexcept { bcf_hdr_destroy(h); }
};
struct destroy_record {
    void operator()(bcf1_t* r) const noexcept { bcf_destroy(r); }
};
struct destroy_header_line {
    void operator()(bcf_hrec_t* l) const noexcept { bcf_hrec_destroy(l); }
};

using header_handle = std::unique_ptr<bcf_hdr_t, destroy_header>;
using record_handle = std::unique_ptr<bcf1_t, destroy_record>;
using header_line_handle = std::unique_ptr<bcf_hrec_t, destroy_header_line>;

/// A text that htslib writes to.
struct text_handle {
    text_handle() = default;
    text_handle(const text_handle&) = delete;
    text_handle& operator=(const text_handle&) = delete;
    ~text_handle() { ks_free(&text); }
    std::string_view view() const { return {text.s, text.l}; }

    kstring_t text = KS_INITIALIZE;
};

}  // namespace callstream::hts
