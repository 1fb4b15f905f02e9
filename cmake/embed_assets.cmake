# Writes the texts of ASSETS (names in FOLDER, separated by commas) into a C++ file, OUT: the
# function assets() of ROOM, as server/ROOM/assets.hpp has it.
# usage: cmake -DROOM=… -DFOLDER=… -DASSETS=… -DOUT=… -P embed_assets.cmake
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
file(WRITE "${OUT}" "#include \"server/${ROOM}/assets.hpp\"

#include <array>

namespace callstream::${ROOM} {
namespace {

constexpr std::array<page::asset, ${count}> embedded = {{
${table}}};

}  // namespace

std::span<const page::asset> assets() {
    return embedded;
}

}  // namespace callstream::${ROOM}
")
