// Rule sets as commands load them: one way, whatever the command. Cold.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/app/setting.h"
#include "engine/base/diagnostic.h"
#include "engine/base/hash.h"
#include "engine/rule/loader.h"

namespace vigla {

// Base currency, dated rates, retention and identity key of the settings. `hasher` must outlive
// every rule set that is loaded with the options.
absl::StatusOr<LoadOptions> MakeLoadOptions(const Settings& settings, const KeyedHasher* hasher);

// The rules' paths, tuning files behind them.
std::vector<std::string> WithTuning(std::vector<std::string> paths, const Settings& settings);

// A date, or today's in UTC where there is none; nothing if it is no date. The one place where the
// wall clock is read: what a person is warned of depends on the day.
std::optional<int32_t> DayOrToday(const std::string& date);

// Every finding to stderr, then a line that counts them.
void PrintDiagnostics(const Diagnostics& diagnostics);

}  // namespace vigla
