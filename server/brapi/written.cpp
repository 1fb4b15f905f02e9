#include "server/brapi/written.hpp"

#include "server/brapi/entity_fields.hpp"
#include "server/brapi/extract.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

std::optional<std::string> text_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

std::optional<std::vector<external_reference>> references_of(const json::object& from) {
    const auto* value = from.if_contains("externalReferences");
    if (value == nullptr || !value->is_array()) return std::nullopt;
    std::vector<external_reference> out;
    for (const auto& one : value->get_array()) {
        const auto& reference = one.as_object();
        out.push_back(
            {text_of(reference, "referenceId").value_or(""),
             text_of(reference, "referenceSource").value_or("")}
        );
    }
    return out;
}

std::shared_ptr<const written> written_of(entity_type type, const store::kept_entity& kept) {
    auto out = std::make_shared<written>();
    out->id = kept.id;
    out->made = kept.made;
    out->body = kept.body;
    const auto members = out->members();
    out->name = text_of(members, name_field_of(type));
    out->crop = text_of(members, "commonCropName");
    out->study_type = text_of(members, "studyType");
    out->program_id = text_of(members, "programDbId");
    out->program_name = text_of(members, "programName");
    out->trial_id = text_of(members, "trialDbId");
    out->trial_name = text_of(members, "trialName");
    out->study_id = text_of(members, "studyDbId");
    out->germplasm_id = text_of(members, "germplasmDbId");
    out->plate_id = text_of(members, "plateDbId");
    out->plate_name = text_of(members, "plateName");
    out->references = references_of(members);
    if (type != entity_type::extract) return out;
    auto extracted = read_extract(members);
    // That of a newer server may not be understood: it is not there.
    if (extracted) out->extracted = std::make_shared<const extract>(std::move(*extracted));
    return out;
}

std::optional<std::size_t> type_named(std::string_view kind) {
    for (std::size_t i = 0; i < entity_type_count; ++i) {
        if (name_of(static_cast<entity_type>(i)) == kind) return i;
    }
    return std::nullopt;  // of a newer server
}

}  // namespace

json::object written::members() const {
    auto parsed = http::parse_json_object(body);
    if (!parsed) throw std::runtime_error("the side store holds an entity that is no JSON object");
    return std::move(*parsed);
}

written_snapshot::written_snapshot() {
    types_.fill(std::make_shared<const entities>());
}

bool written_snapshot::any_but_extracts() const noexcept {
    for (std::size_t i = 0; i < entity_type_count; ++i) {
        if (static_cast<entity_type>(i) != entity_type::extract && !types_[i]->all.empty()) {
            return true;
        }
    }
    return false;
}

const written* written_snapshot::find(entity_type type, std::string_view id) const {
    const auto& known = of(type);
    if (known.all.empty()) return nullptr;
    const auto at = known.by_id.find(id);
    return at == known.by_id.end() ? nullptr : known.all[at->second].get();
}

/// The key is a view into the entity, so one that is replaced takes its key along.
void written_snapshot::entities::put(entity one) {
    const auto known = by_id.find(one->id);
    if (known == by_id.end()) {
        by_id.emplace(one->id, all.size());
        all.push_back(std::move(one));
        return;
    }
    const auto at = known->second;
    by_id.erase(known);
    by_id.emplace(one->id, at);
    all[at] = std::move(one);
}

std::shared_ptr<const written_snapshot> written_snapshot::changed_by(
    const store::entity_changes& changes
) const {
    auto out = std::make_shared<written_snapshot>();
    if (!changes.all) out->types_ = types_;
    std::array<std::shared_ptr<entities>, entity_type_count> changed;
    for (const auto& kept : changes.entities) {
        const auto type = type_named(kept.kind);
        if (!type) continue;
        auto& copy = changed[*type];
        if (copy == nullptr) copy = std::make_shared<entities>(*out->types_[*type]);
        copy->put(written_of(static_cast<entity_type>(*type), kept));
    }
    for (std::size_t i = 0; i < entity_type_count; ++i) {
        if (changed[i] != nullptr) out->types_[i] = std::move(changed[i]);
    }
    return out;
}

written_entities::snapshot_ptr written_entities::known() const {
    const auto changes = store_.entities().changes_here();
    const std::lock_guard lock(mutex_);
    return changes == changes_here_ && time_() < trusted_until_ ? now_ : nullptr;
}

written_entities::state written_entities::current() {
    if (auto now = known()) return {std::move(now), std::nullopt};
    const std::lock_guard lock(asking_);
    if (auto now = known()) return {std::move(now), std::nullopt};
    return ask();
}

/// What is written here while the store is asked counts as not seen, so the next one asks again.
written_entities::state written_entities::ask() {
    auto& entities = store_.entities();
    const auto changes_here = entities.changes_here();
    const auto asked = time_();
    const auto version = entities.version();
    if (!version) return {now_, version.error()};
    auto now = now_;  // nobody else changes it
    if (*version != version_) {
        const auto changes = entities.since(version_);
        if (!changes) return {now_, changes.error()};
        if (changes->all || !changes->entities.empty()) now = now->changed_by(*changes);
        version_ = changes->version;
    }
    const std::lock_guard lock(mutex_);
    now_ = now;
    changes_here_ = changes_here;
    trusted_until_ = asked + trusted_for;
    return {std::move(now), std::nullopt};
}

}  // namespace callstream::brapi
