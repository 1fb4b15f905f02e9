#include "engine/core/digest.hpp"

#include <gtest/gtest.h>

namespace callstream {
namespace {

using kind = running_digest::kind;

TEST(digest, are_those_of_the_standards) {  // RFC 1321, appendix A.5; FIPS 180-4, examples
    EXPECT_EQ(digest_text(kind::md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(
        digest_text(kind::sha256, "abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    EXPECT_EQ(digest_text(kind::sha512, "").substr(0, 16), "cf83e1357eefb8bd");
}

TEST(digest, do_not_depend_on_how_the_bytes_came) {
    running_digest digest(kind::sha256);
    for (const char* part : {"a", "", "bc"}) digest.add(part);
    EXPECT_EQ(hex_of_bytes(digest.finish()), digest_text(kind::sha256, "abc"));
    EXPECT_EQ(hex_of_bytes(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
}

}  // namespace
}  // namespace callstream
