// The one table of configuration: every key with its type, default, bounds and meaning. Cold.
// Reader, `config show`, the generated reference and error messages all read this table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"

namespace vigla {

enum class SettingType : uint8_t { kText, kTextList, kInt, kBytes, kWord };

struct SettingInfo {
  std::string_view key;            // "engine.commit_interval_ms"
  SettingType type;
  std::string_view default_value;  // as written; "" = none
  int64_t min = 0, max = 0;        // of kInt and kBytes
  std::string_view words;          // of kWord: the allowed ones, separated by |
  std::string_view about;          // meaning, unit, trade-off
};
std::span<const SettingInfo> SettingTable();

// Where a value came from, strongest last.
enum class SettingOrigin : uint8_t { kDefault, kFile, kEnvironment, kCommandLine };

// The effective configuration. Lists are kept as their items.
class Settings {
 public:
  Settings();

  // A YAML file; ${VAR} and ${file:/path} are replaced in values, a missing one is an error.
  // Relative paths in it are relative to the working directory. All findings at once. Without
  // `is_here` (`check` may run anywhere), what is missing is a note, and the value is left out.
  void ReadFile(const std::string& path, Diagnostics* diagnostics, bool is_here = true);
  // Every VIGLA_A__B of the environment, for the key a.b.
  void ReadEnvironment(char** environment, Diagnostics* diagnostics);
  // `a.b=value`; items of a list are separated by commas.
  void Set(std::string_view assignment, Diagnostics* diagnostics);
  void SetList(std::string_view key, std::vector<std::string> items, SettingOrigin origin);

  const std::string& Text(std::string_view key) const;
  const std::vector<std::string>& List(std::string_view key) const;
  int64_t Int(std::string_view key) const;
  bool IsGiven(std::string_view key) const;
  // Properties under `kafka:`, passed through by name.
  const std::map<std::string, std::string>& kafka() const { return kafka_; }

  // Every key with its value and origin, secrets masked.
  std::string Show() const;

 private:
  struct Setting {
    std::vector<std::string> items;
    SettingOrigin origin = SettingOrigin::kDefault;
  };
  void Assign(std::string_view key, std::vector<std::string> items, SettingOrigin origin,
              const SourcePosition& at, Diagnostics* diagnostics);
  const Setting& Get(std::string_view key) const;

  std::map<std::string, Setting, std::less<>> settings_;
  std::map<std::string, std::string> kafka_;
};

}  // namespace vigla
