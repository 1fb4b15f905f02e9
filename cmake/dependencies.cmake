# Everything comes from the system's packages; nothing is downloaded. The names of the packages are
# in tools/setup.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS SSL Crypto)
find_package(SQLite3 3.40 REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS url json)
find_package(spdlog 1.10 CONFIG REQUIRED)
find_package(CLI11 2.1 CONFIG REQUIRED)
find_package(tomlplusplus 3.3 CONFIG REQUIRED)
find_package(simdjson 3.0 CONFIG REQUIRED)
find_package(zstd 1.5 CONFIG REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(HTSLIB REQUIRED IMPORTED_TARGET htslib>=1.16)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal>=2.30)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash>=0.8)

if(TARGET zstd::libzstd_shared)
    set(CALLSTREAM_ZSTD zstd::libzstd_shared)
else()
    set(CALLSTREAM_ZSTD zstd::libzstd)
endif()
