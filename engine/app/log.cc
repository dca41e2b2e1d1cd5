// spdlog as a sink of JSON lines. Cold.
#include "engine/app/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "engine/base/json_writer.h"

namespace vigla {
namespace {

spdlog::logger& Logger() {
  static std::shared_ptr<spdlog::logger> logger = [] {
    auto created = spdlog::stderr_logger_mt("vigla");
    // The message is a JSON string already: control characters can't forge a line.
    created->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","text":%v})",
                         spdlog::pattern_time_type::utc);
    created->flush_on(spdlog::level::info);
    return created;
  }();
  return *logger;
}

void Write(spdlog::level::level_enum level, std::string_view message) {
  if (!Logger().should_log(level)) return;
  std::string text;
  AppendJsonString(message, &text);
  Logger().log(level, "{}", text);
}

}  // namespace

void SetLogLevel(std::string_view level) {
  Logger().set_level(level == "debug"     ? spdlog::level::debug
                     : level == "warning" ? spdlog::level::warn
                     : level == "error"   ? spdlog::level::err
                                          : spdlog::level::info);
}

void LogDebug(std::string_view message) { Write(spdlog::level::debug, message); }
void LogInfo(std::string_view message) { Write(spdlog::level::info, message); }
void LogWarning(std::string_view message) { Write(spdlog::level::warn, message); }
void LogError(std::string_view message) { Write(spdlog::level::err, message); }

}  // namespace vigla
