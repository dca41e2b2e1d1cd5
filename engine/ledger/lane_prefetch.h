// Brings the subjects of a stretch of legs close. Hot.
#pragma once

#include "engine/ledger/lane_state_impl.h"

namespace vigla {

template <typename Items, typename HashOf>
void LaneState::Impl::Prefetch(const Items& items, HashOf hash_of) {
  // Each step asks for what the next one reads, so that many misses are under way at once.
  for (const auto& item : items) table_.PrefetchSlot(hash_of(item));
  subjects_ahead_.clear();
  legs_ahead_ = {};
  for (const auto& item : items) subjects_ahead_.push_back(table_.PrefetchSubject(hash_of(item)));
  for (const Subject* subject : subjects_ahead_) {
    if (subject == nullptr) continue;
    subject->ledger.PrefetchNewest();
    table_.PrefetchForDirty(*subject);
  }
}

}  // namespace vigla
