// Cutting, chaining and reading of audit frames. Warm.
#include "engine/audit/frame.h"

#include <algorithm>

#include "engine/audit/canonical_reader.h"
#include "engine/base/check.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr std::string_view kSchema = "{\"schema\":\"vigla.audit.v1\",\"kind\":\"";
// The header's members without rule_set and unknown: 5 counters, 3 digests, names.
constexpr size_t kHeaderBytesMax = 640;
// As many as fit a processor's nearest cache once they are written.
constexpr size_t kLeavesAtOnce = 64;
constexpr size_t kSpareMax = 16;  // frames of memory that are kept for reuse

void AppendBigEndian(uint64_t value, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

// Everything before the entries.
void AppendHeader(const FrameHeader& header, const Digest& head, std::string* out) {
  JsonWriter json(out);
  json.BeginObject()
      .Field("schema", "vigla.audit.v1")
      .Field("kind", FrameKindName(header.kind))
      .CounterField("number", header.number)
      .CounterField("epoch", header.epoch)
      .CounterField("from", header.from.value)
      .CounterField("to", header.to.value)
      .Field("count", static_cast<int64_t>(header.count))
      .Field("rule_set", header.rule_set);
  if (!header.unknown_json.empty()) json.Key("unknown").Raw(header.unknown_json);
  json.Field("merkle_root", header.merkle_root.Hex())
      .Field("previous", header.previous.Hex())
      .Field("head", head.Hex())
      .Key("entries");
}

// The frame, in the memory of its entries.
std::string Render(const FrameHeader& header, const Digest& head, std::string entries) {
  std::string start;
  start.reserve(kHeaderBytesMax + header.rule_set.size() + header.unknown_json.size());
  AppendHeader(header, head, &start);
  start.push_back('[');
  entries.append("]}");
  entries.insert(0, start);
  return entries;
}

absl::Status NotAFrame(const CanonicalReader& reader) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a canonical vigla.audit.v1 frame at byte ", reader.position()));
}

}  // namespace

std::string_view FrameKindName(FrameKind kind) {
  return kind == FrameKind::kIntake ? "intake" : "matches";
}

Digest FrameHead(const FrameHeader& header) {
  std::string bytes;
  bytes.reserve(180);
  bytes.push_back('\x02');
  bytes.append(header.previous.View()).append(header.merkle_root.View());
  bytes.push_back(static_cast<char>(header.kind));
  AppendBigEndian(header.number, &bytes);
  AppendBigEndian(header.epoch, &bytes);
  AppendBigEndian(header.from.value, &bytes);
  AppendBigEndian(header.to.value, &bytes);
  AppendBigEndian(header.count, &bytes);
  bytes.append(Sha256::Of(header.rule_set).View());
  bytes.append(Sha256::Of(header.unknown_json).View());
  return Sha256::Of(bytes);
}

Digest AuditChain::Append(FrameHeader* header) {
  header->number = next_number_++;
  header->previous = head_;
  head_ = FrameHead(*header);
  return head_;
}

FrameBuilder::FrameBuilder(FrameKind kind, size_t bytes_max)
    : kind_(kind), bytes_max_(bytes_max) {
  CHECK(bytes_max >= 2 * kHeaderBytesMax);
}

void FrameBuilder::Begin(uint64_t epoch, Sequence first, std::string_view rule_set) {
  CHECK(first.value > 0);
  parts_.clear();
  OpenPart(first);
  parts_[0].header.epoch = epoch;
  parts_[0].header.rule_set = rule_set;
  tree_.Clear();
  unhashed_.clear();
  unknown_.clear();
  newest_ = Sequence{first.value - 1};
  entry_count_ = 0;
  bytes_ = 0;
}

void FrameBuilder::OpenPart(Sequence from) {
  Part& part = parts_.emplace_back();
  part.header.kind = kind_;
  part.header.from = from;
  if (spare_.empty()) return;
  part.entries = std::move(spare_.back());
  spare_.pop_back();
}

void FrameBuilder::Reuse(std::string frame) {
  if (spare_.size() == kSpareMax || frame.capacity() > 2 * bytes_max_) return;
  frame.clear();
  spare_.push_back(std::move(frame));
}

void FrameBuilder::Add(std::string_view entry, Sequence sequence) {
  CHECK(!parts_.empty());  // Begin comes first
  CHECK(sequence >= newest_ && sequence >= parts_.back().header.from);
  const size_t overhead = kHeaderBytesMax + 2 * parts_.back().header.rule_set.size();
  const size_t size = parts_.back().entries.size() + 1 + entry.size();
  if (!IsEmpty() && size + overhead > bytes_max_) {
    // A match frame may be cut between the legs of one transaction: both name its sequence.
    if (kind_ == FrameKind::kMatches && sequence > newest_) {
      Cut(newest_, Sequence{newest_.value + 1});
    } else if (kind_ == FrameKind::kMatches) {
      Cut(newest_, newest_);
    } else {
      Cut(Sequence{sequence.value - 1}, sequence);
    }
  }
  Part& part = parts_.back();
  if (part.header.count > 0) part.entries.push_back(',');
  part.entries.append(entry);
  ++part.header.count;
  unhashed_.push_back(static_cast<uint32_t>(entry.size()));
  if (unhashed_.size() == kLeavesAtOnce) HashLeaves();
  newest_ = sequence;
  ++entry_count_;
  bytes_ += entry.size() + 1;
}

