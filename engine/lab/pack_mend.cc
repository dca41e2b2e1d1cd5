// Applies replacements to files, and takes back what did not help. Cold.
#include "engine/lab/pack_mend.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/lab/pack_check.h"

namespace vigla {
namespace {

namespace fs = std::filesystem;

constexpr int kRoundsMax = 20;  // one mistake may hide another, in as many layers as a pack has

using MendsByFile = std::map<std::string, std::vector<MendDone>>;

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return MakeError(absl::StatusCode::kUnavailable, absl::StrCat("can't read ", path));
  return text.str();
}

// Beside it, then in its place: nobody ever sees half a file.
absl::Status WriteWhole(const std::string& path, const std::string& text) {
  std::error_code failed;
  const fs::path target = fs::weakly_canonical(path, failed);
  const fs::path draft = target.string() + ".vigla-fix";
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) {
    fs::permissions(draft, fs::status(target, failed).permissions(), failed);
    fs::rename(draft, target, failed);
    if (!failed) return absl::OkStatus();
  }
  fs::remove(draft, failed);
  return MakeError(absl::StatusCode::kUnavailable, absl::StrCat("can't write ", path));
}

struct Found {
  std::map<std::string, int> errors;  // by file
  std::map<std::string, std::vector<Diagnostic>> mends;
};

Found FindMends(const std::vector<std::string>& paths, const LoadOptions& options) {
  Diagnostics diagnostics;
  LoadOptions quiet = options;
  quiet.lints = false;
  CheckPacks(paths, quiet, &diagnostics);
  Found found;
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity != Severity::kError) continue;
    ++found.errors[finding.at.file];
    if (finding.mend && finding.mend->is_located) found.mends[finding.at.file].push_back(finding);
  }
  return found;
}

MendDone DoneOf(const Diagnostic& finding) {
  return {finding.code,
          {finding.at.file, finding.mend->line, finding.mend->column},
          finding.mend->old_text,
          finding.mend->new_text};
}

class Mender {
 public:
  Mender(const std::vector<std::string>& paths, const LoadOptions& options)
      : paths_(paths), options_(options) {}

  absl::StatusOr<std::vector<MendDone>> Run() {
    Found found = FindMends(paths_, options_);
    for (int round = 0; round < kRoundsMax; ++round) {
      std::map<std::string, std::string> before;
      MendsByFile made;
      for (const auto& [file, findings] : found.mends) {
        if (given_up_.contains(file)) continue;
        ASSIGN_OR_RETURN(std::string source, ReadWhole(file));
        std::vector<Replacement> mends;
        for (const Diagnostic& finding : findings) {
          mends.push_back(*finding.mend);
          made[file].push_back(DoneOf(finding));
        }
        RETURN_IF_ERROR(WriteWhole(file, WithMends(source, std::move(mends))));
        before[file] = std::move(source);
      }
      if (made.empty()) break;
      Found after = FindMends(paths_, options_);
      for (auto& [file, mends] : made) {
        // A mended file may show what its old mistakes hid, but never lose the right to be loaded.
        if (after.errors[file] > found.errors[file] + static_cast<int>(mends.size())) {
          RETURN_IF_ERROR(WriteWhole(file, before[file]));
          given_up_.insert(file);
          continue;
        }
        done_.insert(done_.end(), mends.begin(), mends.end());
      }
      found = std::move(after);
    }
    return std::move(done_);
  }

 private:
  const std::vector<std::string>& paths_;
  const LoadOptions& options_;
  std::set<std::string> given_up_;
  std::vector<MendDone> done_;
};

}  // namespace

absl::StatusOr<std::vector<MendDone>> MendPacks(const std::vector<std::string>& paths,
                                                const LoadOptions& options) {
  return Mender(paths, options).Run();
}

}  // namespace vigla
