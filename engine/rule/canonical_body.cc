// Writes and reads the canonical body. Cold.
#include "engine/rule/canonical_body.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "engine/base/check.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/rule/parser.h"

namespace vigla {
namespace {

constexpr std::string_view kSchema = "vigla.rules.v1";

class BodyWriter {
 public:
  BodyWriter(const RuleSet& rule_set, std::string* out) : rule_set_(rule_set), json_(out) {}

  void Write(const std::vector<std::unique_ptr<Pack>>& packs, bool dated_rates) {
    json_.BeginObject();
    json_.Field("schema", kSchema);
    json_.Field("base", rule_set_.rates.base().Text());
    if (dated_rates) json_.Field("rates", rule_set_.rates.CanonicalText());
    json_.Key("packs").BeginArray();
    for (const auto& pack : packs) {
      pack_ = pack.get();
      WriteMap(pack->root(), PackNode::kPack);
    }
    json_.EndArray().EndObject();
  }

 private:
  void WriteMap(const YamlNode& node, PackNode kind) {
    std::map<std::string_view, const YamlEntry*> sorted;
    for (const YamlEntry& entry : node.entries) sorted[entry.key] = &entry;
    json_.BeginObject();
    for (const auto& [key, entry] : sorted) {
      const KeyInfo* info = FindKey(kind, key);
      if (info == nullptr || !info->in_body || info->support == KeySupport::kNotYet) continue;
      // A key without value says no more than no key.
      if (entry->value.IsBlank() && info->type != KeyType::kText) continue;
      json_.Key(key);
      WriteValue(entry->value, *info);
    }
    json_.EndObject();
  }

  void WriteValue(const YamlNode& node, const KeyInfo& info) {
    switch (info.type) {
      case KeyType::kExpression: WriteExpression(node); return;
      case KeyType::kNames:
      case KeyType::kTexts: WriteTexts(node); return;
      case KeyType::kOne: WriteMap(node, info.child); return;
      case KeyType::kMany: WriteMaps(node, info.child); return;
      case KeyType::kNamed:
      case KeyType::kNamedExpressions:
      case KeyType::kRates: WriteNamed(node, info); return;
      case KeyType::kScalar: json_.String(node.text); return;
      default: json_.String(Trimmed(node.text)); return;
    }
  }

  void WriteExpression(const YamlNode& node) {
    const ParsedExpression parsed = ParseExpression(node.text);
    CHECK(parsed.root != nullptr);
    json_.String(SyntaxText(*parsed.root));
  }

  void WriteTexts(const YamlNode& node) {
    json_.BeginArray();
    if (node.IsScalar()) json_.String(node.text);
    for (const YamlNode& item : node.items) json_.String(item.text);
    json_.EndArray();
  }

  void WriteMaps(const YamlNode& node, PackNode kind) {
    std::vector<const YamlNode*> maps;
    for (const YamlNode& item : node.items) {
      if (kind != PackNode::kRule || TextAt(item, "state") != "off") maps.push_back(&item);
    }
    // Exceptions keep their order, which decides what an alert is excepted by.
    if (kind == PackNode::kRule) {
      std::sort(maps.begin(), maps.end(), [](const YamlNode* a, const YamlNode* b) {
        return a->Find("rule")->text < b->Find("rule")->text;
      });
    }
    json_.BeginArray();
    for (const YamlNode* map : maps) WriteMap(*map, kind);
    json_.EndArray();
  }

  void WriteNamed(const YamlNode& node, const KeyInfo& info) {
    std::map<std::string_view, const YamlNode*> sorted;
    for (const YamlEntry& entry : node.entries) sorted[entry.key] = &entry.value;
    json_.BeginObject();
    for (const auto& [name, value] : sorted) {
      json_.Key(name);
      if (info.type == KeyType::kNamedExpressions) {
        WriteExpression(*value);
      } else if (info.type == KeyType::kRates) {
        json_.String(value->text);
      } else if (info.child == PackNode::kList) {
        WriteList(std::string(name), *value);
      } else {
        WriteMap(*value, info.child);
      }
    }
    json_.EndObject();
  }

