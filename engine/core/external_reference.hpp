// The name that another system has for something of ours.
#pragma once

#include <string>

namespace callstream {

struct external_reference {
    std::string id;      ///< an accession, a DOI, any URI
    std::string source;  ///< the system or registry
};

}  // namespace callstream