void FrameBuilder::HashLeaves() {
  std::string_view entries[kLeavesAtOnce];
  std::string_view text = parts_.back().entries;
  for (size_t i = unhashed_.size(); i-- > 0;) {
    const size_t begin = text.size() - unhashed_[i];
    entries[i] = text.substr(begin);
    text = text.substr(0, begin == 0 ? 0 : begin - 1);  // without the comma
  }
  tree_.Add({entries, unhashed_.size()});
  unhashed_.clear();
}

void FrameBuilder::AddUnknown(std::string_view rule, uint64_t legs) {
  CHECK(kind_ == FrameKind::kMatches);
  if (legs == 0) return;
  std::string text;
  AppendJsonString(rule, &text);
  text.push_back(':');
  text.append(std::to_string(legs));
  unknown_.push_back(std::move(text));
}

void FrameBuilder::Cut(Sequence to, Sequence next_from) {
  HashLeaves();
  parts_.back().header.to = to;
  parts_.back().header.merkle_root = tree_.Root();
  tree_.Clear();
  OpenPart(next_from);
  const FrameHeader& before = parts_[parts_.size() - 2].header;
  parts_.back().header.epoch = before.epoch;
  parts_.back().header.rule_set = before.rule_set;
}

void FrameBuilder::Finish(Sequence last, AuditChain* chain, std::vector<std::string>* frames) {
  CHECK(!parts_.empty());
  const size_t overhead = kHeaderBytesMax + 2 * parts_.back().header.rule_set.size();
  for (const std::string& rule : unknown_) {
    std::string& unknown = parts_.back().header.unknown_json;
    const size_t size = parts_.back().entries.size() + unknown.size() + rule.size() + 2;
    const bool empty = unknown.empty() && IsEmpty();
    if (!empty && size + overhead > bytes_max_) {
      if (!unknown.empty()) unknown.push_back('}');
      Cut(last, Sequence{last.value + 1});
    }
    std::string& target = parts_.back().header.unknown_json;
    target.push_back(target.empty() ? '{' : ',');
    target.append(rule);
  }
  std::string& unknown = parts_.back().header.unknown_json;
  if (!unknown.empty()) unknown.push_back('}');
  HashLeaves();
  parts_.back().header.to = last;
  parts_.back().header.merkle_root = tree_.Root();
  for (Part& part : parts_) {
    CHECK(part.header.to.value + 1 >= part.header.from.value);
    const Digest head = chain->Append(&part.header);
    frames->push_back(Render(part.header, head, std::move(part.entries)));
  }
  parts_.clear();
  tree_.Clear();
  entry_count_ = 0;
  bytes_ = 0;
}

absl::StatusOr<Frame> ParseFrame(std::string_view json) {
  CanonicalReader reader(json);
  if (!IsUtf8(json)) return absl::InvalidArgumentError("not a frame: invalid UTF-8");
  Frame frame;
  FrameHeader& header = frame.header;
  reader.Expect(kSchema);
  header.kind = reader.Accept("intake\"") ? FrameKind::kIntake : FrameKind::kMatches;
  if (header.kind == FrameKind::kMatches) reader.Expect("matches\"");
  int64_t count = 0;
  reader.Expect(",\"number\":") && reader.Counter(&header.number);
  reader.Expect(",\"epoch\":") && reader.Counter(&header.epoch);
  reader.Expect(",\"from\":") && reader.Counter(&header.from.value);
  reader.Expect(",\"to\":") && reader.Counter(&header.to.value);
  reader.Expect(",\"count\":") && reader.Integer(&count);
  reader.Expect(",\"rule_set\":") && reader.String(&header.rule_set);
  if (reader.Accept(",\"unknown\":")) {
    std::string_view unknown;
    reader.Value(&unknown);
    header.unknown_json = unknown;
  }
  reader.Expect(",\"merkle_root\":") && reader.HexDigest(&header.merkle_root);
  reader.Expect(",\"previous\":") && reader.HexDigest(&header.previous);
  reader.Expect(",\"head\":") && reader.HexDigest(&frame.head);
  reader.Expect(",\"entries\":");
  const size_t header_end = reader.position();
  if (!reader.Expect("[") || count < 0) return NotAFrame(reader);
  header.count = static_cast<uint64_t>(count);
  // What is claimed is not to be trusted with memory: an entry has at least two bytes.
  frame.entries.reserve(std::min<size_t>(header.count, json.size() / 2));
  while (reader.Element()) {
    std::string_view entry;
    if (!reader.Value(&entry) || entry.front() != '{') return NotAFrame(reader);
    frame.entries.push_back(entry);
  }
  reader.Expect("}");
  if (!reader.AtEnd()) return NotAFrame(reader);
  if (!header.unknown_json.empty() && header.unknown_json.front() != '{') {
    return absl::InvalidArgumentError("not a frame: \"unknown\" is no object");
  }
  // Whatever the head does not see must not vary: spelling of strings and numbers.
  std::string canonical;
  AppendHeader(header, frame.head, &canonical);
  if (canonical != json.substr(0, header_end)) {
    return absl::InvalidArgumentError("not a frame: its header is not in canonical form");
  }
  return frame;
}

absl::Status CheckFrame(const Frame& frame) {
  const FrameHeader& header = frame.header;
  if (header.count != frame.entries.size()) {
    return absl::DataLossError(absl::StrCat("count is ", header.count, " but there are ",
                                            frame.entries.size(), " entries"));
  }
  MerkleTree tree;
  tree.Add(frame.entries);
  if (tree.Root() != header.merkle_root) {
    return absl::DataLossError("the Merkle root is not that of its entries");
  }
  if (FrameHead(header) != frame.head) {
    return absl::DataLossError("the head is not that of its header");
  }
  return absl::OkStatus();
}

}  // namespace vigla
