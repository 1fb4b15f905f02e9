// What a process that runs code it does not trust may still ask of the system.
#pragma once

namespace callstream::hts {

enum class sandbox {
    opening_files,  ///< may open files, as far as its limits let it
    computing,      ///< may read, write and close what is open, and take memory
};

/// From now on, and for ever, every other system call of this process fails with EPERM: it cannot
/// start, signal or look into processes, make connections, or change anything by its name. May be
/// called again with a stricter one. False where the system or the machine cannot do it.
/// `PR_SET_NO_NEW_PRIVS` must be set.
bool enter(sandbox kind);

}  // namespace callstream::hts
