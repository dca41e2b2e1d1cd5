// An epoch's legs as a lane recorded them: what the store has of a subject since its image. Warm.
// An image is a subject's whole state and costs far more than one leg; so images are written
// rarely, and until then each leg stands in the log of its epoch, which is in the same batch. A
// state is read as its images with the log applied to them; together they are what every leg up
// to the end of one epoch has made of the ledgers.
// Drawn in engine/docs/formats.md, 'Leg log'; golden bytes under tests/golden/ledger/.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ledger/byte_codec.h"
#include "engine/ledger/chunk.h"
#include "engine/ledger/lane_state.h"
#include "engine/ledger/store.h"

namespace vigla {

inline constexpr uint8_t kLegLogFormatVersion = 2;
inline constexpr char kLegLogKeyTag = 'L';

// Of one part, in any order, of the log of the epoch that ends with `last`.
std::string LegLogKey(Sequence last, uint16_t part);

class LegLogWriter {
 public:
  // Legs come in the order in which they were applied. `other_key` is the record key of the
  // counterparty's account, given where the same transaction's leg of that account is likely to
  // come next: that one is then a mirror, which takes a few bytes.
  void AddLeg(std::string_view record_key, const Entry& entry, const EntryTexts& texts,
              const ColumnNames& names, std::string_view other_key = {});
  // An alert of the leg added last, whose time and sequence the mark has.
  void AddFold(const FoldMark& mark);

  size_t bytes() const { return value_.size(); }
  // The value of all legs since the last call; empty if there are none.
  std::string Take();

 private:
  bool IsMirror(std::string_view record_key, const Entry& entry) const;

  std::string value_;
  int64_t time_us_ = 0;
  uint64_t sequence_ = 0;
  // The other_key of the leg added last, and that leg's direction; empty if it had none.
  std::string mirror_key_;
  Direction direction_ = Direction::kDebit;
};

struct LoggedLeg {
  std::string_view record_key;
  Hash128 subject_hash;
  Entry entry;
  Hash128 own_account;
  std::string_view channel;
  std::vector<std::pair<std::string_view, std::string_view>> columns;  // name, text
  std::vector<FoldMark> folds;
};

// Goes through one value of the log, which must outlive it.
class LegLogReader {
 public:
  // DataLoss if it is damaged or of another version. The hasher is the one that made the entries'
  // counterparties.
  static absl::StatusOr<LegLogReader> Open(std::string_view value, const KeyedHasher* hasher);
  // False at the end. Texts of *leg point into the value.
  absl::StatusOr<bool> Next(LoggedLeg* leg);

 private:
  // What a mirror has from the leg before it.
  struct Mirrored {
    std::string_view record_key;  // of the mirror
    Hash128 counterparty;
    std::string_view channel;
    Entry entry;
  };

  LegLogReader(std::string_view payload, const KeyedHasher* hasher)
      : reader_(payload), hasher_(hasher) {}
  void ReadLeg(uint8_t flags, LoggedLeg* leg);
  void ReadEntry(uint8_t flags, LoggedLeg* leg);
  void ReadMirror(uint8_t flags, LoggedLeg* leg);
  void ReadColumns(LoggedLeg* leg);
  Hash128 HashOf(std::string_view record_key);
  void ReadFold(uint8_t flags, LoggedLeg* leg);

  ByteReader reader_;
  const KeyedHasher* hasher_;
  uint8_t version_ = 0;
  std::optional<Mirrored> mirrored_;  // the leg before, if its mirror may come now
  std::optional<uint8_t> flags_;  // of the next leg, if they were read already
  int64_t time_us_ = 0;
  uint64_t sequence_ = 0;
};

// A value of the log as the store has it.
struct LegLogPart {
  Sequence last;     // of its epoch
  uint16_t part = 0;
  std::string value;
};
// All parts, by epoch.
absl::StatusOr<std::vector<LegLogPart>> ReadLegLog(Store* store);

// Which epochs' legs a store has: the newest come in, those that no subject needs go.
class LegLogTail {
 public:
  LegLogTail() = default;
  explicit LegLogTail(const std::vector<LegLogPart>& log);
  // Puts the values of the epoch that ends with `last`, and deletes those of epochs that end
  // before `first_needed`.
  void Advance(Sequence last, std::vector<std::string> values, Sequence first_needed,
               StoreBatch* batch);

 private:
  struct LoggedEpoch {
    Sequence last;
    uint16_t parts = 0;
  };
  std::deque<LoggedEpoch> epochs_;
};

// Calls visit on the logged legs of one subject, oldest first. It must not read the store.
absl::Status ForEachLoggedLegOf(Store* store, std::string_view record_key,
                                const KeyedHasher& hasher,
                                const std::function<absl::Status(const LoggedLeg&)>& visit);

}  // namespace vigla
