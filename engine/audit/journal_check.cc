// The journal's chain, with one record of look-ahead to tell dropped from reordered. Cold.
#include "engine/audit/journal_check.h"

#include "engine/base/status.h"

namespace vigla {
namespace {

// The object as it was hashed: without its last member, "hash".
bool StatesItsHash(std::string_view json, Digest* stated, Digest* own) {
  static constexpr std::string_view kMember = ",\"hash\":\"";
  const size_t member = json.rfind(kMember);
  if (member == std::string_view::npos || json.size() != member + kMember.size() + 66) return false;
  if (!ParseDigest(json.substr(member + kMember.size(), 64), stated)) return false;
  *own = Sha256().Update(json.substr(0, member)).Update("}").Finish();
  return true;
}

}  // namespace

absl::Status JournalCheck::Fill(size_t count) {
  while (!at_end_ && ahead_.size() < count) {
    std::string_view json;
    ASSIGN_OR_RETURN(const bool more, log_->Next(&json));
    if (!more) {
      at_end_ = true;
      break;
    }
    Item item;
    item.index = next_index_++;
    auto parsed = ParseJournalRecord(json, &item.hash);
    if (!parsed.ok()) {
      ReportUnsound(json, item.index, parsed.status());
      continue;
    }
    item.record = *std::move(parsed);
    ahead_.push_back(std::move(item));
  }
  return absl::OkStatus();
}

void JournalCheck::ReportUnsound(std::string_view json, uint64_t index,
                                 const absl::Status& status) {
  Digest stated, own;
  const bool changed = StatesItsHash(json, &stated, &own) && stated != own;
  findings_->Add(changed ? FindingCode::kChanged : FindingCode::kMalformed, "journal", index,
                 changed ? absl::StrCat("the record states the hash ", stated.Hex(),
                                        " but its content has ", own.Hex())
                         : std::string(status.message()));
  ++unsound_;
  is_broken_ = true;
}

absl::StatusOr<bool> JournalCheck::Next(JournalRecord* record) {
  while (true) {
    RETURN_IF_ERROR(Fill(1));
    if (ahead_.empty()) return false;
    const uint64_t epoch = ahead_.front().record.epoch;
    const uint64_t expected = last_.epoch + 1 + unsound_;
    if (epoch == expected || (epochs_ == 0 && begins_anywhere_)) break;
    if (epoch <= last_.epoch) {
      const bool same = epoch == last_.epoch && ahead_.front().hash == last_hash_;
      findings_->Add(same ? FindingCode::kDuplicated : FindingCode::kReordered, "journal",
                     ahead_.front().index,
                     absl::StrCat("epoch ", epoch, same ? " is there twice" : " follows epoch ",
                                  same ? "" : absl::StrCat(last_.epoch)));
      ahead_.pop_front();
      continue;
    }
    RETURN_IF_ERROR(Fill(2));
    if (ahead_.size() == 2 && ahead_[1].record.epoch == expected) {
      findings_->Add(FindingCode::kReordered, "journal", ahead_[0].index,
                     absl::StrCat("epoch ", epoch, " stands before epoch ", expected));
      std::swap(ahead_[0], ahead_[1]);
    } else if (epoch > expected) {
      findings_->Add(FindingCode::kDropped, "journal", ahead_.front().index,
                     absl::StrCat("epochs ", expected, " to ", epoch - 1, " are missing"));
      is_broken_ = true;
    }
    break;
  }
  Item item = std::move(ahead_.front());
  ahead_.pop_front();
  CheckLinks(item);
  CheckRuns(item.record);
  index_ = item.index;
  ++epochs_;
  is_broken_ = false;
  unsound_ = 0;
  if (item.record.last_sequence >= item.record.first_sequence) {
    due_ = Sequence{item.record.last_sequence.value + 1};
  } else {
    due_ = item.record.first_sequence;
  }
  last_ = item.record;
  last_hash_ = item.hash;
  *record = std::move(item.record);
  return true;
}

void JournalCheck::CheckLinks(const Item& item) {
  const JournalRecord& record = item.record;
  if (is_broken_ || (epochs_ == 0 && begins_anywhere_)) return;
  index_ = item.index;
  if (record.previous != last_hash_) {
    findings_->Add(FindingCode::kChanged, "journal", item.index,
                   absl::StrCat("epoch ", record.epoch, " follows a record with hash ",
                                record.previous.Hex(), ", but the one before has ",
                                last_hash_.Hex()));
  }
  if (record.first_sequence != due_) {
    findings_->Add(FindingCode::kDiffers, "journal", item.index,
                   absl::StrCat("epoch ", record.epoch, " begins at sequence ",
                                record.first_sequence.value, " where ", due_.value, " is due"));
  }
  if (record.first_audit_frame != last_.last_audit_frame + 1) {
    findings_->Add(FindingCode::kDiffers, "journal", item.index,
                   absl::StrCat("epoch ", record.epoch, " begins at audit frame ",
                                record.first_audit_frame, " where ", last_.last_audit_frame + 1,
                                " is due"));
  }
  const std::string& before = record.activation ? record.activation->before : record.rule_set;
  const std::string& after = record.activation ? record.activation->after : record.rule_set;
  if (before != last_.rule_set || after != record.rule_set) {
    findings_->Add(FindingCode::kDiffers, "journal", item.index,
                   absl::StrCat("epoch ", record.epoch, " was judged by ", record.rule_set,
                                ", which no activation put in the place of ",
                                last_.rule_set.empty() ? "nothing" : last_.rule_set));
  }
}

void JournalCheck::CheckRuns(const JournalRecord& record) {
  uint64_t records = 0;
  for (const JournalRun& run : record.runs) {
    const auto [last, is_new] =
        last_offset_.try_emplace({run.topic, run.partition}, run.first_offset - 1);
    const std::string name = absl::StrCat(run.topic, "-", run.partition, "@", run.first_offset,
                                          "..", run.last_offset);
    if (run.first_offset <= last->second) {
      findings_->Add(FindingCode::kDuplicated, "journal", index_,
                     absl::StrCat("epoch ", record.epoch, ": run ", name,
                                  " goes back behind offset ", last->second));
    }
    if (run.records < 1 || run.records - 1 > run.last_offset - run.first_offset) {
      findings_->Add(FindingCode::kDiffers, "journal", index_,
                     absl::StrCat("epoch ", record.epoch, ": run ", name, " cannot hold ",
                                  run.records, " records"));
    }
    last->second = std::max(last->second, run.last_offset);
    records += static_cast<uint64_t>(std::max<int64_t>(run.records, 0));
  }
  const uint64_t sequences = record.last_sequence.value + 1 - record.first_sequence.value;
  if (records != sequences) {
    findings_->Add(FindingCode::kDiffers, "journal", index_,
                   absl::StrCat("epoch ", record.epoch, " has ", sequences, " sequences but ",
                                records, " records in its runs"));
  }
}

}  // namespace vigla
