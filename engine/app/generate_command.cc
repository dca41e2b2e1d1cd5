// Writes what the workload makes. Cold.
#include "engine/app/generate_command.h"

#include <cstdio>
#include <memory>

#include "engine/app/exit_code.h"

namespace vigla {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

bool WriteLine(std::string_view line, std::FILE* file) {
  return std::fwrite(line.data(), 1, line.size(), file) == line.size() &&
         std::fputc('\n', file) != EOF;
}

}  // namespace

int GenerateCommand(const WorkloadOptions& options, const std::string& output,
                    const std::string& labels) {
  File owned_output, owned_labels;
  std::FILE* transactions_file = stdout;
  if (!output.empty()) {
    owned_output.reset(std::fopen(output.c_str(), "wb"));
    transactions_file = owned_output.get();
  }
  if (!labels.empty()) owned_labels.reset(std::fopen(labels.c_str(), "wb"));
  if (transactions_file == nullptr || (!labels.empty() && owned_labels == nullptr)) {
    std::fprintf(stderr, "vigla generate: can't write %s\n",
                 (transactions_file == nullptr ? output : labels).c_str());
    return kExitInputOutput;
  }
  bool ok = true;
  GenerateReferenceWorkload(
      options,
      [&](std::string_view line) { ok = ok && WriteLine(line, transactions_file); },
      [&](std::string_view line) {
        if (owned_labels != nullptr) ok = ok && WriteLine(line, owned_labels.get());
      });
  ok = std::fflush(transactions_file) == 0 && ok;
  if (owned_labels != nullptr) ok = std::fflush(owned_labels.get()) == 0 && ok;
  if (!ok) std::fprintf(stderr, "vigla generate: writing failed; is the disk full?\n");
  return ok ? kExitOk : kExitInputOutput;
}

}  // namespace vigla
