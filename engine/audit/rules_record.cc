// Rule-set bodies cut into records and put together again. Cold.
#include "engine/audit/rules_record.h"

#include "engine/audit/canonical_reader.h"
#include "engine/base/check.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr size_t kOverheadBytesMax = 256;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Code point by code point, so that each piece is UTF-8 and its escaped size is known.
std::vector<std::string> EscapedPieces(std::string_view body, size_t bytes_max) {
  std::vector<std::string> pieces(1);
  std::string escaped;
  for (size_t begin = 0; begin < body.size();) {
    size_t end = begin + 1;
    while (end < body.size() && IsContinuation(body[end])) ++end;
    escaped.clear();
    AppendJsonString(body.substr(begin, end - begin), &escaped);
    const std::string_view inside(escaped.data() + 1, escaped.size() - 2);
    if (pieces.back().size() + inside.size() > bytes_max) pieces.emplace_back();
    pieces.back().append(inside);
    begin = end;
  }
  return pieces;
}

}  // namespace

std::vector<std::string> RenderRulesRecords(std::string_view body, size_t bytes_max) {
  CHECK(bytes_max >= 1024);
  const std::string fingerprint = "sha256:" + Sha256::Of(body).Hex();
  std::vector<std::string> records;
  const std::vector<std::string> pieces = EscapedPieces(body, bytes_max - kOverheadBytesMax);
  for (size_t i = 0; i < pieces.size(); ++i) {
    std::string record;
    JsonWriter(&record)
        .BeginObject()
        .Field("schema", "vigla.rules.v1")
        .Field("fingerprint", fingerprint)
        .Field("part", static_cast<int64_t>(i + 1))
        .Field("parts", static_cast<int64_t>(pieces.size()))
        .Key("text")
        .Raw(absl::StrCat("\"", pieces[i], "\""))
        .EndObject();
    records.push_back(std::move(record));
  }
  return records;
}

absl::StatusOr<std::optional<PublishedRuleSet>> RulesAssembler::Add(std::string_view json) {
  CanonicalReader reader(json);
  Digest fingerprint;
  int64_t part = 0, parts = 0;
  std::string_view hex;
  std::string text;
  reader.Expect("{\"schema\":\"vigla.rules.v1\",\"fingerprint\":") && reader.RawString(&hex);
  reader.Expect(",\"part\":") && reader.Integer(&part);
  reader.Expect(",\"parts\":") && reader.Integer(&parts);
  reader.Expect(",\"text\":") && reader.String(&text);
  reader.Expect("}");
  if (!reader.AtEnd() || !hex.starts_with("sha256:") ||
      !ParseDigest(hex.substr(7), &fingerprint) || part < 1 || part > parts) {
    return absl::InvalidArgumentError("not a vigla.rules.v1 record");
  }
  const bool fits = IsOpen() ? part == parts_seen_ + 1 && parts == parts_ &&
                                   fingerprint == fingerprint_
                             : part == 1;
  if (!fits) {
    const int seen = parts_seen_;
    parts_seen_ = 0;
    return absl::DataLossError(absl::StrCat("part ", part, " of ", parts, " of rule set sha256:",
                                            fingerprint.Hex(), " does not follow part ", seen));
  }
  if (part == 1) body_.clear();
  body_.append(text);
  fingerprint_ = fingerprint;
  parts_ = parts;
  parts_seen_ = part;
  if (part < parts) return std::optional<PublishedRuleSet>();
  parts_seen_ = 0;
  if (Sha256::Of(body_) != fingerprint_) {
    return absl::DataLossError(absl::StrCat("the body published as rule set sha256:",
                                            fingerprint_.Hex(), " has another SHA-256"));
  }
  return PublishedRuleSet{fingerprint_, std::move(body_)};
}

}  // namespace vigla
