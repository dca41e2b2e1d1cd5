// Audit frames: an epoch's entries of one kind, cut to records that fit a topic, each with a
// Merkle root over its entries and a head that chains it to all frames before. Warm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/audit/merkle.h"
#include "engine/base/hash.h"
#include "engine/model/subject.h"

namespace vigla {

// Hashed into heads: do not renumber.
enum class FrameKind : uint8_t { kIntake = 1, kMatches = 2 };
std::string_view FrameKindName(FrameKind kind);  // "intake", "matches"

// Everything a frame says beside its entries; all of it is covered by the head.
struct FrameHeader {
  FrameKind kind = FrameKind::kIntake;
  uint64_t number = 0;  // from 1, without holes, over both kinds
  uint64_t epoch = 0;
  Sequence from, to;    // the sequences it speaks for; to = from - 1: none
  uint64_t count = 0;   // entries
  std::string rule_set;      // fingerprint text
  std::string unknown_json;  // canonical object rule -> legs on which it was unknown; "" = none
  Digest merkle_root;
  Digest previous;      // head of the frame before; zeros at number 1
};

// SHA-256(0x02 || previous || root || kind || number || epoch || from || to || count ||
// SHA-256(rule_set) || SHA-256(unknown_json)); integers are 8 bytes, kind 1, big-endian.
Digest FrameHead(const FrameHeader& header);

// The end of the chain: what the next frame hangs on. Starts at genesis or from given values.
class AuditChain {
 public:
  AuditChain() = default;
  AuditChain(const Digest& head, uint64_t next_number) : head_(head), next_number_(next_number) {}

  const Digest& head() const { return head_; }
  uint64_t next_number() const { return next_number_; }

  // Gives the header its number and previous head, and moves on to its head.
  Digest Append(FrameHeader* header);

 private:
  Digest head_;  // zeros before the first frame
  uint64_t next_number_ = 1;
};

// Collects one epoch's entries of one kind. Recyclable: Finish leaves it ready for Begin.
// Not thread-safe. Leaves are hashed in Add, some at once; the chain is touched in Finish only, so
// two builders may fill at the same time if they finish one after the other (intake first).
class FrameBuilder {
 public:
  // A frame is at most `bytes_max` long unless a single entry is longer (kEntryBytesMax).
  FrameBuilder(FrameKind kind, size_t bytes_max);

  // `first` is the epoch's first sequence, `rule_set` the fingerprint text of its set.
  void Begin(uint64_t epoch, Sequence first, std::string_view rule_set);
  // In (sequence, leg order). An activation's sequence is its first_sequence.
  void Add(std::string_view entry, Sequence sequence);
  // Matches only: legs on which the rule was unknown. In the order of rule ids; 0 is left out.
  void AddUnknown(std::string_view rule, uint64_t legs);
  // Appends the epoch's frames as JSON; at least one, even if nothing was added.
  // `last` is the epoch's last sequence: first - 1 if it has no record.
  void Finish(Sequence last, AuditChain* chain, std::vector<std::string>* frames);
  // Takes the memory of a frame that is no longer needed: new frames are large, and memory that
  // was never touched is dearer than what is written into it.
  void Reuse(std::string frame);

  uint64_t entries() const { return entry_count_; }
  size_t bytes() const { return bytes_; }

 private:
  struct Part {
    FrameHeader header;
    std::string entries;  // comma-separated
  };
  void OpenPart(Sequence from);
  void Cut(Sequence to, Sequence next_from);
  void HashLeaves();
  bool IsEmpty() const { return parts_.back().header.count == 0; }

  const FrameKind kind_;
  const size_t bytes_max_;
  std::vector<Part> parts_;  // the last one is being filled
  MerkleTree tree_;          // of the last part, but for the leaves that are still to be hashed
  std::vector<uint32_t> unhashed_;    // lengths of the last part's last entries
  std::vector<std::string> spare_;    // memory for frames to come
  Sequence newest_;          // of the last entry added
  std::vector<std::string> unknown_;  // "rule":legs, rendered
  uint64_t entry_count_ = 0;
  size_t bytes_ = 0;
};

// A frame as read: entries are the exact bytes in the text that was parsed, which must outlive it.
struct Frame {
  FrameHeader header;
  Digest head;  // as stated
  std::vector<std::string_view> entries;
};

// InvalidArgument unless `json` is a frame in canonical form, byte for byte. Does not judge the
// root, the head or the count: CheckFrame does.
absl::StatusOr<Frame> ParseFrame(std::string_view json);

// DataLoss unless count, root and head are those of the frame's own content.
absl::Status CheckFrame(const Frame& frame);

}  // namespace vigla
