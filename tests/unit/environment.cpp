// What `main` does before anything else in the server, done for the tests.
#include "engine/hts/vcf_reader.hpp"

#include <gtest/gtest.h>

namespace {

class library_environment : public ::testing::Environment {
 public:
    void SetUp() override { callstream::hts::prepare_library(); }
};

const auto* const registered = ::testing::AddGlobalTestEnvironment(new library_environment);

}  // namespace
