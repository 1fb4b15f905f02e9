#include "engine/store/json_texts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace callstream::store {

std::string json_of(const std::vector<std::string>& texts) {
    return boost::json::serialize(boost::json::array(texts.begin(), texts.end()));
}

std::vector<std::string> texts_of(const std::string& json) {
    const auto array = boost::json::parse(json);
    std::vector<std::string> out;
    for (const auto& one : array.as_array()) out.emplace_back(one.as_string());
    return out;
}

}  // namespace callstream::store
