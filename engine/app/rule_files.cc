// Loads, looks whether the files are still what was loaded, and loads again if not. Cold.
#include "engine/app/rule_files.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/base/hash.h"
#include "engine/rule/diagnostic_codes.h"

namespace vigla {
namespace {

namespace fs = std::filesystem;

constexpr int kReadings = 5;
constexpr auto kPause = std::chrono::milliseconds(100);

// A folder's time changes with every file that is added, removed or renamed over another.
std::vector<fs::file_time_type> FolderTimes(const std::vector<std::string>& paths) {
  std::vector<fs::file_time_type> times;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) times.push_back(fs::last_write_time(path, ignored));
  }
  return times;
}

bool IsUnchanged(const RuleFile& file) {
  std::ifstream stream(file.path, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return stream && Sha256::Of(content.str()) == file.digest;
}

}  // namespace

std::shared_ptr<const RuleSet> LoadSettledRuleSet(const RuleFileSet& files,
                                                  const std::function<bool()>& keep_on,
                                                  Diagnostics* diagnostics) {
  for (int reading = 1;; ++reading) {
    Diagnostics findings;
    const std::vector<fs::file_time_type> before = FolderTimes(files.paths);
    auto rule_set = LoadRuleSet(files.paths, files.options, &findings);
    bool settled = rule_set != nullptr && FolderTimes(files.paths) == before;
    if (settled) {
      for (const RuleFile& file : rule_set->files) settled = settled && IsUnchanged(file);
    }
    if (settled || reading == kReadings || !keep_on()) {
      if (rule_set != nullptr && !settled) {
        findings.Error(diagnostic::kChangesWhileRead.code, {},
                       "the rule files change while they are read",
                       "write a new set beside the old one and rename it into place");
        rule_set = nullptr;
      }
      *diagnostics = std::move(findings);
      return rule_set;
    }
    // A set that does not load may be half written: one more look is enough to tell.
    if (rule_set == nullptr) reading = std::max(reading, kReadings - 1);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace vigla
