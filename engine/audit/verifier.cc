// Joins the logs epoch by epoch and holds them against each other. Cold.
#include "engine/audit/verifier.h"

#include <set>

#include "engine/audit/entry_reader.h"
#include "engine/audit/finding_list.h"
#include "engine/audit/frame_check.h"
#include "engine/audit/journal_check.h"
#include "engine/audit/promise_match.h"
#include "engine/audit/rules_record.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

// What an epoch's frames add up to, to be compared with its journal record.
struct EpochSums {
  Sha256 input;
  Sha256 alerts;
  uint64_t records = 0;
  uint64_t alert_count = 0;
  uint64_t activations = 0;
  size_t run = 0;           // index of the run that the next record belongs to
  int64_t run_records = 0;  // of that run, so far
  int64_t run_offset = -1;  // of its last record so far
  bool runs_fit = true;
  bool any_matches = false;   // a match frame was seen: no intake frame may follow
  uint64_t intake_to = 0, matches_to = 0;  // the sequence up to which frames have spoken
  Digest head;                // of the last frame
};

std::string Describe(const FrameCheck::Item& item) {
  return absl::StrCat("frame ", item.frame.header.number, " of epoch ", item.frame.header.epoch);
}

bool ReadAlertBody(std::string_view log, FindingList* findings, std::string_view record,
                   uint64_t index, NamedDigest* found) {
  ReadAlertIdentity alert;
  if (!ReadAlert(record, &alert)) {
    findings->Add(FindingCode::kMalformed, std::string(log), index,
                  "not a canonical vigla.alert.v1 record");
    return false;
  }
  if (AlertIdText(alert.id) != alert.alert_id) {
    findings->Add(FindingCode::kChanged, std::string(log), index,
                  absl::StrCat(alert.alert_id, " is not the id that its subject, origin and rule "
                               "set demand"));
  }
  found->name = std::move(alert.alert_id);
  found->digest = Sha256::Of(record);
  return true;
}

PromiseMatch::Read AlertReader(std::string_view log, FindingList* findings) {
  return [log, findings](std::string_view record, uint64_t index, NamedDigest* found) {
    return ReadAlertBody(log, findings, record, index, found);
  };
}

PromiseMatch::Read RejectReader(FindingList* findings) {
  return [findings](std::string_view record, uint64_t index, NamedDigest* found) {
    ReadRejectRecord reject;
    if (!ReadReject(record, &reject)) {
      findings->Add(FindingCode::kMalformed, "rejects", index,
                    "not a canonical vigla.reject.v1 record");
      return false;
    }
    *found = {std::move(reject.source), reject.digest};
    return true;
  };
}

class Verification {
 public:
  Verification(const VerifierInput& input, VerifyReport* report)
      : input_(input),
        report_(report),
        findings_(report, input.findings_max),
        journal_(input.journal, input.begins_anywhere, &findings_),
        frames_(input.audit, input.begins_anywhere, input.witness_head, &findings_),
        alerts_("alerts", input.alerts, AlertReader("alerts", &findings_), &findings_),
        shadows_("alerts.shadow", input.alerts_shadow, AlertReader("alerts.shadow", &findings_),
                 &findings_),
        rejects_("rejects", input.rejects, RejectReader(&findings_), &findings_) {
    for (PromiseMatch* log : {&alerts_, &shadows_, &rejects_}) {
      log->set_skips_older(input.begins_anywhere);
    }
  }

