// A server over two FASTA files, of which one is described in every field.
#pragma once

#include "tests/support/brapi_server.hpp"
#include "tests/support/reference_builder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::testing {

class described_references : public ::testing::Test {
 protected:
    void SetUp() override {
        const auto folder = server.folder();
        write_file(folder / "plain.fa", fasta_text("1", "acgtn"));
        write_file(
            folder / "maize" / "b.fa", fasta_text("c1", "ACGT") + fasta_text("c:2", "TTTTTT")
        );
        write_file(
            folder / "maize" / "dataset.toml",
            "crop = \"maize\"\n[program]\nid = \"p\"\nname = \"P\"\n"
            "[trial]\nid = \"t\"\nname = \"T\"\n[study]\nid = \"s\"\nname = \"S\"\n"
            "[referenceSet]\nassemblyPUI = \"A_1\"\ndescription = \"best\"\n"
            "externalReferenceId = \"set\"\nexternalReferenceSource = \"Z\"\n"
        );
        write_file(
            folder / "maize" / "references.tsv",
            "name\tcommonCropName\texternalReferenceId\texternalReferenceSource\tisDerived\t"
            "md5checksum\tsourceAccessions\tsourceDivergence\tsourceGermplasmDbId\t"
            "sourceGermplasmName\tsourceURI\tspeciesTerm\tspeciesTermURI\tadditionalInfo\n"
            "c1\tcorn\tx;y\tX;Y\ttrue\t\tA.1;B.1\t0.5\tg1;g2\tG1;G2\thttp://u\tZea\tT:1\t"
            "{\"k\":\"v\"}\n"
            "c:2\t\t\t\tfalse\t\tC.1\t\t\t\thttp://u\tZea\tT:1\ta note\n"
        );
        server.start();
    }
    /// The ids of what a GET finds, joined with blanks; else the status.
    std::string found(const std::string& target, const char* id) {
        return ids_of(server.get(target), id);
    }
    /// Of a search.
    std::string searched(const std::string& path, const std::string& body, const char* id) {
        return ids_of(server.post(path, body, {"Prefer: respond-sync"}), id);
    }

    brapi_server server;

 private:
    static std::string ids_of(const answer& a, const char* id) {
        if (a.status != 200) return std::to_string(a.status);
        std::string joined;
        const auto document = a.json();
        for (const auto& item : document.at("result").at("data").as_array()) {
            joined += joined.empty() ? "" : " ";
            joined += std::string_view(item.at(id).as_string());
        }
        // What nobody understood would be ignored, and find everything.
        EXPECT_EQ(a.body.find("is not known here"), std::string::npos) << a.body;
        return joined;
    }
};

}  // namespace callstream::testing
