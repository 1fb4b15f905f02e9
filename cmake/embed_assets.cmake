# Writes the texts of ASSETS (names in FOLDER, separated by commas) into a C++ file, OUT: the function
# assets() of ROOM, as server/ROOM/assets.hpp has it. So does it with igv.js and its licence when IGV
# names the folder of its package: that is large, and left to the assembler.
# usage: cmake -DROOM=… -DFOLDER=… -DASSETS=… -DOUT=… [-DIGV=…] -P embed_assets.cmake
string(REPLACE "," ";" names "${ASSETS}")
set(table "")
set(count 0)
foreach(name IN LISTS names)
    file(READ "${FOLDER}/${name}" text)
    string(FIND "${text}" ")asset\"" clash)
    if(NOT clash EQUAL -1)
        message(FATAL_ERROR "${name} holds what ends a raw string")
    endif()
    string(APPEND table "    {\"${name}\", R\"asset(${text})asset\"},\n")
    math(EXPR count "${count} + 1")
endforeach()
set(large "")
if(IGV)
    set(script "${IGV}/dist/igv.esm.min.js")
    file(SIZE "${script}" size)
    file(READ "${IGV}/LICENSE" text)
    string(APPEND table "    {\"igv.esm.min.js\", {callstream_page_igv, ${size}}},\n")
    string(APPEND table "    {\"igv.LICENSE.txt\", R\"asset(${text})asset\"},\n")
    math(EXPR count "${count} + 2")
    set(large "asm(R\"asset(
    .pushsection .rodata
    .global callstream_page_igv
callstream_page_igv:
    .incbin \"${script}\"
    .popsection
)asset\");
extern \"C\" const char callstream_page_igv[]; // NOLINT

")
endif()
file(WRITE "${OUT}" "#include \"server/${ROOM}/assets.hpp\"

#include <array>

${large}namespace callstream::${ROOM} {
namespace {

constexpr std::array<page::asset, ${count}> embedded = {{
${table}}};

}  // namespace

std::span<const page::asset> assets() {
    return embedded;
}

}  // namespace callstream::${ROOM}
")