  void WriteList(const std::string& name, const YamlNode& node) {
    const auto list = std::find_if(
        rule_set_.lists.begin(), rule_set_.lists.end(),
        [&](const NamedList& known) { return known.pack == pack_->name && known.name == name; });
    CHECK(list != rule_set_.lists.end());
    std::vector<std::string> items(list->items.begin(), list->items.end());
    std::sort(items.begin(), items.end());
    json_.BeginObject().Key("items").BeginArray();
    for (const std::string& item : items) json_.String(item);
    json_.EndArray();
    if (const auto most = TextAt(node, "max_items")) json_.Field("max_items", *most);
    json_.Field("of", ValueTypeName(list->of));
    json_.EndObject();
  }

  const RuleSet& rule_set_;
  JsonWriter json_;
  const Pack* pack_ = nullptr;
};

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "the body of a rule set is malformed: " + std::string(what) +
                       "; it was not written by this engine, or has been changed");
}

// "always USD 23/25" or "2026-03-02 USD 23/25".
bool AddRateLine(std::string_view line, RateTable* table) {
  const size_t first = line.find(' ');
  const size_t second = line.find(' ', first + 1);
  const size_t slash = line.find('/', second + 1);
  if (first == std::string_view::npos || second == std::string_view::npos ||
      slash == std::string_view::npos) {
    return false;
  }
  const auto currency = CurrencyCode::Parse(line.substr(first + 1, second - first - 1));
  ExchangeRate rate;
  if (!currency ||
      !absl::SimpleAtoi(ToAbsl(line.substr(second + 1, slash - second - 1)), &rate.numerator) ||
      !absl::SimpleAtoi(ToAbsl(line.substr(slash + 1)), &rate.denominator) ||
      rate.numerator <= 0 || rate.denominator <= 0) {
    return false;
  }
  if (line.substr(0, first) == "always") {
    table->AddFixed(*currency, rate);
    return true;
  }
  const auto day = ParseDate(line.substr(0, first));
  if (day) table->AddDated(*currency, *day, rate);
  return day.has_value();
}

// RateTable::CanonicalText read back; its first line is the base.
std::optional<RateTable> ParseCanonicalRates(std::string_view text, CurrencyCode base) {
  RateTable table(base);
  bool is_first = true;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    const bool good = is_first ? line == "base " + base.Text() : AddRateLine(line, &table);
    if (!good) return std::nullopt;
    is_first = false;
  }
  table.Seal();
  return table;
}

}  // namespace

std::string RenderBody(const std::vector<std::unique_ptr<Pack>>& packs, const RuleSet& rule_set,
                       bool dated_rates) {
  std::string body;
  BodyWriter(rule_set, &body).Write(packs, dated_rates);
  return body;
}

absl::StatusOr<ParsedBody> ParseBody(std::string_view body) {
  std::unique_ptr<YamlDocument> document = ReadJsonTree(body);
  if (document == nullptr) return Malformed("no JSON of strings");
  const YamlNode& root = document->root;
  if (TextAt(root, "schema") != kSchema) return Malformed("another schema");
  const auto base = CurrencyCode::Parse(TextAt(root, "base").value_or(""));
  if (!base) return Malformed("no base currency");
  ParsedBody parsed;
  parsed.base = *base;
  if (const auto rates = TextAt(root, "rates")) {
    parsed.dated_rates = ParseCanonicalRates(*rates, *base);
    if (!parsed.dated_rates) return Malformed("rates");
  }
  for (YamlEntry& entry : document->root.entries) {
    if (entry.key != "packs") continue;
    for (YamlNode& item : entry.value.items) {
      auto pack = std::make_unique<YamlDocument>();
      pack->file = TextAt(item, "pack").value_or("");
      pack->root = std::move(item);
      parsed.packs.push_back(std::move(pack));
    }
  }
  return parsed;
}

}  // namespace vigla
