// Reads rates, parameters, lists and macros. Cold.
#include "engine/rule/pack_declarations.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/rule/constant.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/list_reader.h"
#include "engine/rule/parser.h"

namespace vigla {
namespace {

constexpr int kRateIntegerDigits = 6;
constexpr int kRateFractionDigits = 12;

// A positive decimal as an exact fraction, without trailing zeros.
std::optional<ExchangeRate> ParseRate(std::string_view text) {
  ParsedDecimal parsed = ParseDecimal(text, kRateIntegerDigits, kRateFractionDigits);
  if (parsed.error != DecimalError::kNone || parsed.value <= 0) return std::nullopt;
  ExchangeRate rate{0, 1};
  int scale = kRateFractionDigits;
  for (; scale > 0 && parsed.value % 10 == 0; --scale) parsed.value /= 10;
  for (; scale > 0; --scale) rate.denominator *= 10;
  rate.numerator = static_cast<int64_t>(parsed.value);
  return rate;
}

std::optional<RateTable> ReadRatesOf(const Pack& pack, const YamlNode& rates,
                                     Diagnostics* diagnostics) {
  const YamlNode* base_node = rates.Find("base");
  if (base_node == nullptr) return std::nullopt;
  const auto base = CurrencyCode::Parse(base_node->text);
  if (!base) return std::nullopt;
  RateTable table(*base);
  for (const YamlEntry& entry : rates.entries) {
    if (entry.key == "base") continue;
    const auto currency = CurrencyCode::Parse(entry.key);
    if (!currency || !entry.value.IsScalar()) continue;
    const auto rate = ParseRate(entry.value.text);
    if (!rate || (*currency == *base && rate->numerator != rate->denominator)) {
      diagnostics->Error(diagnostic::kBadRates.code, pack.document->At(entry.value),
                         "`" + entry.value.text + "` can't be the rate of " + entry.key,
                         "base units per unit of the currency: a positive decimal with up to 6 "
                         "digits before and 12 after the point");
      continue;
    }
    if (*currency != *base) table.AddFixed(*currency, *rate);
  }
  table.Seal();
  return table;
}

class Declarer {
 public:
  Declarer(const KeyedHasher& hasher, bool fixed_rates, PackScope* scope, RuleSet* rule_set,
           Diagnostics* diagnostics)
      : hasher_(hasher),
        fixed_rates_(fixed_rates),
        scope_(scope),
        rule_set_(rule_set),
        diagnostics_(diagnostics) {}

  void Run() {
    const YamlNode& root = scope_->pack->root();
    for (const YamlEntry& entry : EntriesAt(root, "parameters")) {
      Declaration* declared = scope_->Declare(NameKind::kParameter, entry, diagnostics_);
      if (declared != nullptr) ReadParameter(entry, declared);
    }
    for (const YamlEntry& entry : EntriesAt(root, "lists")) {
      Declaration* declared = scope_->Declare(NameKind::kList, entry, diagnostics_);
      if (declared != nullptr) DeclareList(entry, declared);
    }
    for (const YamlEntry& entry : EntriesAt(root, "macros")) {
      Declaration* declared = scope_->Declare(NameKind::kMacro, entry, diagnostics_);
      if (declared != nullptr) DeclareMacro(entry, declared);
    }
  }

 private:
  void Error(const DiagnosticCode& code, const YamlNode& node, std::string message,
             std::string advice = "") {
    diagnostics_->Error(code.code, scope_->pack->document->At(node), std::move(message),
                        std::move(advice));
  }

  std::unique_ptr<Expression> Constant(ValueType type, const YamlNode* node) {
    if (node == nullptr || !node->IsScalar()) return nullptr;
    ConstantProblem problem;
    auto constant = MakeConstant(type, node->text, hasher_, &problem);
    if (constant == nullptr) {
      Error(diagnostic::kBadParameter, *node, problem.message, problem.advice);
      diagnostics_->all().back().Mend(node->text, problem.mend);
      return nullptr;
    }
    const CurrencyCode currency = constant->money_currency;
    if (type == ValueType::kMoney && fixed_rates_ && currency != rule_set_->rates.base() &&
        !rule_set_->rates.HasFixed(currency)) {
      Error(diagnostic::kNoRate, *node, "the rates have no " + currency.Text(),
            "add it to `rates`, or write the amount in " + rule_set_->rates.base().Text());
      return nullptr;
    }
    return constant;
  }

