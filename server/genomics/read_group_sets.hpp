// What the resources of read group sets share.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <string_view>

namespace callstream::genomics {

/// `errc::not_found`. Valid as long as the snapshot.
result<const catalog::read_group_set*> find_read_group_set(
    const catalog::snapshot& now, std::string_view id
);

}  // namespace callstream::genomics
