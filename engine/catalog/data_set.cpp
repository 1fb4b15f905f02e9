#include "engine/catalog/data_set.hpp"

#include "engine/catalog/tsv.hpp"
#include "engine/core/file.hpp"
#include "engine/core/id.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>

namespace callstream::catalog {
namespace {

constexpr std::size_t description_bytes_max = std::size_t{16} << 20;
constexpr std::size_t table_bytes_max = std::size_t{1} << 30;

error wrong(std::string what) {
    return {errc::bad_request, std::move(what)};
}

using text_fields = std::vector<std::pair<std::string_view, std::string*>>;

/// Fills `fields` from a table in which nothing else may stand, except for what `others` takes.
template <class Others>
result<void> read_texts(
    const toml::table& table, const std::string& where, const text_fields& fields, Others others
) {
    for (const auto& [key, node] : table) {
        const std::string_view key_text = key.str();
        const std::string name = where + std::string(key_text);
        const auto field = std::find_if(fields.begin(), fields.end(), [key_text](const auto& f) {
            return f.first == key_text;
        });
        if (field == fields.end()) {
            const result<bool> taken = others(key_text, node);
            if (!taken) return taken.error();
            if (!*taken) return wrong("has an unknown key: " + name);
            continue;
        }
        const auto text = node.template value_exact<std::string>();
        if (!text) return wrong("wants a text in quotes for " + name);
        *field->second = *text;
    }
    return {};
}

result<void> read_texts(
    const toml::table& table, const std::string& where, const text_fields& fields
) {
    return read_texts(table, where, fields, [](std::string_view, const toml::node&) {
        return result<bool>(false);
    });
}

/// `"chr1H" = ["1H", "1"]`: all of these are one contig.
result<void> read_aliases(const toml::table& table, contig_names& into) {
    for (const auto& [key, node] : table) {
        std::vector<std::string> names = {std::string(key.str())};
        const auto* list = node.as_array();
        if (list == nullptr) return wrong("wants a list of names for aliases." + names.front());
        for (const auto& item : *list) {
            const auto name = item.value_exact<std::string>();
            if (!name) return wrong("wants texts in aliases." + names.front());
            names.push_back(*name);
        }
        into.declare(names);
    }
    return {};
}

/// Reads a section that is a table into `fields`; false when `key` is another one.
result<bool> read_section(
    std::string_view key, const toml::node& node, std::string_view name, const text_fields& fields
) {
    if (key != name) return false;
    if (!node.is_table()) return wrong("wants a section [" + std::string(name) + "]");
    if (auto read = read_texts(*node.as_table(), std::string(name) + ".", fields); !read) {
        return read.error();
    }
    return true;
}

result<void> apply_description(std::string_view text, data_set& out) {
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& e) {
        return wrong(
            "line " + std::to_string(e.source().begin.line) + ": " + std::string(e.description())
        );
    }
    std::string assembly_ids;
    std::string assembly_sources;
    const std::pair<std::string_view, text_fields> sections[] = {
        {"program", {{"id", &out.program.id}, {"name", &out.program.name}}},
        {"trial", {{"id", &out.trial.id}, {"name", &out.trial.name}}},
        {"study", {{"id", &out.study.id}, {"name", &out.study.name}, {"type", &out.study_type}}},
        {"contact",
         {{"name", &out.about.name},
          {"email", &out.about.email},
          {"institute", &out.about.institute}}},
        {"referenceSet",
         {{"assemblyPUI", &out.assembly.pui},
          {"description", &out.assembly.description},
          {"externalReferenceId", &assembly_ids},
          {"externalReferenceSource", &assembly_sources}}},
    };
    const text_fields top = {
        {"name", &out.name}, {"crop", &out.crop}, {"projectId", &out.project_id}};
    const auto outcome = read_texts(
        table,
        "",
        top,
        [&](std::string_view key, const toml::node& node) -> result<bool> {
            for (const auto& [name, fields] : sections) {
                auto taken = read_section(key, node, name, fields);
                if (!taken || *taken) return taken;
            }
            if (key != "aliases") return false;
            if (!node.is_table()) return wrong("wants a section [aliases]");
            if (auto read = read_aliases(*node.as_table(), out.contigs); !read) return read.error();
            return true;
        }
    );
    if (!outcome) return outcome.error();
    auto external = external_references_of(assembly_ids, assembly_sources);
    if (!external) return wrong("[referenceSet] " + external.error().text);
    out.assembly.external_references = std::move(*external);
    return {};
}

result<void> apply_samples(std::string_view text, data_set& out) {
    auto table = parse_tsv(text);
    if (!table) return table.error();
    const auto& columns = table->columns;
    if (std::find(columns.begin(), columns.end(), "sample") == columns.end()) {
        return wrong("has no column 'sample' with the names of the VCF columns");
    }
    for (auto& row : table->rows) {
        sample_facts facts;
        std::string sample;
        std::string ids;
        std::string sources;
        const std::array<std::pair<std::string_view, std::string*>, 8> known = {{
            {"sample", &sample},
            {"sampleDbId", &facts.sample_id},
            {"sampleName", &facts.sample_name},
            {"germplasmDbId", &facts.germplasm_id},
            {"germplasmName", &facts.germplasm_name},
            {"studyDbId", &facts.study_id},
            {"externalReferenceId", &ids},
            {"externalReferenceSource", &sources},
        }};
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto field = std::find_if(known.begin(), known.end(), [&](const auto& k) {
                return k.first == columns[i];
            });
            if (field != known.end()) {
                *field->second = std::move(row[i]);
            } else {
                facts.extra.emplace_back(columns[i], std::move(row[i]));
            }
        }
        auto references = external_references_of(ids, sources);
        if (!references) return wrong("sample '" + sample + "' " + references.error().text);
        facts.external_references = std::move(*references);
        if (!out.samples.emplace(sample, std::move(facts)).second) {
            return wrong("has the sample '" + sample + "' twice");
        }
        out.sample_order.push_back(std::move(sample));
    }
    return {};
}

