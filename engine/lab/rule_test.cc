// Rule tests as written in packs, read and checked. Cold.
#include "engine/lab/rule_test.h"

#include <algorithm>
#include <set>

#include "engine/lab/expected_value.h"
#include "engine/lab/row_series.h"
#include "engine/lab/test_code.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

constexpr int kLikeDepthMax = 8;

class TestReader {
 public:
  TestReader(const YamlDocument& document, const RuleSet& rule_set, Diagnostics* diagnostics)
      : document_(document), rule_set_(rule_set), diagnostics_(diagnostics) {}

  std::vector<RuleTest> Read() {
    const YamlNode* list = &document_.root;
    if (list->IsMapping()) list = list->Find("tests");
    if (list == nullptr) return {};
    if (!list->IsSequence()) {
      Error(*list, diagnostic::kTestShape, "a list of tests was expected");
      return {};
    }
    for (const YamlNode& node : list->items) NoteName(node);
    std::vector<RuleTest> tests;
    for (const YamlNode& node : list->items) {
      const int before = diagnostics_->errors();
      RuleTest test = ReadTest(node);
      if (diagnostics_->errors() == before) tests.push_back(std::move(test));
    }
    return tests;
  }

 private:
  template <typename Node>
  void Error(const Node& node, const DiagnosticCode& code, std::string message,
             std::string advice = "") {
    diagnostics_->Error(code.code, document_.At(node), std::move(message), std::move(advice));
  }

  // False, and an error, if a key is not one of these.
  bool CheckKeys(const YamlNode& map, const std::vector<std::string_view>& keys) {
    if (!map.IsMapping()) {
      Error(map, diagnostic::kTestShape, "a map of keys was expected");
      return false;
    }
    for (const YamlEntry& entry : map.entries) {
      if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
      Error(entry, diagnostic::kTestShape, "there is no key " + Quoted(entry.key) + " here",
            DidYouMeanOneOf(entry.key, keys));
    }
    return true;
  }

  void NoteName(const YamlNode& node) {
    const YamlNode* name = node.IsMapping() ? node.Find("name") : nullptr;
    if (name == nullptr || !name->IsScalar() || name->text.empty()) return;
    if (!by_name_.emplace(name->text, &node).second) {
      Error(*name, diagnostic::kTestTwice, "two tests have the name " + Quoted(name->text));
    }
  }

  RuleTest ReadTest(const YamlNode& node) {
    const int errors_before = diagnostics_->errors();
    RuleTest test;
    test.at = document_.At(node);
    if (!CheckKeys(node, {"name", "transactions", "like", "with", "list_items", "expect"})) {
      return test;
    }
    const YamlNode* name = node.Find("name");
    if (name == nullptr || !name->IsScalar() || name->text.empty()) {
      Error(node, diagnostic::kTestShape, "a test needs a name");
    } else {
      test.name = name->text;
      test.at = document_.At(*name);
    }
    ReadTable(node, 0, &test.table);
    for (const auto& [list, items] : Items(node.Find("list_items"))) ReadList(list, *items, &test);
    const YamlNode* expect = node.Find("expect");
    if (expect == nullptr || !(expect->IsSequence() || expect->IsBlank())) {
      Error(expect == nullptr ? node : *expect, diagnostic::kTestShape,
            "a test needs a list of what to expect", "write `expect: []` if all stays silent");
      return test;
    }
    for (const YamlNode& item : expect->items) ReadExpectation(item, &test);
    if (diagnostics_->errors() == errors_before) CheckRecords(test);
    return test;
  }

  // A row that intake would refuse is a slip of the pen, unless the test expects it.
  void CheckRecords(const RuleTest& test) {
    std::set<std::string_view> meant;
    for (const Expectation& expectation : test.expectations) {
      if (expectation.outcome == TestOutcome::kRejected) meant.insert(expectation.transaction);
    }
    for (const TableRow& row : test.table.rows) {
      if (meant.contains(row.id)) continue;
      Arena arena;
      Transaction transaction;
      const Rejection rejection = decoder_.Decode(RenderTransaction(row), &arena, &transaction);
      if (rejection.code == RejectCode::kNone) continue;
      const SourcePosition at = CellAt(document_, test.table, row, rejection.field);
      // The members of a series, and the tests that are like this one, have the same slip.
      if (!refused_.emplace(at.line, at.column).second) continue;
      diagnostics_->Error(diagnostic::kTestTable.code, at, rejection.Text(),
                          "if it is meant to be refused, expect {at: " + row.id + ", rejected: " +
                              std::string(RejectCodeName(rejection.code)) + "}");
    }
  }

