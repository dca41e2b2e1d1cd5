// The chain of frames, with one frame of look-ahead to tell dropped from reordered. Cold.
#include "engine/audit/frame_check.h"

#include "engine/base/status.h"

namespace vigla {

FrameCheck::FrameCheck(LogReader* log, bool begins_anywhere, std::string witness_head,
                       FindingList* findings)
    : log_(log),
      witness_head_(std::move(witness_head)),
      findings_(findings),
      is_broken_(begins_anywhere),
      is_first_(begins_anywhere) {}

absl::Status FrameCheck::Fill(size_t count) {
  while (!at_end_ && ahead_.size() < count) {
    std::string_view json;
    ASSIGN_OR_RETURN(const bool more, log_->Next(&json));
    if (!more) {
      at_end_ = true;
      break;
    }
    auto item = std::make_unique<Item>();
    item->index = next_index_++;
    item->json = json;
    auto frame = ParseFrame(item->json);
    if (!frame.ok()) {
      ++breaks_;
      findings_->Add(FindingCode::kMalformed, "audit", item->index,
                     std::string(frame.status().message()));
      // It may have been any frame: the next one's number says which are missing.
      is_broken_ = true;
      continue;
    }
    item->frame = *std::move(frame);
    if (const absl::Status sound = CheckFrame(item->frame); !sound.ok()) {
      ++breaks_;
      findings_->Add(FindingCode::kChanged, "audit", item->index,
                     absl::StrCat("frame ", item->frame.header.number, " of epoch ",
                                  item->frame.header.epoch, ": ", sound.message()));
      is_broken_ = true;
      // Its number may be what was changed.
      if (!is_first_) item->frame.header.number = chain_.next_number() + ahead_.size();
    }
    ahead_.push_back(std::move(item));
  }
  return absl::OkStatus();
}

bool FrameCheck::PopMissing(uint64_t number) {
  auto hole = missing_.upper_bound(number);
  if (hole == missing_.begin()) return false;
  --hole;
  const auto [first, last] = *hole;
  if (number > last) return false;
  missing_.erase(hole);
  if (first < number) missing_.emplace(first, number - 1);
  if (number < last) missing_.emplace(number + 1, last);
  return true;
}

absl::StatusOr<bool> FrameCheck::Settle() {
  while (true) {
    RETURN_IF_ERROR(Fill(1));
    if (ahead_.empty()) return false;
    const uint64_t number = ahead_.front()->frame.header.number;
    const uint64_t due = chain_.next_number();
    if (number == due || is_first_) return true;
    if (number < due) {
      const bool moved = PopMissing(number);
      findings_->Add(moved ? FindingCode::kReordered : FindingCode::kDuplicated, "audit",
                     ahead_.front()->index,
                     absl::StrCat("frame ", number, moved ? " stands behind frame " : " is there "
                                  "again behind frame ", due - 1));
      ahead_.pop_front();
      continue;
    }
    RETURN_IF_ERROR(Fill(2));
    if (ahead_.size() == 2 && ahead_[1]->frame.header.number == due) {
      findings_->Add(FindingCode::kReordered, "audit", ahead_[0]->index,
                     absl::StrCat("frame ", number, " stands before frame ", due));
      std::swap(ahead_[0], ahead_[1]);
      return true;
    }
    ++breaks_;
    findings_->Add(FindingCode::kDropped, "audit", ahead_.front()->index,
                   absl::StrCat("frames ", due, " to ", number - 1, " are missing"));
    missing_.emplace(due, number - 1);
    is_broken_ = true;
    return true;
  }
}

void FrameCheck::CheckChain(Item* item) {
  const FrameHeader& header = item->frame.header;
  if (!is_broken_ && header.previous != chain_.head()) {
    findings_->Add(FindingCode::kChanged, "audit", item->index,
                   absl::StrCat("frame ", header.number, " follows a frame with head ",
                                header.previous.Hex(), ", but the one before has ",
                                chain_.head().Hex()));
  }
  chain_ = AuditChain(item->frame.head, header.number + 1);
  if (item->frame.head.Hex() == witness_head_) witness_met_ = true;
  is_broken_ = false;
  is_first_ = false;
  ++frames_;
}

absl::StatusOr<const FrameCheck::Item*> FrameCheck::Peek() {
  if (!is_settled_) {
    ASSIGN_OR_RETURN(const bool more, Settle());
    if (!more) return nullptr;
    CheckChain(ahead_.front().get());
    is_settled_ = true;
  }
  return ahead_.front().get();
}

void FrameCheck::Pop() {
  ahead_.pop_front();
  is_settled_ = false;
}

void FrameCheck::CheckWitness() {
  if (witness_head_.empty() || witness_met_) return;
  findings_->Add(FindingCode::kTruncated, "audit", next_index_,
                 absl::StrCat("the head noted earlier, ", witness_head_,
                              ", is none of this chain's: it was cut or rewritten"));
}

}  // namespace vigla
