// Every key that a pack may have, in one table for reader, canonical body, help and schema. Cold.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace vigla {

// The kinds of maps in a pack; each key belongs to one.
enum class PackNode : uint8_t {
  kPack,
  kParameter,
  kList,
  kFeature,
  kRule,
  kException,
  kOncePer,
  kEvidence,
};

enum class KeyType : uint8_t {
  kText,         // for people; not empty
  kInteger,      // 0 to 1,000,000
  kFlag,         // true or false
  kDate,         // 2027-06-30
  kWord,         // one of `words`
  kPackName,     // letters, digits, . _ -
  kScalar,       // typed by what stands beside it; not empty
  kExpression,
  kReason,       // text with {expression} holes
  kNames,        // a name or a list of names
  kTexts,        // a list of texts
  kOne,          // a map of `child`
  kMany,         // a list of maps of `child`
  kNamed,        // a map from names to maps of `child`
  kNamedExpressions,
  kRates,        // a map from currencies to decimals, and `base`
  kAnything,     // read by somebody else
};

enum class KeySupport : uint8_t { kSupported, kNotYet };

struct KeyInfo {
  PackNode node;
  std::string_view key;
  KeyType type;
  bool required;
  bool in_body;            // decides behaviour or stands in alerts: part of the fingerprint
  std::string_view about;  // hover text
  std::string_view words = "";  // of kWord, separated by spaces
  PackNode child = PackNode::kPack;
  KeySupport support = KeySupport::kSupported;
  std::string_view since = "1";  // version of the pack format
};

std::span<const KeyInfo> PackKeys();
// The keys of one kind of map, in the table's order.
std::vector<const KeyInfo*> KeysOf(PackNode node);
// nullptr if there is no such key.
const KeyInfo* FindKey(PackNode node, std::string_view key);
std::vector<std::string_view> WordsOf(const KeyInfo& key);

}  // namespace vigla
