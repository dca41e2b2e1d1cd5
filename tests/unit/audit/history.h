// A made-up run of the engine: all its logs, sound, for tests to tamper with. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/audit/alert_id.h"
#include "engine/audit/entry.h"
#include "engine/audit/frame.h"
#include "engine/audit/rules_record.h"
#include "engine/audit/verifier.h"
#include "engine/base/json_writer.h"
#include "engine/model/journal_record.h"

namespace vigla {

// Reads a vector of records.
class VectorLog final : public LogReader {
 public:
  explicit VectorLog(const std::vector<std::string>* records) : records_(records) {}
  absl::StatusOr<bool> Next(std::string_view* record) override {
    if (next_ == records_->size()) return false;
    *record = (*records_)[next_++];
    return true;
  }

 private:
  const std::vector<std::string>* records_;
  size_t next_ = 0;
};

struct Logs {
  std::vector<std::string> journal, audit, alerts, shadow, rejects, rules;

  VerifyReport Verify(VerifierInput input = {}) const {
    VectorLog journal_log(&journal), audit_log(&audit), alerts_log(&alerts),
        shadow_log(&shadow), rejects_log(&rejects), rules_log(&rules);
    input.journal = &journal_log;
    input.audit = &audit_log;
    input.alerts = &alerts_log;
    input.alerts_shadow = &shadow_log;
    input.rejects = &rejects_log;
    input.rules = &rules_log;
    auto report = VerifyAudit(input);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : VerifyReport();
  }
};

// Epochs of `records` transactions over two partitions; each third one alerts on both legs, each
// fifth one also in the shadow, each seventh one is unreadable.
class History {
 public:
  explicit History(bool file_mode = true) : file_mode_(file_mode) {}

  void Activate(const std::string& body) {
    activation_.emplace();
    activation_->before = rule_set_;
    rule_set_ = "sha256:" + Sha256::Of(body).Hex();
    fingerprint_ = Sha256::Of(body);
    activation_->after = rule_set_;
    activation_->first_sequence = Sequence{next_};
    for (std::string& part : RenderRulesRecords(body, 1024)) logs_.rules.push_back(part);
  }

  // Appends one epoch to the logs.
  void Epoch(int records, size_t frame_bytes_max = 2'500) {
    FrameBuilder intake(FrameKind::kIntake, frame_bytes_max);
    FrameBuilder matches(FrameKind::kMatches, frame_bytes_max);
    JournalRecord journal;
    journal.epoch = ++epoch_;
    journal.first_sequence = Sequence{next_};
    intake.Begin(epoch_, Sequence{next_}, rule_set_);
    matches.Begin(epoch_, Sequence{next_}, rule_set_);
    if (activation_) {
      std::string entry;
      AppendActivationEntry(*activation_, &entry);
      intake.Add(entry, Sequence{next_});
      journal.activation = activation_;
      activation_.reset();
    }
    Sha256 input, alerts;
    for (int i = 0; i < records; ++i, ++next_) {
      const int32_t partition = next_ / 4 % 2;
      const int64_t offset = offsets_[partition];
      offsets_[partition] += next_ % 11 == 0 ? 2 : 1;  // a marker now and then
      Extend(partition, offset, &journal.runs);
      AddRecord(partition, offset, &intake, &input);
      AddMatches(partition, offset, &matches, &journal, &alerts);
    }
    matches.AddUnknown("rule.unknown", epoch_);
    journal.last_sequence = Sequence{next_ - 1};
    journal.first_audit_frame = chain_.next_number();
    intake.Finish(journal.last_sequence, &chain_, &logs_.audit);
    matches.Finish(journal.last_sequence, &chain_, &logs_.audit);
    journal.last_audit_frame = chain_.next_number() - 1;
    journal.audit_head = chain_.head();
    journal.input_digest = input.Finish();
    journal.alerts_digest = alerts.Finish();
    journal.rule_set = rule_set_;
    journal.previous = previous_;
    if (file_mode_) journal.file_lengths = {{"alerts.ndjson", 1}};
    logs_.journal.push_back(RenderJournalRecord(journal, &previous_));
  }

