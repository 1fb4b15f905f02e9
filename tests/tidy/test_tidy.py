"""What the compiler does not check: arrows between rooms, where libraries may appear, file sizes."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Room -> the rooms that it may include. A new arrow is a decision: change ARCHITECTURE.md with it.
ARROWS = {
    "engine/core": set(),
    "engine/hts": {"engine/core"},
    "engine/genotype": {"engine/core", "engine/hts"},
    "engine/columns": {"engine/core", "engine/hts"},
    "engine/variants": {"engine/columns", "engine/core", "engine/genotype", "engine/hts"},
    "engine/reads": {"engine/core", "engine/hts"},
    "engine/reference": {"engine/core", "engine/hts"},
    "engine/paging": {"engine/core", "engine/variants"},
    "engine/catalog": {
        "engine/core", "engine/hts", "engine/reads", "engine/reference", "engine/variants",
    },
    "engine/store": {"engine/core"},
    "server/streaming": {"engine/core"},
    "server/auth": {"engine/catalog", "engine/core", "engine/store"},
    "server/http": {"engine/core", "server/auth", "server/streaming"},
    "server/brapi": {
        "engine/catalog", "engine/columns", "engine/core", "engine/genotype", "engine/hts", "engine/paging",
        "engine/reference", "engine/store", "engine/variants", "server/exports", "server/http",
        "server/streaming", "server/auth",
    },
    "server/exports": {"engine/core", "engine/genotype", "engine/hts", "engine/variants", "server/streaming"},
    "server/files": {
        "engine/catalog", "engine/core", "engine/variants", "server/auth", "server/http", "server/streaming",
    },
    "server/ga4gh": set(),
    "server/genomics": {
        "engine/catalog", "engine/core", "engine/genotype", "engine/hts", "engine/paging", "engine/reads",
        "engine/store", "engine/variants", "server/auth", "server/http", "server/streaming",
    },
    "server/htsget": {
        "engine/catalog", "engine/core", "engine/hts", "engine/paging", "engine/reads", "engine/variants",
        "server/auth", "server/exports", "server/ga4gh", "server/http", "server/streaming",
    },
    "server/ops": {"engine/store", "engine/catalog", "engine/core", "server/http", "server/streaming", "server/auth"},
    "server/refget": {
        "engine/catalog", "engine/core", "engine/reference", "server/auth", "server/ga4gh", "server/http",
        "server/streaming",
    },
    "server/overview": {
        "engine/catalog", "engine/core", "engine/variants", "server/auth", "server/files", "server/http", "server/streaming",
    },
    "server/page": {"engine/core", "server/auth", "server/http"},
    "server/openapi": {"engine/core", "server/auth", "server/http", "server/page"},
    "server/vendor": {
        "engine/catalog", "engine/core", "engine/store", "engine/variants", "server/auth", "server/brapi",
        "server/http", "server/streaming",
    },
    "server/load": {"engine/core", "engine/hts"},
    "server/cli": {
        "engine/catalog", "engine/core", "engine/hts", "engine/reads", "engine/store",
        "engine/variants", "server/auth", "server/brapi", "server/files", "server/genomics",
        "server/htsget", "server/http", "server/load", "server/openapi", "server/ops", "server/overview",
        "server/page", "server/refget", "server/vendor",
    },
}
# Library header -> the only rooms that include it.
LIBRARIES = {
    "htslib/": {"engine/hts"},
    "isa-l/": {"engine/hts", "server/load", "server/streaming"},
    "boost/asio": {"server/http"},
    "boost/beast": {"server/http"},
    "openssl/": {"engine/core", "engine/paging", "server/http", "server/load"},
    "sqlite3.h": {"engine/store"},
    "spdlog/": {"server/cli"},
    "CLI/": {"server/cli"},
    "toml++/": {"engine/catalog", "server/cli"},
}
# Library header -> the only files that include it: sockets stay in few hands.
LIBRARY_FILES = {
    "boost/asio": {
        "asio.hpp", "asio_impl.cpp", "server.cpp", "session.cpp", "timed_socket.cpp", "timed_socket.hpp",
        "worker_call.hpp",
    },
    "boost/beast": {"beast_impl.cpp", "request_head.cpp"},
    "openssl/ssl.h": {"tls_channel.cpp", "tls_client.cpp", "tls_identity.cpp"},
}
# Our own headers that bring Asio along -> the only files that include them.
SOCKET_HEADERS = {"server/http/asio.hpp", "server/http/session.hpp", "server/http/timed_socket.hpp", "server/http/worker_call.hpp"}
LINES_MAX = 500


def sources():
    for top in ("engine", "server"):
        for path in sorted((ROOT / top).rglob("*.[ch]pp")):
            yield path, path.relative_to(ROOT).parent.as_posix()


class tidy(unittest.TestCase):
    def test_arrows_go_one_way(self):
        for path, room in sources():
            if room == "server":  # main.cpp
                continue
            for target in re.findall(r'#include "((?:engine|server)/\w+)/', path.read_text()):
                if target != room:
                    self.assertIn(target, ARROWS[room], f"{path} includes {target}")

    def test_libraries_stay_in_their_rooms(self):
        for path, room in sources():
            for header in re.findall(r"#include <([^>]+)>", path.read_text()):
                for library, rooms in LIBRARIES.items():
                    if header.startswith(library) and room != "server":
                        self.assertIn(room, rooms, f"{path} includes <{header}>")

    def test_sockets_stay_in_few_files(self):
        for path, _ in sources():
            text = path.read_text()
            for header in re.findall(r"#include <([^>]+)>", text):
                for library, files in LIBRARY_FILES.items():
                    if header.startswith(library):
                        self.assertIn(path.name, files, f"{path} includes <{header}>")
            if SOCKET_HEADERS & set(re.findall(r'#include "([^"]+)"', text)):
                files = LIBRARY_FILES["boost/asio"] | {"session.hpp"}
                self.assertIn(path.name, files, f"{path} sees a socket")

    def test_every_room_is_known(self):
        self.assertEqual({room for _, room in sources()} - {"server"}, set(ARROWS))

    def test_files_hold_one_concept(self):
        for path, _ in sources():
            self.assertLessEqual(len(path.read_text().splitlines()), LINES_MAX, path)

    def test_nothing_large_is_tracked(self):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
        if listed.returncode != 0:
            self.skipTest("not a git checkout")
        for name in filter(None, listed.stdout.decode().split("\0")):
            path = ROOT / name
            if path.is_file() and not path.is_symlink():
                self.assertLess(path.stat().st_size, 1_000_000, name)


if __name__ == "__main__":
    unittest.main()
