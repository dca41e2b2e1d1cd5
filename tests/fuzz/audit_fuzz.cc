// Any bytes as frames, entries, bodies and whole logs: read or refused, never a crash, and what is
// accepted as a frame is canonical, so that it is written again as it was read.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/canonical_reader.h"
#include "engine/audit/entry_reader.h"
#include "engine/audit/frame.h"
#include "engine/audit/rules_record.h"
#include "engine/audit/verifier.h"
#include "engine/base/check.h"

namespace vigla {
namespace {

class LineLog final : public LogReader {
 public:
  absl::StatusOr<bool> Next(std::string_view* record) override {
    if (next_ == lines.size()) return false;
    *record = lines[next_++];
    return true;
  }
  std::vector<std::string_view> lines;

 private:
  size_t next_ = 0;
};

void FuzzFrame(std::string_view json) {
  const auto frame = ParseFrame(json);
  if (!frame.ok()) return;
  size_t bytes = 0;
  for (const std::string_view entry : frame->entries) {
    CHECK(entry.data() >= json.data() && entry.data() + entry.size() <= json.data() + json.size());
    bytes += entry.size();
  }
  CHECK(bytes < json.size());
  if (!CheckFrame(*frame).ok()) return;
  // A sound frame of one part is what a builder makes of the same entries.
  if (frame->header.from.value == 0 || !frame->header.unknown_json.empty()) return;
  if (frame->header.kind != FrameKind::kMatches || frame->header.to < frame->header.from) return;
  FrameBuilder builder(frame->header.kind, json.size() * 4 + 4096);
  AuditChain chain(frame->header.previous, frame->header.number);
  builder.Begin(frame->header.epoch, frame->header.from, frame->header.rule_set);
  for (const std::string_view entry : frame->entries) builder.Add(entry, frame->header.from);
  std::vector<std::string> again;
  builder.Finish(frame->header.to, &chain, &again);
  CHECK(again.size() == 1 && again[0] == json);
}

void FuzzEntries(std::string_view json) {
  ReadIntakeEntry intake;
  ReadMatchEntry match;
  ReadAlertIdentity alert;
  ReadRejectRecord reject;
  ReadIntake(json, &intake);
  ReadMatch(json, &match);
  ReadAlert(json, &alert);
  ReadReject(json, &reject);
  std::string text;
  if (UnescapeJson(json, &text)) CHECK(text.size() <= json.size());
}

// Each line goes to the log that its first byte names.
void FuzzLogs(std::string_view text) {
  LineLog logs[6];
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.empty()) logs[static_cast<uint8_t>(line[0]) % 6].lines.push_back(line.substr(1));
  }
  VerifierInput input;
  input.journal = &logs[0];
  input.audit = &logs[1];
  input.alerts = &logs[2];
  input.alerts_shadow = &logs[3];
  input.rejects = &logs[4];
  input.rules = &logs[5];
  input.begins_anywhere = !logs[0].lines.empty() && logs[0].lines.size() % 2 == 0;
  input.findings_max = 10;
  const auto report = VerifyAudit(input);
  CHECK(report.ok());
  for (const Finding& finding : report->findings) CHECK(!FormatFinding(finding).empty());
}

}  // namespace
}  // namespace vigla

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      vigla::FuzzFrame(text);
      break;
    case 1:
      vigla::FuzzEntries(text);
      break;
    case 2: {
      vigla::RulesAssembler assembler;
      if (assembler.Add(text).ok()) assembler.Add(text).status().IgnoreError();
      break;
    }
    default:
      vigla::FuzzLogs(text);
  }
  return 0;
}
