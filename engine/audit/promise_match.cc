// A join by name that knows what order both sides should have. Warm.
#include "engine/audit/promise_match.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/status.h"

namespace vigla {

PromiseMatch::PromiseMatch(std::string log_name, LogReader* log, Read read,
                           FindingList* findings)
    : log_name_(std::move(log_name)), log_(log), read_(std::move(read)), findings_(findings) {}

absl::Status PromiseMatch::Promise(NamedDigest promised, std::string_view by) {
  if (log_ == nullptr) return absl::OkStatus();
  const Pending promise{promised.digest, next_ordinal_++, std::string(by)};
  RETURN_IF_ERROR(ReadOne());
  while (skips_older_ && next_ordinal_ == 1 && !at_end_ && !early_.contains(promised.name)) {
    early_.clear();
    RETURN_IF_ERROR(ReadOne());
  }
  const auto early = early_.find(promised.name);
  if (early != early_.end()) {
    Match(promised.name, promise, early->second);
    early_.erase(early);
  } else if (!pending_.emplace(promised.name, promise).second) {
    findings_->Add(FindingCode::kDuplicated, "audit", 0,
                   absl::StrCat(ToAbsl(by), " promises ", promised.name, " a second time"));
  }
  return absl::OkStatus();
}

absl::Status PromiseMatch::ReadOne() {
  if (at_end_) return absl::OkStatus();
  std::string_view record;
  ASSIGN_OR_RETURN(const bool more, log_->Next(&record));
  if (!more) {
    at_end_ = true;
    return absl::OkStatus();
  }
  const uint64_t index = next_index_++;
  NamedDigest found;
  if (!read_(record, index, &found)) return absl::OkStatus();
  const Early here{found.digest, index};
  const auto promise = pending_.find(found.name);
  if (promise != pending_.end()) {
    Match(found.name, promise->second, here);
    pending_.erase(promise);
  } else if (matched_.contains(found.name)) {
    findings_->Add(FindingCode::kDuplicated, log_name_, index, found.name + " is there twice");
  } else if (!early_.emplace(found.name, here).second) {
    findings_->Add(FindingCode::kDuplicated, log_name_, index, found.name + " is there twice");
  }
  return absl::OkStatus();
}

void PromiseMatch::Match(const std::string& name, const Pending& promise, const Early& found) {
  if (promise.digest != found.digest) {
    findings_->Add(FindingCode::kChanged, log_name_, found.index,
                   absl::StrCat(name, " has SHA-256 ", found.digest.Hex(), ", but ", promise.by,
                                " says ", promise.digest.Hex()));
  }
  if (in_order_ && any_match_ &&
      (found.index > last_index_) != (promise.ordinal > last_ordinal_)) {
    findings_->Add(FindingCode::kReordered, log_name_, found.index,
                   absl::StrCat(name, " does not stand in the order of the audit entries"));
  }
  any_match_ = true;
  last_index_ = found.index;
  last_ordinal_ = promise.ordinal;
  matched_.insert(name);
  matched_order_.push_back(name);
  if (matched_order_.size() > kMatchedKept) {
    matched_.erase(matched_order_.front());
    matched_order_.pop_front();
  }
}

absl::Status PromiseMatch::Finish() {
  if (log_ == nullptr) return absl::OkStatus();
  while (!at_end_) RETURN_IF_ERROR(ReadOne());

  std::vector<std::pair<uint64_t, std::string>> missing;
  for (const auto& [name, promise] : pending_) {
    missing.emplace_back(promise.ordinal,
                         absl::StrCat(name, " is missing, which ", promise.by, " promises"));
  }
  std::sort(missing.begin(), missing.end());
  for (auto& [ordinal, text] : missing) {
    // Nothing that was promised later is there either: the log ends early.
    const bool is_tail = next_ordinal_ - ordinal <= missing.size() &&
                         missing[missing.size() - (next_ordinal_ - ordinal)].first == ordinal;
    findings_->Add(is_tail ? FindingCode::kTruncated : FindingCode::kDropped, log_name_,
                   next_index_, std::move(text));
  }
  std::vector<std::pair<uint64_t, std::string>> extra;
  for (const auto& [name, found] : early_) extra.emplace_back(found.index, name);
  std::sort(extra.begin(), extra.end());
  for (auto& [index, name] : extra) {
    if (skips_older_ && !any_match_) continue;
    findings_->Add(FindingCode::kExtra, log_name_, index,
                   name + " is promised by no audit entry");
  }
  return absl::OkStatus();
}

}  // namespace vigla
