#include "server/http/tls_identity.hpp"

#include "server/http/tls_channel.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::http {
namespace {

namespace fs = std::filesystem;
using testing::error_text;
using testing::fails_with;
using ::testing::HasSubstr;
using testing::new_key;
using testing::temp_dir;
using testing::tls_client;
using testing::write_certificate;
using testing::write_file;
using testing::write_key;
using testing::write_pair;

class tls_identity_test : public ::testing::Test {
 protected:
    temp_dir dir;
    tls_identity identity{dir / "cert.pem", dir / "key.pem"};

    /// Whom a new connection meets.
    std::string name() const {
        tls_channel channel(*identity.context());
        tls_client client;
        for (int i = 0; i < 3 && !client.handshake(); ++i) {
            channel.receive(client.take_output());
            channel.handshake();
            client.receive(channel.output());
            channel.sent(channel.output().size());
        }
        return client.server_name();
    }
};

TEST_F(tls_identity_test, reads_a_pair_once) {
    write_pair(dir.path(), "first");
    EXPECT_TRUE(identity.reload().value());
    EXPECT_FALSE(identity.reload().value());
    EXPECT_EQ(name(), "first");
    EXPECT_EQ(identity.doubt(), "");
}

TEST_F(tls_identity_test, takes_a_new_pair) {
    write_pair(dir.path(), "first");
    ASSERT_TRUE(identity.reload().value());
    write_pair(dir.path(), "second");
    EXPECT_TRUE(identity.reload().value());
    EXPECT_EQ(name(), "second");
}

TEST_F(tls_identity_test, keeps_the_old_pair_while_the_new_one_is_half_there) {
    write_pair(dir.path(), "first");
    ASSERT_TRUE(identity.reload().value());
    const auto key = new_key();
    write_certificate(dir / "cert.pem", *key, "second");
    EXPECT_TRUE(fails_with(identity.reload(), errc::file_unusable));
    EXPECT_FALSE(identity.reload().value()) << "said once";
    EXPECT_EQ(name(), "first");
    fs::remove(dir / "key.pem");
    write_key(dir / "key.pem", *key);
    EXPECT_TRUE(identity.reload().value());
    EXPECT_EQ(name(), "second");
}

TEST_F(tls_identity_test, says_what_is_wrong_with_which_file) {
    const auto refused = [&] { return error_text(identity.reload()); };
    EXPECT_THAT(refused(), HasSubstr("cert.pem"));
    write_file(dir / "cert.pem", "hello");
    EXPECT_THAT(refused(), HasSubstr("cert.pem"));
    const auto key = new_key();
    write_certificate(dir / "cert.pem", *key, "x");
    EXPECT_THAT(refused(), HasSubstr("key.pem"));
    write_file(dir / "key.pem", "hello");
    EXPECT_THAT(refused(), HasSubstr("key.pem"));
    fs::remove(dir / "key.pem");
    write_key(dir / "key.pem", *new_key());
    EXPECT_THAT(refused(), HasSubstr("key values mismatch"));
    fs::remove(dir / "key.pem");
    write_key(dir / "key.pem", *key, "secret");
    EXPECT_THAT(refused(), HasSubstr("key.pem")) << "and nobody is asked for the passphrase";
    EXPECT_EQ(identity.context(), nullptr);
}

TEST_F(tls_identity_test, refuses_a_key_of_another_kind) {
    const testing::key_ptr rsa(
        EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}), EVP_PKEY_free
    );
    write_pair(dir.path(), "x");
    fs::remove(dir / "key.pem");
    write_key(dir / "key.pem", *rsa);
    EXPECT_TRUE(fails_with(identity.reload(), errc::file_unusable));
}

TEST_F(tls_identity_test, doubts_what_clients_or_people_would) {
    write_pair(dir.path(), "x", {-7200, -3600});
    ASSERT_TRUE(identity.reload().value());
    EXPECT_THAT(identity.doubt(), HasSubstr("expired"));
    write_pair(dir.path(), "x", {3600, 7200});
    ASSERT_TRUE(identity.reload().value());
    EXPECT_THAT(identity.doubt(), HasSubstr("not valid yet"));
    write_pair(dir.path(), "x");
    fs::permissions(dir / "key.pem", fs::perms::others_read, fs::perm_options::add);
    ASSERT_TRUE(identity.reload().value());
    EXPECT_THAT(identity.doubt(), HasSubstr("key.pem"));
}

}  // namespace
}  // namespace callstream::http
