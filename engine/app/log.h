// The log: one JSON object a line on stderr; never an account, a name or an id. Cold.
#pragma once

#include <string>
#include <string_view>

namespace vigla {

// "debug", "info", "warning", "error". Before the first call: info.
void SetLogLevel(std::string_view level);

void LogDebug(std::string_view message);
void LogInfo(std::string_view message);
void LogWarning(std::string_view message);
void LogError(std::string_view message);

}  // namespace vigla
