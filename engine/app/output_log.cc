// An instance's own outputs as logs. Cold.
#include "engine/app/output_log.h"

#include <filesystem>
#include <fstream>

#include "engine/base/status.h"

namespace vigla {
namespace {

// One NDJSON file, a line a record.
class FileLog final : public LogReader {
 public:
  explicit FileLog(const std::string& path) : file_(path, std::ios::binary), path_(path) {}
  bool IsOpen() const { return file_.is_open(); }
  absl::StatusOr<bool> Next(std::string_view* record) override {
    if (!std::getline(file_, line_)) {
      if (file_.bad()) return MakeError(absl::StatusCode::kUnavailable, "can't read " + path_);
      return false;
    }
    *record = line_;
    return true;
  }

 private:
  std::ifstream file_;
  std::string path_;
  std::string line_;
};

}  // namespace

std::unique_ptr<LogReader> OpenFolderLog(const std::string& folder, OutputTopic topic) {
  const std::filesystem::path path =
      std::filesystem::path(folder) / (std::string(OutputTopicName(topic)) + ".ndjson");
  auto log = std::make_unique<FileLog>(path.string());
  if (!log->IsOpen()) return nullptr;
  return log;
}

}  // namespace vigla