  absl::Status Run() {
    RETURN_IF_ERROR(ReadRules());
    JournalRecord record;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, journal_.Next(&record));
      if (!more) break;
      RETURN_IF_ERROR(CheckEpoch(record));
    }
    RETURN_IF_ERROR(ReadFramesBeyondJournal());
    frames_.CheckWitness();
    for (PromiseMatch* log : {&alerts_, &shadows_, &rejects_}) RETURN_IF_ERROR(log->Finish());
    report_->epochs = journal_.epochs();
    report_->frames = frames_.frames();
    report_->alerts = alerts_.records();
    report_->alerts_shadow = shadows_.records();
    report_->rejects = rejects_.records();
    report_->head = frames_.head().Hex();
    return absl::OkStatus();
  }

 private:
  absl::Status ReadRules();
  absl::Status CheckEpoch(const JournalRecord& record);
  absl::Status ReadFramesBeyondJournal();
  absl::Status CheckFrameIn(const FrameCheck::Item& item, const JournalRecord* record,
                            EpochSums* sums);
  void CheckPlace(const FrameCheck::Item& item, const JournalRecord& record, EpochSums* sums);
  absl::Status TakeIntake(const FrameCheck::Item& item, std::string_view json,
                          const JournalRecord* record, EpochSums* sums);
  void TakeActivation(const FrameCheck::Item& item, std::string_view json,
                      const JournalRecord* record, EpochSums* sums);
  void CheckRun(const FrameCheck::Item& item, const JournalRecord& record, EpochSums* sums);
  absl::Status TakeMatch(const FrameCheck::Item& item, std::string_view json, EpochSums* sums);
  void CheckSums(const JournalRecord& record, EpochSums* sums);

  void Differs(const FrameCheck::Item& item, std::string text) {
    findings_.Add(FindingCode::kDiffers, "audit", item.index,
                  absl::StrCat(Describe(item), ": ", text));
  }
  void JournalDiffers(const JournalRecord& record, std::string text) {
    findings_.Add(FindingCode::kDiffers, "journal", journal_.index(),
                  absl::StrCat("epoch ", record.epoch, ": ", text));
  }

  const VerifierInput& input_;
  VerifyReport* const report_;
  FindingList findings_;
  JournalCheck journal_;
  FrameCheck frames_;
  PromiseMatch alerts_, shadows_, rejects_;
  std::set<std::string> rule_sets_;  // fingerprints whose bodies were published
  std::set<std::string> rule_sets_missing_;
  bool is_first_epoch_ = true;
  bool end_reported_ = false;
  uint64_t sequence_due_ = 0;  // of the next intake entry; 0: any
  std::pair<uint64_t, int> last_match_{0, -1};  // (sequence, leg order)
  ReadIntakeEntry intake_;     // scratch
  ReadMatchEntry match_;       // scratch
};

absl::Status Verification::ReadRules() {
  if (input_.rules == nullptr) return absl::OkStatus();
  RulesAssembler assembler;
  std::string_view record;
  for (uint64_t index = 0;; ++index) {
    ASSIGN_OR_RETURN(const bool more, input_.rules->Next(&record));
    if (!more) {
      if (assembler.IsOpen()) {
        findings_.Add(FindingCode::kTruncated, "rules", index, "the last body lacks parts");
      }
      return absl::OkStatus();
    }
    const auto body = assembler.Add(record);
    if (!body.ok()) {
      findings_.Add(body.status().code() == absl::StatusCode::kDataLoss ? FindingCode::kChanged
                                                                         : FindingCode::kMalformed,
                    "rules", index, std::string(body.status().message()));
    } else if (body->has_value()) {
      rule_sets_.insert("sha256:" + (*body)->fingerprint.Hex());
      ++report_->rule_sets;
    }
  }
}

absl::Status Verification::CheckEpoch(const JournalRecord& record) {
  if (is_first_epoch_) {
    is_first_epoch_ = false;
    const bool ordered = !record.file_lengths.empty();  // topics are ordered by partition only
    for (PromiseMatch* log : {&alerts_, &shadows_, &rejects_}) log->set_in_order(ordered);
    sequence_due_ = record.first_sequence.value;
  }
  if (input_.rules != nullptr && !rule_sets_.contains(record.rule_set) &&
      rule_sets_missing_.insert(record.rule_set).second) {
    findings_.Add(FindingCode::kDropped, "rules", 0,
                  absl::StrCat("the body of ", record.rule_set, " is missing, which epoch ",
                               record.epoch, " names"));
  }
  const uint64_t breaks = frames_.breaks();
  EpochSums sums;
  sums.intake_to = sums.matches_to = record.first_sequence.value - 1;
  while (true) {
    ASSIGN_OR_RETURN(const FrameCheck::Item* item, frames_.Peek());
    if (item == nullptr) {
      if (!end_reported_ && frames_.next_number() <= record.last_audit_frame) {
        findings_.Add(FindingCode::kTruncated, "audit", frames_.frames(),
                      absl::StrCat("ends before frame ", frames_.next_number(), "; epoch ",
                                   record.epoch, " has frames up to ", record.last_audit_frame));
      }
      end_reported_ = end_reported_ || frames_.next_number() <= record.last_audit_frame;
      break;
    }
    const uint64_t number = item->frame.header.number;
    if (number > record.last_audit_frame) break;
    if (number < record.first_audit_frame) {
      // Of an epoch whose journal record is missing, which is a finding already.
      EpochSums unjudged;
      RETURN_IF_ERROR(CheckFrameIn(*item, nullptr, &unjudged));
    } else {
      RETURN_IF_ERROR(CheckFrameIn(*item, &record, &sums));
      sums.head = item->frame.head;
    }
    frames_.Pop();
  }
  if (frames_.breaks() == breaks && !end_reported_) CheckSums(record, &sums);
  sequence_due_ = record.first_sequence.value;
  if (record.last_sequence >= record.first_sequence) sequence_due_ = record.last_sequence.value + 1;
  return absl::OkStatus();
}

