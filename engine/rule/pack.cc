// Typed access to a pack's tree. Cold.
#include "engine/rule/pack.h"

#include "absl/strings/numbers.h"
#include "engine/base/status.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

const YamlNode* ScalarAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node != nullptr && node->IsScalar() ? node : nullptr;
}

}  // namespace

std::optional<std::string> TextAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = ScalarAt(map, key);
  if (node == nullptr) return std::nullopt;
  return Trimmed(node->text);
}

std::optional<int> IntegerAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = ScalarAt(map, key);
  int value = 0;
  if (node == nullptr || !absl::SimpleAtoi(node->text, &value)) return std::nullopt;
  return value;
}

std::optional<bool> FlagAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = ScalarAt(map, key);
  if (node == nullptr || (node->text != "true" && node->text != "false")) return std::nullopt;
  return node->text == "true";
}

std::optional<int32_t> DateAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = ScalarAt(map, key);
  return node != nullptr ? ParseDate(node->text) : std::nullopt;
}

std::vector<const YamlNode*> NamesAt(const YamlNode& map, std::string_view key) {
  std::vector<const YamlNode*> names;
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return names;
  if (node->IsScalar()) names.push_back(node);
  for (const YamlNode& item : node->items) {
    if (item.IsScalar()) names.push_back(&item);
  }
  return names;
}

std::optional<int> WordAt(const YamlNode& map, PackNode node, std::string_view key) {
  const YamlNode* value = ScalarAt(map, key);
  if (value == nullptr) return std::nullopt;
  const std::vector<std::string_view> words = WordsOf(*FindKey(node, key));
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == value->text) return static_cast<int>(i);
  }
  return std::nullopt;
}

const std::vector<YamlEntry>& EntriesAt(const YamlNode& map, std::string_view key) {
  static const auto* const kNone = new std::vector<YamlEntry>();
  const YamlNode* node = map.Find(key);
  return node != nullptr ? node->entries : *kNone;
}

const std::vector<YamlNode>& ItemsAt(const YamlNode& map, std::string_view key) {
  static const auto* const kNone = new std::vector<YamlNode>();
  const YamlNode* node = map.Find(key);
  return node != nullptr ? node->items : *kNone;
}

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

}  // namespace vigla
