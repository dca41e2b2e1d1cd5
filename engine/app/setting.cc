// Reading and resolving the configuration: command line over environment over file. Cold.
#include "engine/app/setting.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/base/check.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {
namespace {

constexpr int64_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;

constexpr SettingInfo kTable[] = {
    {"input.kind", SettingType::kWord, "file", 0, 0, "file|kafka",
     "Where transactions come from."},
    {"input.topics", SettingType::kTextList, "", 0, 0, "",
     "Kafka topics to consume; the instance takes all their partitions."},
    {"input.path", SettingType::kTextList, "", 0, 0, "", "NDJSON files to read, in this order."},
    {"output.prefix", SettingType::kText, "vigla", 0, 0, "",
     "Output topics are <prefix>.alerts, .alerts.shadow, .audit, .journal, .rules, .rejects. "
     "Consumer group and transactional id derive from it: one instance a prefix."},
    {"output.dir", SettingType::kText, "", 0, 0, "",
     "Folder for alerts.ndjson, audit.ndjson, journal.ndjson, rules.ndjson, rejects.ndjson."},
    {"rules.paths", SettingType::kTextList, "", 0, 0, "",
     "Pack files, or folders of them (*.yaml but *.test.yaml)."},
    {"rules.tuning", SettingType::kTextList, "", 0, 0, "",
     "Tuning files, or folders of them: parameters, lists, states and exceptions of this site."},
    {"state.dir", SettingType::kText, "", 0, 0, "",
     "Folder of the RocksDB state. Losing it costs a replay of the input, nothing else."},
    {"rates.base", SettingType::kText, "EUR", 0, 0, "",
     "Base currency, where no pack names one in `rates`."},
    {"rates.file", SettingType::kText, "", 0, 0, "",
     "Dated exchange rates: a CSV of date,currency,rate (base per unit), or the ECB's "
     "eurofxref file as published. Not together with `rates` in a pack."},
    {"engine.lanes", SettingType::kInt, "0", 0, 256, "",
     "Threads that own subjects; 0 means one less than the machine's cores. Results do not "
     "depend on it."},
    {"engine.commit_interval_ms", SettingType::kInt, "100", 1, 60'000, "",
     "Time from an epoch's first record to its cut, longer only while commits don't keep up. "
     "Shorter: alerts are visible sooner. Longer: fewer, larger commits."},
    {"engine.epoch_records_max", SettingType::kInt, "100000", 1, 10'000'000, "",
     "Records after which an epoch is cut, whatever the time."},
    {"engine.epoch_bytes_max", SettingType::kBytes, "33554432", kMiB, kGiB, "",
     "Bytes of input after which an epoch is cut, whatever the time."},
    {"engine.batch_records_max", SettingType::kInt, "512", 1, 65'536, "",
     "Records polled at once: the unit that travels between threads."},
    {"engine.cache_bytes", SettingType::kBytes, "1073741824", 1, 1024 * kGiB, "",
     "Memory for subjects, of all lanes together. Smaller: more reads from the state."},
    {"engine.leg_log_bytes", SettingType::kBytes, "58720256", 1, 64 * kGiB, "",
     "Log of legs that images of their subjects may lag behind. Larger: fewer writes; smaller: "
     "shorter recovery, which reads it."},
    {"engine.write_back_bytes_max", SettingType::kBytes, "16777216", 1, kGiB, "",
     "Images written an epoch and lane. Smaller: smoother."},
    {"engine.index_blocks_cached", SettingType::kInt, "2048", 1, 1'000'000, "",
     "Blocks of 1,024 transaction ids kept in memory for evidence."},
    {"engine.block_cache_bytes", SettingType::kBytes, "134217728", kMiB, 64 * kGiB, "",
     "RocksDB's block cache."},
    {"engine.frame_bytes_max", SettingType::kBytes, "921600", 64 * kKiB, 64 * kMiB, "",
     "Largest audit frame; keep it under the broker's message.max.bytes."},
    {"engine.retention_days", SettingType::kInt, "407", 1, 4'000, "",
     "How long entries stay in ledgers; at least the longest window and lateness_max_days."},
    {"engine.lateness_max_days", SettingType::kInt, "7", 0, 365, "",
     "Older than its subject's newest entry by more: into the ledger, stateless rules only."},
    {"engine.future_max_hours", SettingType::kInt, "24", 0, 8'760, "",
     "Event times later than the received time by more are refused."},
    {"engine.free_bytes_min", SettingType::kBytes, "268435456", 0, 1024 * kGiB, "",
     "No epoch is begun while the state's volume has less free."},
    {"engine.identity_key", SettingType::kText, "vigla", 0, 0, "",
     "Key of the hashes that name subjects; the state remembers it. Choose one a deployment."},
    {"engine.instance", SettingType::kText, "vigla", 0, 0, "",
     "Name in the ce_source header of outputs."},
    {"admin.listen", SettingType::kText, "", 0, 0, "",
     "Loopback address and port of /metrics, /livez, /readyz, /status and POST /-/reload; "
     "empty: none."},
    {"log.level", SettingType::kWord, "info", 0, 0, "debug|info|warning|error",
     "What goes to stderr."},
};

const SettingInfo* FindSetting(std::string_view key) {
  const auto it = std::find_if(std::begin(kTable), std::end(kTable),
                               [&](const SettingInfo& info) { return info.key == key; });
  return it == std::end(kTable) ? nullptr : it;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    items.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return items;
}

// A number, or a number of KiB, MiB or GiB.
std::optional<int64_t> ParseAmount(std::string_view text, bool is_bytes) {
  int64_t unit = 1;
  for (const auto& [suffix, factor] :
       {std::pair<std::string_view, int64_t>{"KiB", kKiB}, {"MiB", kMiB}, {"GiB", kGiB}}) {
    if (is_bytes && text.ends_with(suffix)) {
      text.remove_suffix(suffix.size());
      while (text.ends_with(' ')) text.remove_suffix(1);
      unit = factor;
      break;
    }
  }
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (__builtin_mul_overflow(value, unit, &value)) return std::nullopt;
  return value;
}

bool HasWord(std::string_view words, std::string_view word) {
  const std::string all = "|" + std::string(words) + "|";
  return all.find("|" + std::string(word) + "|") != std::string::npos;
}

std::string TrimmedFile(const std::string& path, bool* ok) {
  std::ifstream file(path, std::ios::binary);
  *ok = static_cast<bool>(file);
  std::ostringstream text;
  text << file.rdbuf();
  std::string value = text.str();
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

// Replaces ${VAR} and ${file:/path}. Clears *is_whole where one is missing.
std::string Substitute(const std::string& text, const SourcePosition& at, bool* is_whole,
                       Diagnostics* diagnostics) {
  std::string out;
  size_t position = 0;
  while (true) {
    const size_t start = text.find("${", position);
    const size_t end = start == std::string::npos ? start : text.find('}', start);
    if (end == std::string::npos) return out + text.substr(position);
    out += text.substr(position, start - position);
    const std::string name = text.substr(start + 2, end - start - 2);
    position = end + 1;
    if (name.starts_with("file:")) {
      bool ok = false;
      out += TrimmedFile(name.substr(5), &ok);
      if (!ok) {
        *is_whole = false;
        diagnostics->Error("VG0104", at, "the file of " + name + " can't be read",
                           "create it, readable for this user");
      }
    } else if (const char* value = std::getenv(name.c_str())) {
      out += value;
    } else {
      *is_whole = false;
      diagnostics->Error("VG0103", at, "the environment has no variable " + name,
                         "set it, or write the value here");
    }
  }
}

bool IsSecret(std::string_view key) {
  for (std::string_view word : {"password", "secret", "sasl.jaas", "key.pem", "identity_key"}) {
    if (key.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::span<const SettingInfo> SettingTable() { return kTable; }

Settings::Settings() {
  for (const SettingInfo& info : kTable) {
    Setting& setting = settings_[std::string(info.key)];
    if (!info.default_value.empty()) setting.items = {std::string(info.default_value)};
  }
}

void Settings::Assign(std::string_view key, std::vector<std::string> items,
                      SettingOrigin origin, const SourcePosition& at,
                      Diagnostics* diagnostics) {
  if (key.starts_with("kafka.")) {
    if (items.size() == 1) kafka_[std::string(key.substr(6))] = items[0];
    return;
  }
  const SettingInfo* info = FindSetting(key);
  if (info == nullptr) {
    std::vector<std::string_view> known;
    for (const SettingInfo& candidate : kTable) known.push_back(candidate.key);
    const std::string nearest = NearestWord(key, known);
    diagnostics->Error("VG0101", at, "unknown setting '" + std::string(key) + "'",
                       nearest.empty() ? "`vigla config show` lists all settings"
                                       : "did you mean '" + nearest + "'?");
    return;
  }
  if (info->type != SettingType::kTextList && items.size() != 1) {
    diagnostics->Error("VG0102", at, "'" + std::string(key) + "' takes one value");
    return;
  }
  if (info->type == SettingType::kInt || info->type == SettingType::kBytes) {
    const auto value = ParseAmount(items[0], info->type == SettingType::kBytes);
    if (!value || *value < info->min || *value > info->max) {
      diagnostics->Error("VG0102", at,
                         "'" + std::string(key) + "' must be a whole number from " +
                             std::to_string(info->min) + " to " + std::to_string(info->max),
                         std::string(info->about));
      return;
    }
    items[0] = std::to_string(*value);
  }
  if (info->type == SettingType::kWord && !HasWord(info->words, items[0])) {
    diagnostics->Error("VG0102", at,
                       "'" + std::string(key) + "' must be one of " + std::string(info->words));
    return;
  }
  settings_[std::string(key)] = {std::move(items), origin};
}

void Settings::ReadFile(const std::string& path, Diagnostics* diagnostics, bool is_here) {
  bool ok = false;
  std::string text = TrimmedFile(path, &ok) + "\n";
  if (!ok) {
    diagnostics->Error("VG0100", {path, 0, 0}, "the configuration file can't be read");
    return;
  }
  const auto document = ReadYaml(path, std::move(text), {}, diagnostics);
  if (document == nullptr) return;
  if (!document->root.IsMapping()) {
    diagnostics->Error("VG0102", document->At(document->root),
                       "a configuration is a mapping of sections such as `input:`");
    return;
  }
  for (const YamlEntry& section : document->root.entries) {
    if (!section.value.IsMapping()) {
      diagnostics->Error("VG0102", document->At(section),
                         "the section '" + section.key + "' must be a mapping");
      continue;
    }
    for (const YamlEntry& entry : section.value.entries) {
      const SourcePosition at = document->At(entry);
      std::vector<std::string> items;
      bool is_whole = true;
      Diagnostics missing;
      if (entry.value.IsScalar()) {
        items.push_back(Substitute(entry.value.text, at, &is_whole, &missing));
      }
      for (const YamlNode& item : entry.value.items) {
        items.push_back(Substitute(item.text, at, &is_whole, &missing));
      }
      for (Diagnostic& finding : missing.all()) {
        if (!is_here) finding.severity = Severity::kNote;
        diagnostics->Add(std::move(finding));
      }
      if (!is_whole && !is_here) continue;
      Assign(section.key + "." + entry.key, std::move(items), SettingOrigin::kFile, at,
             diagnostics);
    }
  }
}

void Settings::ReadEnvironment(char** environment, Diagnostics* diagnostics) {
  for (char** variable = environment; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const size_t equals = text.find('=');
    if (!text.starts_with("VIGLA_") || equals == std::string_view::npos) continue;
    std::string key(text.substr(6, equals - 6));
    const size_t gap = key.find("__");
    if (gap == std::string::npos) continue;  // VIGLA_CACHE and the like are not settings
    std::transform(key.begin(), key.end(), key.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    key.replace(gap, 2, ".");
    if (key.starts_with("kafka.")) std::replace(key.begin(), key.end(), '_', '.');
    const SettingInfo* info = FindSetting(key);
    const std::string value(text.substr(equals + 1));
    const bool is_list = info != nullptr && info->type == SettingType::kTextList;
    Assign(key, is_list ? SplitList(value) : std::vector<std::string>{value},
           SettingOrigin::kEnvironment, {"environment", 0, 0}, diagnostics);
  }
}

void Settings::Set(std::string_view assignment, Diagnostics* diagnostics) {
  const size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    diagnostics->Error("VG0102", {"--set", 0, 0},
                       "'" + std::string(assignment) + "' is not of the form a.b=value");
    return;
  }
  const std::string_view key = assignment.substr(0, equals);
  const std::string value(assignment.substr(equals + 1));
  const SettingInfo* info = FindSetting(key);
  const bool is_list = info != nullptr && info->type == SettingType::kTextList;
  Assign(key, is_list ? SplitList(value) : std::vector<std::string>{value},
         SettingOrigin::kCommandLine, {"--set", 0, 0}, diagnostics);
}

void Settings::SetList(std::string_view key, std::vector<std::string> items,
                       SettingOrigin origin) {
  CHECK(FindSetting(key) != nullptr);
  settings_[std::string(key)] = {std::move(items), origin};
}

const Settings::Setting& Settings::Get(std::string_view key) const {
  const auto it = settings_.find(key);
  CHECK(it != settings_.end());
  return it->second;
}

const std::string& Settings::Text(std::string_view key) const {
  static const std::string kNone;
  const Setting& setting = Get(key);
  return setting.items.empty() ? kNone : setting.items[0];
}

const std::vector<std::string>& Settings::List(std::string_view key) const {
  return Get(key).items;
}

int64_t Settings::Int(std::string_view key) const {
  return ParseAmount(Text(key), false).value_or(0);
}

bool Settings::IsGiven(std::string_view key) const {
  return Get(key).origin != SettingOrigin::kDefault;
}

std::string Settings::Show() const {
  static constexpr std::string_view kOrigins[] = {"default", "file", "environment",
                                                  "command line"};
  std::string out;
  for (const auto& [key, setting] : settings_) {
    std::string value;
    for (const std::string& item : setting.items) value += (value.empty() ? "" : ", ") + item;
    if (IsSecret(key) && setting.origin != SettingOrigin::kDefault) value = "********";
    out += key + " = " + value + "  # " +
           std::string(kOrigins[static_cast<size_t>(setting.origin)]) + "\n";
  }
  for (const auto& [key, value] : kafka_) {
    out += "kafka." + key + " = " + (IsSecret(key) ? "********" : value) + "\n";
  }
  return out;
}

}  // namespace vigla
