// Load options from settings, and findings for people. Cold.
#include "engine/app/rule_loading.h"

#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>

#include "engine/base/status.h"
#include "engine/model/time.h"

namespace vigla {

absl::StatusOr<LoadOptions> MakeLoadOptions(const Settings& settings,
                                            const KeyedHasher* hasher) {
  LoadOptions options;
  options.hasher = hasher;
  const auto base = CurrencyCode::Parse(settings.Text("rates.base"));
  if (!base) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "rates.base must be three capitals, such as EUR");
  }
  options.base_currency = *base;
  options.retention_us = settings.Int("engine.retention_days") * kDayUs;
  options.lateness_max_us = settings.Int("engine.lateness_max_days") * kDayUs;
  const std::string& path = settings.Text("rates.file");
  if (!path.empty()) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      return MakeError(absl::StatusCode::kNotFound, "rates.file: can't read " + path);
    }
    std::ostringstream text;
    text << file.rdbuf();
    ASSIGN_OR_RETURN(options.dated_rates, ReadRates(text.str(), *base));
  }
  return options;
}

std::vector<std::string> WithTuning(std::vector<std::string> paths, const Settings& settings) {
  const std::vector<std::string>& tuning = settings.List("rules.tuning");
  paths.insert(paths.end(), tuning.begin(), tuning.end());
  return paths;
}

std::optional<int32_t> DayOrToday(const std::string& date) {
  constexpr int64_t kSecondsADay = 86'400;
  if (date.empty()) return static_cast<int32_t>(std::time(nullptr) / kSecondsADay);
  return ParseDate(date);
}

void PrintDiagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    std::fprintf(stderr, "%s\n", FormatDiagnostic(diagnostic).c_str());
  }
  if (!diagnostics.all().empty()) {
    std::fprintf(stderr, "%d error(s), %d warning(s)\n", diagnostics.errors(),
                 diagnostics.warnings());
  }
}

}  // namespace vigla
