// Local time of an event: hour, day of the week, date. Hot.
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "engine/base/status.h"
#include "engine/rule/function.h"

namespace vigla {
namespace {

// Names come from outside: what is kept of them must have a bound.
constexpr size_t kZonesKept = 1024;
constexpr size_t kZoneNameBytesMax = 64;

std::atomic<uint64_t> unknown_zones{0};  // a counter for metrics; orders nothing

// A relative name without tricks. "localtime" would be the machine's own zone.
bool IsZoneName(std::string_view name) {
  if (name.empty() || name.size() > kZoneNameBytesMax || name.front() == '/') return false;
  if (name == "localtime" || name.find("..") != std::string_view::npos) return false;
  for (char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '/' && c != '_' && c != '-' && c != '+') return false;
  }
  return true;
}

// The library remembers each name that it fails to load, for ever; hence the look beforehand.
bool HasZoneFile(const std::string& name) {
  const char* const folder = std::getenv("TZDIR");
  const std::string path = std::string(folder != nullptr ? folder : "/usr/share/zoneinfo");
  struct stat found;
  return stat((path + "/" + name).c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

struct Zone {
  absl::TimeZone zone = absl::UTCTimeZone();
  bool known = false;
};

Zone LoadZone(std::string_view name) {
  Zone loaded;
  const std::string text(name);
  if (IsZoneName(name) && HasZoneFile(text)) loaded.known = absl::LoadTimeZone(text, &loaded.zone);
  if (!loaded.known) loaded.zone = absl::UTCTimeZone();
  return loaded;
}

absl::TimeZone ZoneOf(std::string_view name) {
  if (name.empty() || name == "UTC") return absl::UTCTimeZone();
  static thread_local absl::flat_hash_map<std::string, Zone> zones;
  auto found = zones.find(ToAbsl(name));
  if (found == zones.end()) {
    if (zones.size() >= kZonesKept) zones.clear();
    found = zones.emplace(std::string(name), LoadZone(name)).first;
  }
  if (!found->second.known) unknown_zones.fetch_add(1, std::memory_order_relaxed);
  return found->second.zone;
}

absl::CivilSecond LocalSecond(int64_t time_us, std::string_view zone) {
  return absl::ToCivilSecond(absl::FromUnixMicros(time_us), ZoneOf(zone));
}

}  // namespace

int64_t DayOfWeek(int64_t time_us, std::string_view zone) {
  // absl counts from Monday, 0.
  return static_cast<int64_t>(absl::GetWeekday(LocalSecond(time_us, zone))) + 1;
}

int64_t HourOfDay(int64_t time_us, std::string_view zone) {
  return LocalSecond(time_us, zone).hour();
}

void AppendLocalDate(int64_t time_us, std::string_view zone, std::string* out) {
  const absl::CivilSecond second = LocalSecond(time_us, zone);
  const auto append = [out](int64_t number, int digits) {
    const std::string text = std::to_string(number);
    out->append(text.size() < static_cast<size_t>(digits) ? digits - text.size() : 0, '0');
    *out += text;
  };
  append(second.year(), 4);
  out->push_back('-');
  append(second.month(), 2);
  out->push_back('-');
  append(second.day(), 2);
}

uint64_t UnknownZoneCount() { return unknown_zones.load(std::memory_order_relaxed); }

}  // namespace vigla
