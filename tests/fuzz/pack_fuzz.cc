// Any bytes as a pack: findings or a rule set whose body loads back; never a crash or a stall.
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/check.h"
#include "engine/rule/loader.h"
#include "engine/rule/pack_reader.h"
#include "engine/rule/rule_set_builder.h"

using namespace vigla;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const hasher = new KeyedHasher("fuzz");
  LoadOptions options;
  options.hasher = hasher;
  options.today_utc_day = 20'000;
  Diagnostics diagnostics;
  std::vector<std::unique_ptr<Pack>> packs;
  auto document = ReadYaml("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size), {},
                           &diagnostics);
  if (document != nullptr) {
    auto pack = ReadPack(std::move(document), &diagnostics);
    if (pack != nullptr) packs.push_back(std::move(pack));
  }
  const bool is_empty = packs.empty();
  RuleSetBuilder builder(std::move(packs), {}, options, &diagnostics);
  const auto rule_set = builder.Build();
  CHECK((rule_set == nullptr) == diagnostics.HasErrors());
  CHECK(!is_empty || diagnostics.HasErrors());
  for (const Diagnostic& finding : diagnostics.all()) FormatDiagnostic(finding);
  if (rule_set == nullptr) return 0;
  const auto again = LoadRuleSetBody(rule_set->body, options);
  CHECK(again.ok());
  CHECK((*again)->fingerprint == rule_set->fingerprint);
  CHECK((*again)->rules.size() == rule_set->rules.size());
  CHECK((*again)->features.size() == rule_set->features.size());
  return 0;
}