  void ReadParameter(const YamlEntry& entry, Declaration* declared) {
    declared->broken = true;
    const std::optional<std::string> type_name = TextAt(entry.value, "type");
    const std::optional<ValueType> type = type_name ? ParseValueType(*type_name) : std::nullopt;
    if (!type || !WordAt(entry.value, PackNode::kParameter, "type")) return;
    declared->type = *type;
    declared->constant = Constant(*type, entry.value.Find("value"));
    if (declared->constant == nullptr) return;
    declared->constant->text = entry.key;
    declared->broken = false;
    for (const std::string_view bound : {"min", "max"}) {
      const YamlNode* node = entry.value.Find(bound);
      auto limit = Constant(*type, node);
      if (limit == nullptr) continue;
      const std::optional<int> order = CompareConstants(*declared->constant, *limit);
      if (!order) {
        Error(diagnostic::kBadParameter, *node,
              "`" + std::string(bound) + "` can't be compared with the value",
              *type == ValueType::kMoney ? "write both in one currency"
                                         : "values of this type have no order");
      } else if (bound == "min" ? *order < 0 : *order > 0) {
        Error(diagnostic::kParameterRange, *entry.value.Find("value"),
              "`" + entry.value.Find("value")->text + "` is " +
                  (bound == "min" ? "less than min, " : "more than max, ") + node->text);
      }
      (bound == "min" ? declared->least : declared->most) = std::move(limit);
    }
  }

  void DeclareList(const YamlEntry& entry, Declaration* declared) {
    auto list = ReadList(*scope_->pack, entry, hasher_, &rule_set_->files, diagnostics_);
    declared->broken = !list.has_value();
    if (!list) return;
    declared->type = list->of;
    declared->index = static_cast<int>(rule_set_->lists.size());
    rule_set_->lists.push_back(*std::move(list));
  }

  void DeclareMacro(const YamlEntry& entry, Declaration* declared) {
    declared->broken = true;
    if (!entry.value.IsScalar()) return;
    declared->text = &entry.value;
    ParsedExpression parsed = ParseExpression(entry.value.text);
    declared->syntax = std::move(parsed.root);
    declared->broken = declared->syntax == nullptr;
    for (const SyntaxError& error : parsed.errors) {
      const TextPositions positions = scope_->pack->document->PositionsIn(entry.value);
      const auto [line, column] = positions[std::min(error.offset, positions.size() - 1)];
      diagnostics_
          ->Error(error.code->code, {scope_->pack->document->file, line, column}, error.message,
                  error.advice)
          .Mend(error.old_text, error.new_text);
    }
  }

  const KeyedHasher& hasher_;
  bool fixed_rates_;
  PackScope* scope_;
  RuleSet* rule_set_;
  Diagnostics* diagnostics_;
};

}  // namespace

std::optional<RateTable> ReadPackRates(const std::vector<std::unique_ptr<Pack>>& packs,
                                       Diagnostics* diagnostics) {
  std::optional<RateTable> rates;
  std::string first;
  for (const auto& pack : packs) {
    const YamlNode* node = pack->root().Find("rates");
    if (node == nullptr || !node->IsMapping()) continue;
    std::optional<RateTable> table = ReadRatesOf(*pack, *node, diagnostics);
    if (!table) continue;
    if (!rates) {
      rates = std::move(table);
      first = pack->name;
    } else if (rates->base() != table->base() || rates->fingerprint() != table->fingerprint()) {
      diagnostics->Error(diagnostic::kOtherRates.code, pack->document->At(*node),
                         "the pack `" + first + "` has other rates",
                         "a rule set has one table of rates");
    }
  }
  return rates;
}

void DeclareNames(const KeyedHasher& hasher, bool fixed_rates, PackScope* scope,
                  RuleSet* rule_set, Diagnostics* diagnostics) {
  Declarer(hasher, fixed_rates, scope, rule_set, diagnostics).Run();
}

}  // namespace vigla