absl::Status Verification::ReadFramesBeyondJournal() {
  bool reported = false;
  while (true) {
    ASSIGN_OR_RETURN(const FrameCheck::Item* item, frames_.Peek());
    if (item == nullptr) return absl::OkStatus();
    if (!reported) {
      findings_.Add(FindingCode::kTruncated, "journal", journal_.epochs(),
                    absl::StrCat("ends, but the audit log goes on with ", Describe(*item)));
    }
    reported = true;
    EpochSums sums;
    RETURN_IF_ERROR(CheckFrameIn(*item, nullptr, &sums));
    frames_.Pop();
  }
}

absl::Status Verification::CheckFrameIn(const FrameCheck::Item& item, const JournalRecord* record,
                                        EpochSums* sums) {
  if (record != nullptr) CheckPlace(item, *record, sums);
  for (const std::string_view entry : item.frame.entries) {
    RETURN_IF_ERROR(item.frame.header.kind == FrameKind::kIntake
                        ? TakeIntake(item, entry, record, sums)
                        : TakeMatch(item, entry, sums));
  }
  return absl::OkStatus();
}

void Verification::CheckPlace(const FrameCheck::Item& item, const JournalRecord& record,
                              EpochSums* sums) {
  const FrameHeader& header = item.frame.header;
  if (header.epoch != record.epoch) {
    Differs(item, absl::StrCat("the journal counts it to epoch ", record.epoch));
  }
  if (header.rule_set != record.rule_set) {
    Differs(item, absl::StrCat("names rule set ", header.rule_set, ", the journal ",
                               record.rule_set));
  }
  const bool is_matches = header.kind == FrameKind::kMatches;
  if (sums->any_matches && !is_matches) Differs(item, "intake behind matches");
  sums->any_matches = sums->any_matches || is_matches;
  uint64_t& spoken_to = is_matches ? sums->matches_to : sums->intake_to;
  const bool repeats = is_matches && header.from.value == spoken_to;  // cut between two legs
  if ((header.from.value != spoken_to + 1 && !repeats) ||
      header.to.value + 1 < header.from.value || header.to > record.last_sequence) {
    Differs(item, absl::StrCat("speaks for sequences ", header.from.value, " to ",
                               header.to.value, ", but ", spoken_to + 1, " is due and ",
                               record.last_sequence.value, " is the epoch's last"));
  }
  spoken_to = header.to.value;
}

absl::Status Verification::TakeIntake(const FrameCheck::Item& item, std::string_view json,
                                      const JournalRecord* record, EpochSums* sums) {
  if (!ReadIntake(json, &intake_)) {
    findings_.Add(FindingCode::kMalformed, "audit", item.index,
                  absl::StrCat(Describe(item), ": not an intake entry: ",
                               ToAbsl(json.substr(0, 120))));
    return absl::OkStatus();
  }
  ++report_->intake_entries;
  if (intake_.is_activation) {
    TakeActivation(item, json, record, sums);
    return absl::OkStatus();
  }
  const uint64_t sequence = intake_.sequence.value;
  if (sequence_due_ != 0 && sequence != sequence_due_ && record != nullptr) {
    findings_.Add(sequence > sequence_due_ ? FindingCode::kDropped : FindingCode::kDuplicated,
                  "audit", item.index,
                  absl::StrCat(Describe(item), ": sequence ", sequence, " where ", sequence_due_,
                               " is due"));
  }
  sequence_due_ = sequence + 1;
  sums->input.Update(intake_.digest.View());
  ++sums->records;
  if (record != nullptr) CheckRun(item, *record, sums);
  if (intake_.verdict != AuditVerdict::kUnreadable) return absl::OkStatus();
  NamedDigest promised;
  AppendSourceText(intake_.topic, intake_.partition, intake_.offset, &promised.name);
  promised.digest = intake_.digest;
  return rejects_.Promise(std::move(promised), absl::StrCat("the intake entry of ", sequence));
}

void Verification::TakeActivation(const FrameCheck::Item& item, std::string_view json,
                                  const JournalRecord* record, EpochSums* sums) {
  ++sums->activations;
  if (record == nullptr) return;
  std::string expected;
  if (record->activation) AppendActivationEntry(*record->activation, &expected);
  if (json != expected) {
    Differs(item, "its activation entry is not the journal's activation");
  }
  if (sums->records > 0 || sums->activations > 1) {
    Differs(item, "an activation stands behind the epoch's first entry");
  }
}