result<void> apply_references(std::string_view text, data_set& out) {
    auto table = read_reference_table(text);
    if (!table) return table.error();
    out.references = std::move(*table);
    return {};
}

data_set without_description(const std::string& relative) {
    data_set out;
    out.id = id::encode(relative);
    out.relative = relative;
    out.name = relative;
    return out;
}

/// Of the files that are there, in a fixed order.
std::vector<file_identity> identities_of(const found_data_set& found) {
    std::vector<file_identity> out;
    for (const auto* file : {&found.description, &found.samples, &found.references}) {
        const auto identity = *file ? identity_of((*file)->path) : result<file_identity>({});
        out.push_back(identity ? *identity : file_identity{});
    }
    return out;
}

void complete(data_set& d) {
    for (auto* entity : {&d.program, &d.trial, &d.study}) {
        if (entity->id.empty()) entity->id = d.id;
        if (entity->name.empty()) entity->name = d.name;
    }
}

}  // namespace

const reference_facts* data_set::find_reference(const std::string& sequence) const {
    const auto at = references.find(sequence);
    return at == references.end() ? nullptr : &at->second;
}

const sample_facts* data_set::find_sample(const std::string& column) const {
    const auto at = samples.find(column);
    return at == samples.end() ? nullptr : &at->second;
}

std::shared_ptr<const data_set> read_data_set(
    const found_data_set& found, const std::shared_ptr<const data_set>& before
) {
    auto sources = identities_of(found);
    if (before != nullptr && before->sources == sources) return before;
    data_set out = without_description(found.relative);
    std::vector<problem> problems;
    const auto apply = [&](const std::optional<found_text>& file, std::size_t limit, auto read) {
        if (!file) return;
        data_set changed = out;
        auto text = read_whole(file->path, limit);
        const auto outcome = text ? read(*text, changed) : result<void>(text.error());
        if (outcome) {
            out = std::move(changed);
        } else {
            problems.push_back({file->relative, "is not used: it " + outcome.error().text});
        }
    };
    apply(found.description, description_bytes_max, apply_description);
    apply(found.samples, table_bytes_max, apply_samples);
    apply(found.references, table_bytes_max, apply_references);
    complete(out);
    out.problems = std::move(problems);
    out.sources = std::move(sources);
    return std::make_shared<const data_set>(std::move(out));
}

}  // namespace callstream::catalog
