#include "server/cli/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>

namespace callstream::cli {
namespace {

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "callstream", std::make_shared<spdlog::sinks::stderr_sink_mt>()
        );
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
        return made;
    }();
    return *instance;
}

std::string one_line(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return text;
}

}  // namespace

void log_info(const std::string& text) {
    logger().info("{}", one_line(text));
}
void log_warning(const std::string& text) {
    logger().warn("{}", one_line(text));
}

int failure(std::string_view command, const std::string& why) {
    std::cerr << "callstream " << command << ": " << why << "\n";
    return 1;
}

}  // namespace callstream::cli
