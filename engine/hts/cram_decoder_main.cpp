#include "engine/hts/cram_decoder.hpp"

#include <unistd.h>

int main(int argc, char** argv) {
    // All is written and told; what libraries do at an exit could only go wrong in the sandbox.
    ::_exit(callstream::hts::cram_decoder_main(argc, argv));
}