void Verification::CheckRun(const FrameCheck::Item& item, const JournalRecord& record,
                            EpochSums* sums) {
  if (!sums->runs_fit) return;
  const std::string source = absl::StrCat(intake_.topic, "-", intake_.partition, "@",
                                          intake_.offset);
  const JournalRun* run = sums->run < record.runs.size() ? &record.runs[sums->run] : nullptr;
  const bool fits =
      run != nullptr && intake_.topic == run->topic && intake_.partition == run->partition &&
      (sums->run_records > 0 ? intake_.offset > sums->run_offset
                             : intake_.offset == run->first_offset) &&
      (sums->run_records + 1 < run->records ? intake_.offset < run->last_offset
                                            : intake_.offset == run->last_offset);
  if (!fits) {
    sums->runs_fit = false;
    Differs(item, absl::StrCat("sequence ", intake_.sequence.value, " is ", source,
                               ", which is not the journal's order of the input"));
    return;
  }
  sums->run_offset = intake_.offset;
  if (++sums->run_records == run->records) {
    ++sums->run;
    sums->run_records = 0;
  }
}

absl::Status Verification::TakeMatch(const FrameCheck::Item& item, std::string_view json,
                                     EpochSums* sums) {
  if (!ReadMatch(json, &match_)) {
    findings_.Add(FindingCode::kMalformed, "audit", item.index,
                  absl::StrCat(Describe(item), ": not a match entry: ",
                               ToAbsl(json.substr(0, 120))));
    return absl::OkStatus();
  }
  ++report_->match_entries;
  const FrameHeader& header = item.frame.header;
  const std::pair<uint64_t, int> place{match_.sequence.value, static_cast<int>(match_.order)};
  if (place <= last_match_ || match_.sequence < header.from || match_.sequence > header.to) {
    findings_.Add(place == last_match_ ? FindingCode::kDuplicated : FindingCode::kReordered,
                  "audit", item.index,
                  absl::StrCat(Describe(item), ": the match entry of sequence ", place.first,
                               ", leg ", place.second, " stands behind ", last_match_.first,
                               ", leg ", last_match_.second, " or outside its frame's range"));
  }
  last_match_ = place;
  const std::string by = absl::StrCat("the match entry of ", place.first);
  if (match_.alert_digest) {
    sums->alerts.Update(match_.alert_digest->View());
    ++sums->alert_count;
    RETURN_IF_ERROR(alerts_.Promise({match_.alert_id, *match_.alert_digest}, by));
  }
  if (match_.shadow_digest) {
    RETURN_IF_ERROR(shadows_.Promise({match_.alert_id, *match_.shadow_digest}, by));
  }
  return absl::OkStatus();
}

void Verification::CheckSums(const JournalRecord& record, EpochSums* sums) {
  if (sums->intake_to != record.last_sequence.value ||
      sums->matches_to != record.last_sequence.value) {
    JournalDiffers(record, absl::StrCat("its frames speak for sequences up to ", sums->intake_to,
                                        " (intake) and ", sums->matches_to, " (matches), not ",
                                        record.last_sequence.value));
  }
  if (sums->runs_fit && sums->run != record.runs.size()) {
    JournalDiffers(record, absl::StrCat("run ", sums->run, " has more records than intake "
                                        "entries"));
  }
  if (record.activation && sums->activations == 0) {
    JournalDiffers(record, "its activation is no entry of its intake frames");
  }
  if (sums->input.Finish() != record.input_digest) {
    JournalDiffers(record, "its input digest is not that of its intake entries");
  }
  if (sums->alerts.Finish() != record.alerts_digest || sums->alert_count != record.alerts) {
    JournalDiffers(record, absl::StrCat("its ", record.alerts, " alerts are not the ",
                                        sums->alert_count, " of its match entries"));
  }
  if (record.audit_head != sums->head) {
    JournalDiffers(record, "its audit head is not that of its last frame");
  }
}

}  // namespace

std::string_view FindingCodeName(FindingCode code) {
  static constexpr std::string_view kNames[] = {"changed",   "dropped", "duplicated", "reordered",
                                                "truncated", "extra",   "malformed",  "differs"};
  return kNames[static_cast<int>(code)];
}

absl::StatusOr<VerifyReport> VerifyAudit(const VerifierInput& input) {
  VerifyReport report;
  Verification verification(input, &report);
  RETURN_IF_ERROR(verification.Run());
  return report;
}

std::string FormatFinding(const Finding& finding) {
  return absl::StrCat(ToAbsl(FindingCodeName(finding.code)), ": ", finding.log, " record ",
                      finding.record, ": ", finding.text);
}

}  // namespace vigla
