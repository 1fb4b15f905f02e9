// The text of a VCF, packed into small BGZF blocks, so that lines run over their borders.
#include "engine/hts/vcf_reader.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"
#include "tests/fuzz/support/walk.hpp"

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    callstream::hts::prepare_library();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream;
    fuzzing::walk_variant_file(fuzzing::stored_bgzf(fuzzing::text_of(data, size)));
    return 0;
}