  // The entries of an optional map.
  std::vector<std::pair<const YamlEntry*, const YamlNode*>> Items(const YamlNode* map) {
    std::vector<std::pair<const YamlEntry*, const YamlNode*>> items;
    if (map == nullptr) return items;
    if (!map->IsMapping()) Error(*map, diagnostic::kTestShape, "a map was expected");
    for (const YamlEntry& entry : map->entries) items.emplace_back(&entry, &entry.value);
    return items;
  }

  void ReadTable(const YamlNode& node, int depth, TransactionTable* table) {
    const YamlNode* transactions = node.Find("transactions");
    const YamlNode* like = node.Find("like");
    if ((transactions == nullptr) == (like == nullptr)) {
      Error(node, diagnostic::kTestShape, "a test has either `transactions` or `like`");
      return;
    }
    if (transactions != nullptr) {
      if (!transactions->IsScalar()) {
        Error(*transactions, diagnostic::kTestShape, "a table as text was expected",
              "write `transactions: |` and the table under it");
      } else {
        ReadTransactionTable(document_, *transactions, table, diagnostics_);
      }
    } else {
      ReadLike(*like, depth, table);
    }
    for (const auto& [column, value] : Items(node.Find("with"))) Change(*column, *value, table);
  }

  void ReadLike(const YamlNode& like, int depth, TransactionTable* table) {
    const auto found = by_name_.find(like.text);
    if (found == by_name_.end()) {
      std::vector<std::string_view> names;
      for (const auto& [name, test] : by_name_) names.push_back(name);
      Error(like, diagnostic::kTestName, "there is no test named " + Quoted(like.text),
            DidYouMean(like.text, names));
    } else if (depth == kLikeDepthMax) {
      Error(like, diagnostic::kTestShape, "tests refer to each other in a circle, or too deep");
    } else {
      ReadTable(*found->second, depth + 1, table);
    }
  }

  // `with: {creditor: BAKERY}`: the column has this value in every row.
  void Change(const YamlEntry& column, const YamlNode& value, TransactionTable* table) {
    std::string advice;
    if (column.key == "id" || !IsTableColumn(column.key, &advice)) {
      Error(column, diagnostic::kTestColumn, "there is no column " + Quoted(column.key) +
                                                 " to change", advice);
      return;
    }
    if (!value.IsScalar()) {
      Error(value, diagnostic::kTestShape, "a value was expected");
      return;
    }
    for (TableRow& row : table->rows) {
      if (value.text.empty()) {
        row.cells.erase(column.key);
      } else {
        row.cells[column.key] = value.text;
      }
    }
  }

  void ReadList(const YamlEntry* list, const YamlNode& items, RuleTest* test) {
    const bool exists = std::any_of(rule_set_.lists.begin(), rule_set_.lists.end(),
                                    [&](const NamedList& l) { return l.name == list->key; });
    if (!exists) {
      std::vector<std::string_view> names;
      for (const NamedList& l : rule_set_.lists) names.push_back(l.name);
      Error(*list, diagnostic::kTestName, "the pack has no list " + Quoted(list->key),
            DidYouMeanOneOf(list->key, names));
    }
    std::vector<std::string>& texts = test->list_items[list->key];
    if (!items.IsSequence()) Error(items, diagnostic::kTestShape, "a list of items was expected");
    for (const YamlNode& item : items.items) texts.push_back(item.text);
  }

  const Rule* FindRule(const YamlNode& name, bool or_reject_code) {
    std::vector<std::string_view> ids;
    for (const Rule& rule : rule_set_.rules) {
      if (rule.id == name.text) return &rule;
      ids.push_back(rule.id);
    }
    for (int code = 1; or_reject_code && code < kRejectCodeCount; ++code) {
      ids.push_back(RejectCodeName(static_cast<RejectCode>(code)));
    }
    Error(name, diagnostic::kTestName, "the pack has no rule " + Quoted(name.text) +
                                           ", or it is off", DidYouMeanOneOf(name.text, ids));
    return nullptr;
  }

