// One subject's entries in the order of their keys, of which memory holds the newest part. Hot.
#include "engine/ledger/ledger.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/ledger/chunk_codec.h"
#include "engine/ledger/store_key.h"

namespace vigla {

Ledger::Ledger(Chunk newest, bool has_more_in_store)
    : newest_(std::move(newest)), more_in_store_(has_more_in_store && !newest_.empty()) {}

const EventTime* Ledger::OldestApart() const {
  return apart_count() == 0 ? nullptr : &older_->apart.front().first.time;
}

EntryKey Ledger::FirstOf(size_t chunk) const {
  return chunk < apart_count() ? older_->apart[chunk].first : newest_.first();
}

size_t Ledger::ChunkFor(const EntryKey& key) const {
  const size_t apart = apart_count();
  if (apart == 0 || newest_.first() <= key) return apart;
  const std::deque<ChunkApart>& chunks = older_->apart;
  const auto after =
      std::upper_bound(chunks.begin(), chunks.end(), key,
                       [](const EntryKey& k, const ChunkApart& c) { return k < c.first; });
  return after == chunks.begin() ? 0 : static_cast<size_t>(after - chunks.begin()) - 1;
}

absl::StatusOr<const Chunk*> Ledger::Body(const LedgerSource& source, size_t chunk) {
  if (chunk >= apart_count()) return &newest_;
  ChunkApart& apart = older_->apart[chunk];
  if (apart.body == nullptr) {
    std::string value;
    RETURN_IF_ERROR(
        source.store->Get(ChunkKey(ChunkKeyPrefix(source.record_key), apart.first), &value));
    ASSIGN_OR_RETURN(Chunk decoded, DecodeChunk(value, source.names));
    SetBody(&apart, std::make_unique<Chunk>(std::move(decoded)));
    if (older_->loaded > kLoadedMax) LetGoOfOne(source.written_epoch, chunk);
  }
  return apart.body.get();
}

absl::Status Ledger::Reach(const LedgerSource& source, const EntryKey& key) {
  if (!more_in_store_ || FirstOf(0) <= key) return absl::OkStatus();
  const std::string prefix = ChunkKeyPrefix(source.record_key);
  std::deque<ChunkApart>& chunks = older().apart;
  absl::Status status;
  bool found_all = true;
  RETURN_IF_ERROR(source.store->ScanBackward(
      prefix, ChunkKey(prefix, FirstOf(0)), [&](std::string_view at, std::string_view value) {
        const std::optional<EntryKey> first = ParseChunkKey(prefix, at);
        absl::StatusOr<Chunk> decoded = DecodeChunk(value, source.names);
        if (decoded.ok() && (!first || decoded->first() != *first)) {
          decoded = absl::DataLossError("state store: a chunk of entries under a wrong key");
        }
        if (!decoded.ok()) {
          status = decoded.status();
          return false;
        }
        ChunkApart apart;
        apart.first = *first;
        apart.count = decoded->size();
        apart.is_dirty = false;
        apart.is_stored = true;
        chunks.push_front(std::move(apart));
        SetBody(&chunks.front(), std::make_unique<Chunk>(*std::move(decoded)));
        if (older_->loaded > kLoadedMax) LetGoOfOne(source.written_epoch, 0);
        found_all = *first > key;
        return found_all;
      }));
  RETURN_IF_ERROR(status);
  if (found_all) more_in_store_ = false;
  return absl::OkStatus();
}

void Ledger::SetBody(ChunkApart* apart, std::unique_ptr<Chunk> body) {
  if (apart->body != nullptr) --older_->loaded;
  apart->body = std::move(body);
  if (apart->body != nullptr) ++older_->loaded;
  Recount(apart);
}

void Ledger::Recount(ChunkApart* apart) {
  older_->bytes -= apart->body_bytes;
  apart->body_bytes =
      sizeof(ChunkApart) + (apart->body ? sizeof(Chunk) + apart->body->HeapBytes() : 0);
  older_->bytes += apart->body_bytes;
}

void Ledger::LetGoOfOne(uint64_t written_epoch, size_t keep) {
  // A few steps at most: where nothing is safe to let go there is no use in looking everywhere.
  for (int step = 0; step < 8; ++step) {
    size_t& hand = older_->hand;
    hand = hand + 1 < older_->apart.size() ? hand + 1 : 0;
    ChunkApart& apart = older_->apart[hand];
    if (hand != keep && apart.body != nullptr && IsSafe(apart, written_epoch)) {
      SetBody(&apart, nullptr);
      return;
    }
  }
}

void Ledger::Trim(uint64_t written_epoch) {
  if (older_ == nullptr) return;
  for (ChunkApart& apart : older_->apart) {
    if (apart.body != nullptr && IsSafe(apart, written_epoch)) SetBody(&apart, nullptr);
  }
}

bool Ledger::HasMoreThan(size_t limit, EventTime time) const {
  if (newest_.size() <= limit && apart_count() == 0) return false;
  auto later = [&](const Chunk& chunk) {
    return chunk.size() - chunk.CountThrough(EntryKey::EndOf(time));
  };
  size_t count = later(newest_);
  if (count > limit || count < newest_.size() || apart_count() == 0) return count > limit;
  const ChunkApart& before = older_->apart.back();
  if (before.first.time > time) return count + before.count > limit;
  return before.body != nullptr && count + later(*before.body) > limit;
}

absl::StatusOr<Ledger::Place> Ledger::Insert(const LedgerSource& source, const Entry& entry,
                                             const EntryTexts& texts) {
  const EntryKey key = KeyOf(entry);
  if (!newest_.empty() && key < newest_.first()) {
    RETURN_IF_ERROR(Reach(source, key));
    const size_t chunk = ChunkFor(key);
    if (chunk < apart_count()) return InsertApart(source, chunk, entry, texts);
  }
  size_t offset = newest_.Insert(entry, texts);
  if (newest_.size() <= kNewestMax) return Place{&newest_, offset};
  MoveApart();
  if (offset < kMovedApart) return Place{older_->apart.back().body.get(), offset};
  return Place{&newest_, offset - kMovedApart};
}

void Ledger::MoveApart() {
  ChunkApart apart;
  apart.first = newest_.first();
  apart.count = kMovedApart;
  ++older().dirty;
  older_->apart.push_back(std::move(apart));
  SetBody(&older_->apart.back(),
          std::make_unique<Chunk>(newest_.Slice(0, kMovedApart, /*pool=*/nullptr)));
  newest_ = newest_.Slice(kMovedApart, newest_.size(), newest_.pool());
}

absl::StatusOr<Ledger::Place> Ledger::InsertApart(const LedgerSource& source, size_t chunk,
                                                  const Entry& entry, const EntryTexts& texts) {
  RETURN_IF_ERROR(Body(source, chunk).status());
  ChunkApart* apart = &older_->apart[chunk];
  size_t offset = apart->body->Insert(entry, texts);
  if (!std::exchange(apart->is_dirty, true)) ++older_->dirty;
  apart->count = apart->body->size();
  if (offset == 0) {
    if (apart->is_stored) older_->deleted.push_back(apart->first);
    apart->is_stored = false;
    apart->first = KeyOf(entry);
  }
  Recount(apart);
  if (apart->count > kApartMax) {
    SplitApart(chunk);
    const size_t left = older_->apart[chunk].count;
    if (offset >= left) {
      ++chunk;
      offset -= left;
    }
  }
  return Place{older_->apart[chunk].body.get(), offset};
}

void Ledger::SplitApart(size_t chunk) {
  auto at = older_->apart.begin() + static_cast<ptrdiff_t>(chunk);
  const std::unique_ptr<Chunk> whole = std::make_unique<Chunk>(std::move(*at->body));
  const size_t half = whole->size() / 2;
  SetBody(&*at, std::make_unique<Chunk>(whole->Slice(0, half, /*pool=*/nullptr)));
  at->count = half;
  ChunkApart right;
  auto body = std::make_unique<Chunk>(whole->Slice(half, whole->size(), /*pool=*/nullptr));
  right.first = body->first();
  right.count = body->size();
  ++older_->dirty;
  at = older_->apart.insert(at + 1, std::move(right));
  SetBody(&*at, std::move(body));
}

absl::Status Ledger::DropThrough(const LedgerSource& source, EventTime cutoff,
                                 EventTime* oldest_apart) {
  if (!HasChunksApart() || *oldest_apart > cutoff) return absl::OkStatus();
  // A chunk whose successor begins at or before the cutoff has nothing after it.
  if (more_in_store_) {
    const std::string prefix = ChunkKeyPrefix(source.record_key);
    std::optional<EntryKey> before;
    bool reached_one_to_keep = false;
    RETURN_IF_ERROR(source.store->ScanForward(
        prefix, ChunkKey(prefix, FirstOf(0)), [&](std::string_view at, std::string_view) {
          const std::optional<EntryKey> first = ParseChunkKey(prefix, at);
          if (!first) return true;
          if (before && first->time <= cutoff) {
            older().deleted.push_back(*before);
            older_->dropped_before = std::max(older_->dropped_before, *first);
          } else if (before) {
            reached_one_to_keep = true;
            return false;
          }
          before = first;
          return true;
        }));
    if (before && !reached_one_to_keep && FirstOf(0).time <= cutoff) {
      older().deleted.push_back(*before);
      older_->dropped_before = std::max(older_->dropped_before, FirstOf(0));
      before.reset();
    }
    if (before) {
      *oldest_apart = before->time;
      return absl::OkStatus();
    }
    more_in_store_ = false;
  }
  while (apart_count() > 0 && FirstOf(1).time <= cutoff) {
    ChunkApart& front = older_->apart.front();
    if (front.is_stored) older_->deleted.push_back(front.first);
    older_->dropped_before = std::max(older_->dropped_before, FirstOf(1));
    if (front.is_dirty) --older_->dirty;
    SetBody(&front, nullptr);
    older_->bytes -= front.body_bytes;
    older_->apart.pop_front();
  }
  if (apart_count() > 0) *oldest_apart = FirstOf(0).time;
  return absl::OkStatus();
}

void Ledger::TakeChanges(const LedgerSource& source, uint64_t epoch, StoreBatch* batch) {
  if (older_ == nullptr) return;
  const std::string prefix = ChunkKeyPrefix(source.record_key);
  for (const EntryKey& first : older_->deleted) batch->Delete(ChunkKey(prefix, first));
  older_->deleted.clear();
  // Dirty chunks nearly always are the last ones.
  for (size_t i = apart_count(); older_->dirty > 0 && i-- > 0;) {
    ChunkApart& apart = older_->apart[i];
    if (!apart.is_dirty) continue;
    batch->Put(ChunkKey(prefix, apart.first), EncodeChunk(*apart.body, *source.names));
    apart.is_dirty = false;
    apart.is_stored = true;
    apart.handed_epoch = epoch;
    --older_->dirty;
  }
}

}  // namespace vigla
