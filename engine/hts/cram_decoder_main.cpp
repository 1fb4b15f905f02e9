#include "engine/hts/cram_decoder.hpp"

int main(int argc, char** argv) {
    return callstream::hts::cram_decoder_main(argc, argv);
}
