#include "tests/support/failing_disk.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>
#include <stdexcept>

namespace callstream::testing {
namespace {

struct plan {
    std::atomic<bool> active = false;
    failing_disk::operation what = failing_disk::operation::write;
    std::atomic<int> left = 0;  // until the fault
    bool for_ever = false;
    int code = SQLITE_FULL;
    std::atomic<bool> met = false;

    /// What an operation comes to instead; SQLITE_OK: nothing is wrong with it.
    int outcome(failing_disk::operation now) {
        if (!active || now != what) return SQLITE_OK;
        const int number = --left;
        if (number > 0 || (number < 0 && !for_ever)) return SQLITE_OK;
        met = true;
        return code;
    }
};
plan& the_plan() {
    static plan p;
    return p;
}

/// SQLite hands out memory of `szOsFile` bytes; the real file lies behind ours.
struct file {
    sqlite3_file base;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
file& ours(sqlite3_file* f) {
    return *reinterpret_cast<file*>(f);
}
sqlite3_file* real(sqlite3_file* f) {
    return ours(f).real();
}
sqlite3_vfs* real_vfs(sqlite3_vfs* v) {
    return static_cast<sqlite3_vfs*>(v->pAppData);
}

int write(sqlite3_file* f, const void* bytes, int count, sqlite3_int64 offset) {
    const int failed = the_plan().outcome(failing_disk::operation::write);
    return failed != SQLITE_OK ? failed : real(f)->pMethods->xWrite(real(f), bytes, count, offset);
}
int sync(sqlite3_file* f, int flags) {
    const int failed = the_plan().outcome(failing_disk::operation::sync);
    if (failed != SQLITE_OK) return failed == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
    return real(f)->pMethods->xSync(real(f), flags);
}

const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* into, int count, sqlite3_int64 offset
             ) { return real(f)->pMethods->xRead(real(f), into, count, offset); },
    .xWrite = &write,
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); },
    .xSync = &sync,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
    .xLock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
    .xUnlock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
    .xCheckReservedLock = [](sqlite3_file* f, int* held
                          ) { return real(f)->pMethods->xCheckReservedLock(real(f), held); },
    .xFileControl = [](sqlite3_file* f, int what, void* with
                    ) { return real(f)->pMethods->xFileControl(real(f), what, with); },
    .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f
                              ) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    .xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** into
               ) { return real(f)->pMethods->xShmMap(real(f), page, size, extend, into); },
    .xShmLock = [](sqlite3_file* f, int offset, int n, int flags
                ) { return real(f)->pMethods->xShmLock(real(f), offset, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f,
                    int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
    auto& made = ours(f);
    made.base.pMethods = nullptr;
    const int status = real_vfs(v)->xOpen(real_vfs(v), name, made.real(), flags, out);
    if (made.real()->pMethods != nullptr) made.base.pMethods = &methods;
    return status;
}

sqlite3_vfs& the_vfs() {
    static sqlite3_vfs vfs;
    return vfs;
}

}  // namespace

failing_disk::failing_disk() {
    auto* usual = sqlite3_vfs_find(nullptr);
    auto& vfs = the_vfs();
    vfs = *usual;
    vfs.zName = "failing";
    vfs.szOsFile = static_cast<int>(sizeof(file)) + usual->szOsFile;
    vfs.pAppData = usual;
    vfs.xOpen = &open;
    // What is left is called with our vfs and looks at nothing of it but the names of paths.
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) throw std::runtime_error("no failing disk");
    mend();
}

failing_disk::~failing_disk() {
    mend();
    sqlite3_vfs_unregister(&the_vfs());
}

void failing_disk::fail(operation what, int n, bool for_ever, fault how) {
    auto& p = the_plan();
    p.active = false;
    p.what = what;
    p.left = n;
    p.for_ever = for_ever;
    p.code = how == fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    p.met = false;
    p.active = true;
}

void failing_disk::mend() {
    the_plan().active = false;
}

bool failing_disk::has_failed() const {
    return the_plan().met;
}

}  // namespace callstream::testing
