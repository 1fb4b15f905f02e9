#include "server/http/asked_names.hpp"

namespace callstream::http {
namespace {

thread_local asked_names* watching = nullptr;

}  // namespace

asked_names::asked_names() {
    watching = this;
}

asked_names::~asked_names() {
    watching = nullptr;
}

void asked_names::note_parameter(std::string_view name) {
    if (watching != nullptr) watching->parameters.emplace(name);
}

void asked_names::note_member(std::string_view prefix, std::string_view name) {
    if (watching != nullptr) watching->members.insert(std::string(prefix).append(name));
}

}  // namespace callstream::http
