// Several texts as one: a JSON array, which SQL's `json_each` takes apart too.
#pragma once

#include <string>
#include <vector>

namespace callstream::store {

std::string json_of(const std::vector<std::string>& texts);
/// Of what `json_of` made; throws std::runtime_error for anything else.
std::vector<std::string> texts_of(const std::string& json);

}  // namespace callstream::store