  Logs& logs() { return logs_; }

 private:
  static void Extend(int32_t partition, int64_t offset, std::vector<JournalRun>* runs) {
    if (runs->empty() || runs->back().partition != partition) {
      runs->push_back({"tx", partition, offset, offset, 0});
    }
    runs->back().last_offset = offset;
    ++runs->back().records;
  }

  void AddRecord(int32_t partition, int64_t offset, FrameBuilder* frames, Sha256* input) {
    const std::string value = "record " + std::to_string(next_), id = "t" + std::to_string(next_);
    IntakeEntry entry;
    entry.sequence = Sequence{next_};
    entry.topic = "tx";
    entry.partition = partition;
    entry.offset = offset;
    entry.id = id;
    entry.digest = Sha256::Of(value);
    input->Update(entry.digest.View());
    if (next_ % 7 == 0) {
      entry.id = {};
      entry.verdict = AuditVerdict::kUnreadable;
      std::string source, json;
      AppendSourceText("tx", partition, offset, &source);
      JsonWriter(&json).BeginObject().Field("schema", "vigla.reject.v1").Field("code", "not_json")
          .Field("source", source).Field("bytes_base64", Base64Of(value)).EndObject();
      logs_.rejects.push_back(json);
    }
    std::string json;
    AppendIntakeEntry(entry, &json);
    frames->Add(json, Sequence{next_});
  }

  std::string Alert(int32_t partition, int64_t offset, const char* role, const char* state) {
    AlertOrigin origin{fingerprint_, "tx", partition, offset, SubjectKind::kAccount, "ACC", role};
    last_alert_ = AlertIdText(MakeAlertId(origin));
    std::string json;
    JsonWriter(&json).BeginObject().Field("schema", "vigla.alert.v1")
        .Field("alert_id", last_alert_).Key("subject").BeginObject().Field("kind", "account")
        .Field("id", "ACC").Field("role", role).EndObject().Field("state", state)
        .CounterField("sequence", next_).Key("origin").BeginObject().Field("topic", "tx")
        .Field("partition", int64_t{partition}).CounterField("offset", offset).EndObject()
        .Field("rule_set", rule_set_).EndObject();
    return json;
  }

  void AddMatches(int32_t partition, int64_t offset, FrameBuilder* frames,
                  JournalRecord* journal, Sha256* alerts) {
    if (next_ % 3 != 0) return;
    for (const char* role : {"debtor", "creditor"}) {
      const std::vector<AuditMatch> matches(1, {"rule.a", 1, AuditResult::kAlert, "", "", {}});
      MatchEntry entry;
      entry.sequence = Sequence{next_};
      entry.ref = "ab";
      entry.role = role;
      entry.matches = matches;
      logs_.alerts.push_back(Alert(partition, offset, role, "live"));
      const std::string alert_id = last_alert_;
      entry.alert_id = alert_id;
      entry.alert_digest = Sha256::Of(logs_.alerts.back());
      alerts->Update(entry.alert_digest->View());
      ++journal->alerts;
      if (next_ % 5 == 0) {
        logs_.shadow.push_back(Alert(partition, offset, role, "shadow"));
        entry.shadow_digest = Sha256::Of(logs_.shadow.back());
      }
      std::string json;
      AppendMatchEntry(entry, &json);
      frames->Add(json, Sequence{next_});
    }
  }

  const bool file_mode_;
  Logs logs_;
  uint64_t next_ = 1, epoch_ = 0;
  int64_t offsets_[2] = {0, 100};
  AuditChain chain_;
  Digest previous_, fingerprint_;
  std::string rule_set_, last_alert_;
  std::optional<Activation> activation_;
};

}  // namespace vigla
