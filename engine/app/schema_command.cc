// Prints schemas: packs and settings from their tables, outputs as published in schema/. Cold.
#include "engine/app/schema_command.h"

#include <cstdio>
#include <string_view>

#include "engine/app/config_schema.h"
#include "engine/app/exit_code.h"
#include "engine/app/published_schema.h"
#include "engine/rule/pack_schema.h"

namespace vigla {
namespace {

using Generator = std::string (*)();
constexpr std::pair<std::string_view, Generator> kGenerated[] = {
    {"pack", PackSchema}, {"tests", TestsSchema}, {"config", ConfigSchema}};

void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

std::vector<std::string> SchemaNames() {
  std::vector<std::string> names;
  for (const auto& [name, generate] : kGenerated) names.emplace_back(name);
  for (const PublishedSchema& schema : PublishedSchemas()) names.emplace_back(schema.name);
  return names;
}

int SchemaCommand(const std::string& name) {
  for (const auto& [known, generate] : kGenerated) {
    if (known != name) continue;
    Print(generate());
    return kExitOk;
  }
  for (const PublishedSchema& schema : PublishedSchemas()) {
    if (schema.name != name) continue;
    Print(schema.text);
    return kExitOk;
  }
  return kExitUsage;
}

}  // namespace vigla
