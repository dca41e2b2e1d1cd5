// Any text as an expression: a place and a message, or syntax whose text reads back as itself,
// and a checked expression that compiles; never a crash or a stall.
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/check.h"
#include "engine/rule/checker.h"
#include "engine/rule/compiler.h"
#include "engine/rule/named_list.h"

using namespace vigla;

namespace {

// Names of every kind, for expressions to meet.
struct Names {
  Pack pack;
  PackScope scope;
  RuleSet rule_set;
  KeyedHasher hasher{"fuzz"};

  Names() {
    pack.document = std::make_unique<YamlDocument>();
    pack.document->file = "fuzz";
    scope.pack = &pack;
    rule_set.rates = RateTable(*CurrencyCode::Parse("EUR"));
    rule_set.rates.Seal();
    Diagnostics none;
    YamlEntry entry;
    NamedList list;
    list.of = ValueType::kChannel;
    list.items.insert("atm");
    std::string bad;
    SealList(&list, hasher, &bad);
    rule_set.lists.push_back(list);
    entry.key = "l";
    Declaration* declared = scope.Declare(NameKind::kList, entry, &none);
    declared->index = 0;
    declared->type = ValueType::kChannel;
    entry.key = "n";
    declared = scope.Declare(NameKind::kFeature, entry, &none);
    declared->index = 0;
    declared->type = ValueType::kInt;
    entry.key = "s";
    declared = scope.Declare(NameKind::kFeature, entry, &none);
    declared->index = 1;
    declared->type = ValueType::kMoney;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const names = new Names();
  YamlNode node;
  node.text = std::string(reinterpret_cast<const char*>(data), size);
  if (node.text.find('\0') != std::string::npos) return 0;  // the YAML reader refuses it
  const ParsedExpression parsed = ParseExpression(node.text);
  CHECK((parsed.root == nullptr) == !parsed.errors.empty());
  for (const SyntaxError& error : parsed.errors) CHECK(error.offset <= size);
  if (parsed.root == nullptr) return 0;
  const std::string text = SyntaxText(*parsed.root);
  const ParsedExpression again = ParseExpression(text);
  CHECK(again.root != nullptr);
  CHECK(SyntaxText(*again.root) == text);
  for (ExpressionPlace place : {ExpressionPlace::kRule, ExpressionPlace::kWhere}) {
    Diagnostics diagnostics;
    Checker checker(&names->scope, &names->rule_set, &names->hasher, false, &diagnostics);
    const auto checked = checker.CheckText(node, place, std::nullopt);
    CHECK((checked == nullptr) == diagnostics.HasErrors());
    if (checked == nullptr || checked->type == ValueType::kList) continue;
    if (place == ExpressionPlace::kWhere) CanonicalText(*checked, names->rule_set);
    (void)Compile(*checked, names->rule_set.rates);
  }
  names->rule_set.attribute_paths.clear();
  return 0;
}
