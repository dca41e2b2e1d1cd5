// Reads rules, and refuses those that could not be judged where they ask to be. Cold.
#include "engine/rule/rule_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/model/time.h"
#include "engine/rule/constant.h"
#include "engine/rule/parser.h"

namespace vigla {
namespace {

constexpr DurationUs kFoldingMax = 400 * kDayUs;
constexpr int kEvidenceMax = 1000;

// The place of a key's word among its words, as the enum of the same order.
template <typename Enum>
Enum WordOr(const YamlNode& node, std::string_view key, Enum otherwise) {
  const std::optional<int> word = WordAt(node, PackNode::kRule, key);
  return word ? static_cast<Enum>(*word) : otherwise;
}

bool NamesFeature(const Expression* expression) {
  bool names = false;
  if (expression == nullptr) return false;
  VisitExpression(*expression, [&](const Expression& node) {
    names = names || node.kind == ExpressionKind::kFeature;
  });
  return names;
}

}  // namespace

RuleReader::RuleReader(PackScope* scope, Checker* checker,
                       const std::vector<FeatureDraft>* features, const RuleSet* rule_set,
                       Diagnostics* diagnostics)
    : scope_(scope),
      checker_(checker),
      features_(features),
      rule_set_(rule_set),
      diagnostics_(diagnostics) {}

void RuleReader::Error(const DiagnosticCode& code, const YamlNode& node, std::string message,
                       std::string advice) {
  diagnostics_->Error(code.code, scope_->pack->document->At(node), std::move(message),
                      std::move(advice));
}

RuleDraft RuleReader::Read(const YamlNode& node) {
  draft_ = RuleDraft();
  draft_.node = &node;
  draft_.pack = scope_->pack;
  if (!node.IsMapping()) return std::move(draft_);
  ReadHead(node);
  ReadSubject(node);
  ReadAction(node);
  const YamlNode* when = node.Find("when");
  if (when != nullptr && when->IsScalar()) {
    draft_.when = checker_->CheckText(*when, ExpressionPlace::kRule, ValueType::kBool);
    UseFeatures(draft_.when.get());
  }
  ReadExceptions(node);
  ReadOncePer(node);
  ReadReason(node);
  ReadEvidence(node);
  Conclude(node);
  return std::move(draft_);
}

void RuleReader::ReadHead(const YamlNode& node) {
  Rule& rule = draft_.rule;
  rule.id = TextAt(node, "rule").value_or("");
  rule.version = IntegerAt(node, "version").value_or(1);
  rule.pack = scope_->pack->name;
  rule.pack_version = scope_->pack->version;
  rule.title = TextAt(node, "title").value_or("");
  rule.kind = WordOr(node, "kind", RuleKind::kRisk);
  rule.state = WordOr(node, "state", RuleState::kLive);
  rule.severity = WordOr(node, "severity", AlertSeverity::kMedium);
  rule.score = IntegerAt(node, "score").value_or(0);
  rule.officer = TextAt(node, "officer").value_or("");
  for (const YamlNode* tag : NamesAt(node, "tags")) rule.tags.push_back(tag->text);
}

void RuleReader::ReadSubject(const YamlNode& node) {
  Rule& rule = draft_.rule;
  rule.subject = WordOr(node, "subject", RuleSubject::kDebtor);
  const YamlNode* on = node.Find("on");
  if (on != nullptr && on->IsScalar()) {
    rule.on = ParseSubjectKind(on->text).value_or(SubjectKind::kAccount);
  }
  const bool debits_only = rule.on == SubjectKind::kDevice || rule.on == SubjectKind::kCard;
  if (debits_only && rule.subject == RuleSubject::kCreditor) {
    Error(diagnostic::kNoSuchSide, *on, "a " + on->text + " is the debtor's, not the creditor's",
          "subject: debtor");
  }
  if (rule.on == SubjectKind::kMerchant && rule.subject == RuleSubject::kDebtor) {
    Error(diagnostic::kNoSuchSide, *on, "a merchant is the creditor, not the debtor",
          "subject: creditor");
  }
}

void RuleReader::ReadAction(const YamlNode& node) {
  Rule& rule = draft_.rule;
  const YamlNode* action = node.Find("action");
  const YamlNode* alert = node.Find("alert");
  if (rule.kind != RuleKind::kValidity) {
    for (const YamlNode* key : {action, alert}) {
      if (key == nullptr) continue;
      Error(diagnostic::kAction, *key,
            Quoted(key == action ? "action" : "alert") + " belongs to validity rules",
            "leave it out, or say kind: validity");
    }
    return;
  }
  if (action == nullptr) {
    Error(diagnostic::kAction, node, "a validity rule needs an action", "reject, hold or flag");
    return;
  }
  const std::optional<int> word = WordAt(node, PackNode::kRule, "action");
  if (word) rule.action = static_cast<ValidityAction>(*word + 1);
  rule.alerts = FlagAt(node, "alert").value_or(rule.action == ValidityAction::kHold);
}

void RuleReader::ReadExceptions(const YamlNode& node) {
  std::set<std::string> ids;
  for (const YamlNode& item : ItemsAt(node, "unless")) {
    if (!item.IsMapping()) continue;
    Exception exception;
    exception.id = TextAt(item, "id").value_or("");
    exception.because = TextAt(item, "because").value_or("");
    exception.approved = TextAt(item, "approved").value_or("");
    exception.until_utc_day = DateAt(item, "until");
    if (!exception.id.empty() && !ids.insert(exception.id).second) {
      Error(diagnostic::kDuplicateException, *item.Find("id"),
            "the exception " + Quoted(exception.id) + " stands here twice");
    }
    const YamlNode* condition = item.Find("if");
    std::unique_ptr<Expression> checked;
    if (condition != nullptr && condition->IsScalar()) {
      checked = checker_->CheckText(*condition, ExpressionPlace::kRule, ValueType::kBool);
      UseFeatures(checked.get());
    }
    draft_.rule.exceptions.push_back(std::move(exception));
    draft_.exceptions.push_back(std::move(checked));
  }
}

void RuleReader::ReadOncePer(const YamlNode& node) {
  const YamlNode* once_per = node.Find("once_per");
  if (once_per == nullptr || !once_per->IsMapping()) return;
  if (draft_.rule.kind == RuleKind::kValidity) {
    Error(diagnostic::kFoldedValidity, *once_per, "a validity rule judges each transaction",
          "leave `once_per` out");
  }
  OncePer folding;
  const std::string subject(SubjectKindName(draft_.rule.on));
  const std::vector<const YamlNode*> names = NamesAt(*once_per, "key");
  if (const YamlNode* key = once_per->Find("key");
      key != nullptr && (names.empty() || names[0]->text != subject)) {
    Error(diagnostic::kFoldingKey, names.empty() ? *key : *names[0],
          "the key has to begin with " + Quoted(subject) + ", the rule's subject",
          "key: " + subject + ", or key: [" + subject + ", counterparty]");
  }
  std::set<std::string> seen;
  for (size_t i = 1; i < names.size(); ++i) {
    const std::optional<FieldRef> field = checker_->CheckField(*names[i]);
    if (!field) continue;
    const bool is_list = FieldTable()[field->id].type == ValueType::kList;
    if (is_list || !seen.insert(names[i]->text).second || names[i]->text == subject) {
      Error(diagnostic::kFoldingKey, *names[i],
            Quoted(names[i]->text) + (is_list ? " is a list" : " stands here twice"));
      continue;
    }
    folding.key_rest.push_back(*field);
  }
  const YamlNode* time = once_per->Find("for");
  if (time != nullptr && time->IsScalar()) {
    const auto duration = ParseDuration(time->text);
    if (!duration || *duration <= 0 || *duration > kFoldingMax) {
      Error(diagnostic::kFoldingTime, *time,
            Quoted(time->text) + " is not a duration of up to 400 d",
            scope_->Find(time->text) != nullptr ? "`for` takes no parameter; write it out"
                                                : "one whole number and ms, s, m, h or d");
      diagnostics_->all().back().Mend(time->text, MeantDuration(time->text));
    }
    folding.for_us = duration.value_or(0);
  }
  draft_.rule.once_per = std::move(folding);
}

void RuleReader::AddLiteral(std::string* literal) {
  if (literal->empty()) return;
  ReasonPart part;
  part.literal = std::move(*literal);
  literal->clear();
  draft_.rule.reason.push_back(std::move(part));
  draft_.holes.push_back(nullptr);
}

// "{{" and "}}" are braces; "{expression}" and "{expression|fallback}" are holes.
void RuleReader::ReadReason(const YamlNode& node) {
  const YamlNode* reason = node.Find("reason");
  if (reason == nullptr || !reason->IsScalar()) return;
  const std::string& text = reason->text;
  // A block's last line break is no part of what people read.
  const size_t end = text.find_last_not_of(" \t\r\n") + 1;
  size_t at = text.find_first_not_of(" \t\r\n");
  std::string literal;
  while (at < end) {
    const char c = text[at];
    const bool doubled = at + 1 < end && text[at + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      literal.push_back(c);
      at += 2;
    } else if (c == '{') {
      AddLiteral(&literal);
      ReadHole(*reason, &at);
    } else if (c == '}') {
      checker_->ReportSyntax({&diagnostic::kReason, at, "a `}` without a hole",
                              "write }} for a brace"},
                             *reason);
      return;
    } else {
      literal.push_back(c);
      ++at;
    }
  }
  AddLiteral(&literal);
}

void RuleReader::ReadHole(const YamlNode& reason, size_t* at) {
  const std::string& text = reason.text;
  const size_t begin = *at;
  const ParsedExpression parsed = ParseHole(text, begin + 1);
  for (const SyntaxError& error : parsed.errors) checker_->ReportSyntax(error, reason);
  const size_t close = text.find('}', parsed.root != nullptr ? parsed.end : begin);
  if (close == std::string::npos) {
    *at = text.size();
    checker_->ReportSyntax({&diagnostic::kReason, begin, "the hole has no end",
                            "close it by }, or write {{ for a brace"},
                           reason);
    return;
  }
  *at = close + 1;
  if (parsed.root == nullptr) return;
  std::unique_ptr<Expression> hole =
      checker_->CheckParsed(*parsed.root, reason, ExpressionPlace::kRule);
  if (hole == nullptr) return;
  if (hole->kind == ExpressionKind::kList || hole->kind == ExpressionKind::kListLiteral) {
    checker_->ReportSyntax({&diagnostic::kReason, begin, "a list has no text",
                            "name a field, a feature or a parameter"},
                           reason);
    return;
  }
  UseFeatures(hole.get());
  ReasonPart part;
  if (text[parsed.end] == '|') part.fallback = text.substr(parsed.end + 1, close - parsed.end - 1);
  draft_.rule.reason.push_back(std::move(part));
  draft_.holes.push_back(std::move(hole));
}

void RuleReader::ReadEvidence(const YamlNode& node) {
  const YamlNode* evidence = node.Find("evidence");
  if (evidence == nullptr || !evidence->IsMapping()) return;
  draft_.names_evidence = evidence->Find("entries_of") != nullptr;
  for (const YamlNode* name : NamesAt(*evidence, "entries_of")) {
    Declaration* declaration = scope_->Find(name->text);
    if (declaration == nullptr || declaration->kind != NameKind::kFeature) {
      std::vector<std::string_view> features;
      for (const auto& [known, other] : scope_->names) {
        if (other.kind == NameKind::kFeature) features.push_back(known);
      }
      Error(diagnostic::kEvidence, *name, "there is no feature " + Quoted(name->text),
            DidYouMean(name->text, features));
      diagnostics_->all().back().Mend(name->text, OnlyNearestWord(name->text, features));
      continue;
    }
    declaration->used = true;
    if (declaration->broken) continue;
    if ((*features_)[declaration->index].feature.ever) {
      Error(diagnostic::kEvidence, *name, Quoted(name->text) + " is over `ever`: no entries",
            "name a feature with a window");
      continue;
    }
    UseFeature(declaration->index, name->text, scope_->pack->document->At(*name));
    draft_.evidence.push_back(declaration->index);
  }
  const std::optional<int> most = IntegerAt(*evidence, "most");
  if (most && (*most < 1 || *most > kEvidenceMax)) {
    Error(diagnostic::kEvidence, *evidence->Find("most"), "`most` is from 1 to 1000");
  }
  draft_.rule.evidence_most = most.value_or(draft_.rule.evidence_most);
}

void RuleReader::UseFeatures(const Expression* expression) {
  if (expression == nullptr) return;
  VisitExpression(*expression, [&](const Expression& node) {
    if (node.kind == ExpressionKind::kFeature) UseFeature(node.index, node.text, node.at);
  });
}

void RuleReader::UseFeature(int index, const std::string& name, const SourcePosition& at) {
  const SubjectKind on = (*features_)[index].feature.on;
  if (on != draft_.rule.on) {
    diagnostics_->Error(diagnostic::kOtherSubject.code, at,
                        Quoted(name) + " is on the " + std::string(SubjectKindName(on)) +
                            ", its rule on the " + std::string(SubjectKindName(draft_.rule.on)),
                        "give one of them the other's `on:`");
    return;
  }
  const auto [place, added] = draft_.features.try_emplace(index, name);
  if (!added) place->second = std::min(place->second, name);
}

void RuleReader::Conclude(const YamlNode& node) {
  Rule& rule = draft_.rule;
  rule.stateless = !NamesFeature(draft_.when.get()) &&
                   std::none_of(draft_.exceptions.begin(), draft_.exceptions.end(),
                                [](const auto& condition) {
                                  return NamesFeature(condition.get());
                                });
  rule.at_intake = rule.kind == RuleKind::kValidity && draft_.features.empty();
  if (rule.action == ValidityAction::kReject && !draft_.features.empty()) {
    Error(diagnostic::kRejectFeature, *node.Find("action"),
          "`reject` is decided by the transaction alone, but the rule names the feature " +
              Quoted(draft_.features.begin()->second),
          "use hold or flag, or leave the feature out");
  }
}

}  // namespace vigla