  // One id, or each of a series (`a3..a12`).
  std::vector<std::string> TransactionsNamed(const YamlNode& name, const RuleTest& test) {
    if (!name.IsScalar() || !IsSeries(name.text)) return {TransactionNamed(name, test)};
    SeriesProblem problem;
    const auto ids = SeriesIds(name.text, &problem);
    if (!ids) {
      Error(name, diagnostic::kTestName, problem.message, problem.advice);
      return {};
    }
    for (const std::string& id : *ids) {
      if (!CheckTransaction(name, id, test)) break;
    }
    return *ids;
  }

  std::string TransactionNamed(const YamlNode& name, const RuleTest& test) {
    CheckTransaction(name, name.text, test);
    return name.text;
  }

  bool CheckTransaction(const YamlNode& node, const std::string& id, const RuleTest& test) {
    const std::vector<TableRow>& rows = test.table.rows;
    if (rows.empty()) return false;  // the table's own errors say enough
    const auto has_id = [&id](const TableRow& row) { return row.id == id; };
    if (std::any_of(rows.begin(), rows.end(), has_id)) return true;
    std::vector<std::string_view> ids;
    for (const TableRow& row : rows) ids.push_back(row.id);
    const std::string nearest = NearestWord(id, ids);
    constexpr size_t kListedMax = 30;
    Error(node, diagnostic::kTestName, "the table has no transaction " + Quoted(id),
          nearest.empty() && ids.size() > kListedMax
              ? "its ids run from " + Quoted(ids.front()) + " to " + Quoted(ids.back())
              : DidYouMeanOneOf(id, ids));
    return false;
  }

  void ReadExpectation(const YamlNode& node, RuleTest* test) {
    if (!CheckKeys(node, {"at", "rule", "values", "folded_into", "excepted", "shadow", "rejected",
                          "flagged", "leg"})) {
      return;
    }
    Expectation expectation;
    expectation.at = document_.At(node);
    const YamlNode* at = node.Find("at");
    if (at == nullptr || !at->IsScalar()) {
      Error(node, diagnostic::kTestShape, "an expectation says `at` which transaction");
      return;
    }
    const YamlNode* rule_name = node.Find("rule");
    ReadOutcome(node, *test, &expectation, &rule_name);
    if (rule_name == nullptr && expectation.outcome == TestOutcome::kAlert) {
      Error(node, diagnostic::kTestShape, "an expected alert names its `rule`");
      return;
    }
    const Rule* rule = nullptr;
    if (rule_name != nullptr) {
      expectation.rule = rule_name->text;
      const bool is_reject_code = expectation.outcome == TestOutcome::kRejected &&
                                  node.Find("rule") == nullptr;
      if (!is_reject_code || !IsRejectCode(rule_name->text)) {
        rule = FindRule(*rule_name, is_reject_code);
      }
    }
    if (const YamlNode* leg = node.Find("leg")) {
      expectation.role = leg->text;
      if (leg->text != "debtor" && leg->text != "creditor") {
        Error(*leg, diagnostic::kTestShape, "`leg` is debtor or creditor");
      }
    }
    for (const auto& [name, value] : Items(node.Find("values"))) {
      ReadValue(*name, *value, rule, &expectation);
    }
    for (std::string& transaction : TransactionsNamed(*at, *test)) {
      expectation.transaction = std::move(transaction);
      test->expectations.push_back(expectation);
    }
  }

  // What intake says of a record that is no transaction.
  static bool IsRejectCode(std::string_view name) {
    for (int code = 1; code < kRejectCodeCount; ++code) {
      if (RejectCodeName(static_cast<RejectCode>(code)) == name) return true;
    }
    return false;
  }

