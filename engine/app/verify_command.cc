// Feeds the verifier from files or topics and says what it found. Cold.
#include "engine/app/verify_command.h"

#include <cstdio>
#include <memory>

#include "engine/app/exit_code.h"
#include "engine/app/output_log.h"
#include "engine/app/topic_log.h"
#include "engine/audit/verifier.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/pipeline/ports.h"

namespace vigla {
namespace {

struct Logs {
  std::unique_ptr<LogReader> by_topic[kOutputTopicCount];
  LogReader* Of(OutputTopic topic) const { return by_topic[static_cast<size_t>(topic)].get(); }
};

constexpr OutputTopic kTopics[] = {OutputTopic::kAlerts,  OutputTopic::kAlertsShadow,
                                   OutputTopic::kAudit,   OutputTopic::kJournal,
                                   OutputTopic::kRules,   OutputTopic::kRejects};

absl::StatusOr<Logs> OpenFolder(const std::string& folder) {
  Logs logs;
  for (OutputTopic topic : kTopics) {
    logs.by_topic[static_cast<size_t>(topic)] = OpenFolderLog(folder, topic);
  }
  if (logs.Of(OutputTopic::kJournal) == nullptr || logs.Of(OutputTopic::kAudit) == nullptr) {
    return MakeError(absl::StatusCode::kNotFound,
                     "no journal.ndjson and audit.ndjson in " + folder);
  }
  return logs;
}

absl::StatusOr<Logs> OpenTopics(const Settings& settings) {
  ASSIGN_OR_RETURN(TopicLogs topics, OpenTopicLogs(settings));
  Logs logs;
  for (OutputTopic topic : kTopics) {
    logs.by_topic[static_cast<size_t>(topic)] = topics.Open(topic);
  }
  return logs;
}

std::string ReportJson(const VerifyReport& report) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Field("schema", "vigla.verify.v1")
      .Field("ok", report.ok())
      .CounterField("epochs", report.epochs)
      .CounterField("frames", report.frames)
      .CounterField("intake_entries", report.intake_entries)
      .CounterField("match_entries", report.match_entries)
      .CounterField("alerts", report.alerts)
      .CounterField("alerts_shadow", report.alerts_shadow)
      .CounterField("rejects", report.rejects)
      .CounterField("rule_sets", report.rule_sets)
      .Field("head", report.head)
      .CounterField("findings_total", report.findings_total)
      .Key("findings")
      .BeginArray();
  for (const Finding& finding : report.findings) {
    json.BeginObject()
        .Field("code", FindingCodeName(finding.code))
        .Field("log", finding.log)
        .CounterField("record", finding.record)
        .Field("text", finding.text)
        .EndObject();
  }
  json.EndArray().EndObject();
  return out;
}

void PrintReport(const VerifyReport& report) {
  for (const Finding& finding : report.findings) {
    std::printf("%s\n", FormatFinding(finding).c_str());
  }
  std::printf("%s: %llu epochs, %llu frames, %llu records, %llu legs with matches, %llu alerts, "
              "%llu shadow alerts, %llu rejects, %llu rule sets\nhead %s\n",
              report.ok() ? "proved" : "NOT PROVED",
              static_cast<unsigned long long>(report.epochs),
              static_cast<unsigned long long>(report.frames),
              static_cast<unsigned long long>(report.intake_entries),
              static_cast<unsigned long long>(report.match_entries),
              static_cast<unsigned long long>(report.alerts),
              static_cast<unsigned long long>(report.alerts_shadow),
              static_cast<unsigned long long>(report.rejects),
              static_cast<unsigned long long>(report.rule_sets), report.head.c_str());
}

int Refuse(const absl::Status& status) {
  std::fprintf(stderr, "vigla verify: %s\n", std::string(status.message()).c_str());
  return ExitCodeOf(status);
}

}  // namespace

int VerifyAuditCommand(const Settings& settings, const std::string& folder, bool as_json) {
  absl::StatusOr<Logs> logs = folder.empty() ? OpenTopics(settings) : OpenFolder(folder);
  if (!logs.ok()) return Refuse(logs.status());
  VerifierInput input;
  input.journal = logs->Of(OutputTopic::kJournal);
  input.audit = logs->Of(OutputTopic::kAudit);
  input.alerts = logs->Of(OutputTopic::kAlerts);
  input.alerts_shadow = logs->Of(OutputTopic::kAlertsShadow);
  input.rules = logs->Of(OutputTopic::kRules);
  // On topics a reject is the original record; what it was is in its headers, not its value.
  input.rejects = folder.empty() ? nullptr : logs->Of(OutputTopic::kRejects);
  const absl::StatusOr<VerifyReport> report = VerifyAudit(input);
  if (!report.ok()) return Refuse(report.status());
  if (as_json) {
    std::printf("%s\n", ReportJson(*report).c_str());
  } else {
    PrintReport(*report);
  }
  return report->ok() ? kExitOk : kExitProofFailed;
}

}  // namespace vigla
