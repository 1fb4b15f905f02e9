#include "engine/hts/vcf_reader.hpp"
#include "server/cli/commands.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    callstream::hts::prepare_library();  // before any thread
    try {
        const auto asked = callstream::cli::parse_command_line(argc, argv);
        if (asked.serve) return callstream::cli::serve(*asked.serve);
        if (asked.ls) return callstream::cli::ls(*asked.ls);
        if (asked.index) return callstream::cli::index(*asked.index);
        if (asked.check) return callstream::cli::check(*asked.check);
        if (asked.token) return callstream::cli::token(*asked.token);
        if (asked.store) return callstream::cli::store(*asked.store);
        if (asked.order) return callstream::cli::order(*asked.order);
        if (asked.bench) return callstream::cli::bench(*asked.bench);
        return asked.exit_code;
    } catch (const std::exception& e) {
        std::cerr << "callstream: " << e.what() << "\n";
        return 1;
    }
}