  // One of the keys that say what else than an alert comes of it. `shadow`, `flagged` and
  // `rejected` are `true`, or name the rule.
  void ReadOutcome(const YamlNode& node, const RuleTest& test, Expectation* expectation,
                   const YamlNode** rule_name) {
    static constexpr std::pair<std::string_view, TestOutcome> kKeys[] = {
        {"shadow", TestOutcome::kShadow},        {"flagged", TestOutcome::kFlagged},
        {"rejected", TestOutcome::kRejected},    {"folded_into", TestOutcome::kFolded},
        {"excepted", TestOutcome::kExcepted},
    };
    int given = 0;
    for (const auto& [key, outcome] : kKeys) {
      const YamlNode* value = node.Find(key);
      if (value == nullptr || value->text == "false") continue;
      // A shadow rule's match may be folded or excepted as well.
      given += outcome != TestOutcome::kShadow;
      expectation->outcome = outcome;
      if (outcome == TestOutcome::kFolded) {
        expectation->into = TransactionNamed(*value, test);
      } else if (outcome == TestOutcome::kExcepted) {
        expectation->exception = value->text;
      } else if (value->text != "true" && *rule_name == nullptr) {
        *rule_name = value;
      } else if (value->text != "true" && value->text != (*rule_name)->text) {
        Error(*value, diagnostic::kTestTwice, "two rules are named: " + Quoted(value->text) +
                                                  " and " + Quoted((*rule_name)->text));
      }
    }
    if (given > 1) Error(node, diagnostic::kTestTwice, "a rule on a transaction has one outcome");
    if (expectation->outcome == TestOutcome::kExcepted) {
      CheckException(*rule_name, *node.Find("excepted"));
    }
  }

  // An exception of the rule, or where none is named of any.
  void CheckException(const YamlNode* rule_name, const YamlNode& exception) {
    std::vector<std::string_view> ids;
    bool is_rule = rule_name == nullptr;
    for (const Rule& rule : rule_set_.rules) {
      if (rule_name != nullptr && rule.id != rule_name->text) continue;
      is_rule = true;
      for (const Exception& unless : rule.exceptions) {
        if (unless.id == exception.text) return;
        ids.push_back(unless.id);
      }
    }
    if (!is_rule) return;  // the unknown rule is reported
    Error(exception, diagnostic::kTestName,
          std::string(rule_name == nullptr ? "the pack" : "the rule") + " has no exception " +
              Quoted(exception.text),
          DidYouMeanOneOf(exception.text, ids));
  }

  void ReadValue(const YamlEntry& name, const YamlNode& value, const Rule* rule,
                 Expectation* expectation) {
    if (rule == nullptr) {
      if (expectation->rule.empty()) {
        Error(name, diagnostic::kTestShape, "`values` need the `rule` whose they are");
      }
      return;
    }
    std::vector<std::string_view> names;
    for (size_t i = 0; i < rule->features.size(); ++i) {
      names.push_back(rule->feature_names[i]);
      if (rule->feature_names[i] != name.key) continue;
      const Feature& feature = rule_set_.features[static_cast<size_t>(rule->features[i])];
      std::string problem;
      const std::optional<std::string> text =
          CanonicalValue(value.text, feature.type, rule_set_.rates.base(), &problem);
      if (!text) {
        Error(value, diagnostic::kTestValue, problem,
              Quoted(name.key) + " is of type " + std::string(ValueTypeName(feature.type)));
      } else {
        expectation->values.emplace_back(name.key, *text);
      }
      return;
    }
    Error(name, diagnostic::kTestName,
          "the rule " + Quoted(rule->id) + " names no feature " + Quoted(name.key),
          DidYouMeanOneOf(name.key, names));
  }

  const YamlDocument& document_;
  const RuleSet& rule_set_;
  Diagnostics* diagnostics_;
  std::map<std::string, const YamlNode*> by_name_;
  const KeyedHasher hasher_{"tests"};  // any: what is refused does not depend on it
  Decoder decoder_{&hasher_};
  std::set<std::pair<int, int>> refused_;  // lines and columns that were reported
};

}  // namespace

std::string_view TestOutcomeName(TestOutcome outcome) {
  switch (outcome) {
    case TestOutcome::kAlert: return "an alert";
    case TestOutcome::kShadow: return "a shadow match";
    case TestOutcome::kFolded: return "folded";
    case TestOutcome::kExcepted: return "excepted";
    case TestOutcome::kFlagged: return "flagged";
    case TestOutcome::kRejected: return "rejected";
  }
  return "";
}

std::vector<RuleTest> ReadRuleTests(const YamlDocument& document, const RuleSet& rule_set,
                                    Diagnostics* diagnostics) {
  return TestReader(document, rule_set, diagnostics).Read();
}

}  // namespace vigla
