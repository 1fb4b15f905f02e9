# Flags of the project's own targets, on one interface target.
set(CALLSTREAM_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")
option(CALLSTREAM_WERROR "Treat warnings as errors" OFF)

add_library(project_options INTERFACE)
target_compile_features(project_options INTERFACE cxx_std_20)
target_compile_options(project_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(CALLSTREAM_WERROR)
    target_compile_options(project_options INTERFACE -Werror)
endif()

if(CALLSTREAM_SANITIZE)
    target_compile_options(project_options INTERFACE
        -fsanitize=${CALLSTREAM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(project_options INTERFACE -fsanitize=${CALLSTREAM_SANITIZE})
    if(CALLSTREAM_SANITIZE MATCHES "undefined")
        # This check asks the system through a pipe whether memory can be read, so it reports sound
        # objects while a test has used up all descriptors.
        target_compile_options(project_options INTERFACE -fno-sanitize=vptr)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # g++ 12 mistakes the allocation of coroutine frames for one of plain `new`.
        target_compile_options(project_options INTERFACE -Wno-mismatched-new-delete)
        if(CALLSTREAM_SANITIZE MATCHES "address")
            # Reports of use after scope cost minutes and gigabytes per coroutine file in g++ 12.
            target_compile_options(project_options INTERFACE -fno-sanitize-address-use-after-scope)
        endif()
        if(CALLSTREAM_SANITIZE MATCHES "thread")
            # Asio uses fences, which the thread sanitizer does not model.
            target_compile_options(project_options INTERFACE -Wno-tsan)
        endif()
    else()
        # clang 14 cannot compile coroutines with this check.
        target_compile_options(project_options INTERFACE -fno-sanitize=function)
    endif()
endif()

option(CALLSTREAM_FUZZ "Build the fuzzers (clang only)" OFF)
if(CALLSTREAM_FUZZ)
    # What libFuzzer steers by; its `main` is linked to the fuzzers alone.
    target_compile_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CALLSTREAM_CCACHE ccache)
if(CALLSTREAM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CALLSTREAM_CCACHE})
endif()
