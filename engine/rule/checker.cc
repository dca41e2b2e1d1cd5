// Literals and names: what every word of an expression stands for. Cold.
#include "engine/rule/checker.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/rule/compiler.h"
#include "engine/rule/constant.h"

namespace vigla {
namespace {

constexpr size_t kTextBytesMax = 1000;  // of a node's own text, unless it is a comparison
constexpr size_t kAttributePathsMax = 10'000;

bool IsWordType(ValueType type) {
  return type == ValueType::kKind || type == ValueType::kStatus || type == ValueType::kDirection;
}

bool IsComparison(const Syntax& syntax) {
  if (syntax.kind != SyntaxKind::kOperator) return false;
  return syntax.operation >= ExpressionKind::kEqual && syntax.operation <= ExpressionKind::kIn;
}

// "a.b.c" of a chain of members that begins with a name; "" of anything else.
std::string DottedName(const Syntax& syntax) {
  if (syntax.in_parentheses) return "";
  if (syntax.kind == SyntaxKind::kName) return syntax.text;
  if (syntax.kind != SyntaxKind::kSelect) return "";
  const std::string head = DottedName(*syntax.operands[0]);
  return head.empty() ? "" : head + "." + syntax.text;
}

// Whether names are declared in a section that is no map: which, nobody knows, and the section is
// reported already.
bool HasMisshapenSection(const Pack& pack) {
  for (const std::string_view section : {"parameters", "lists", "macros", "features"}) {
    const YamlNode* node = pack.root().Find(section);
    if (node != nullptr && !node->IsMapping() && !node->IsBlank()) return true;
  }
  return false;
}

}  // namespace

Checker::Checker(PackScope* scope, RuleSet* rule_set, const KeyedHasher* hasher, bool fixed_rates,
                 Diagnostics* diagnostics)
    : scope_(scope),
      rule_set_(rule_set),
      hasher_(hasher),
      fixed_rates_(fixed_rates),
      diagnostics_(diagnostics) {}

void Checker::Enter(const YamlNode& node) {
  own_positions_ = scope_->pack->document->PositionsIn(node);
  own_file_ = scope_->pack->document->At(node).file;
  positions_ = &own_positions_;
}

SourcePosition Checker::At(size_t offset) const {
  const auto [line, column] = (*positions_)[std::min(offset, positions_->size() - 1)];
  const bool is_own = positions_ == &own_positions_;
  return {is_own ? own_file_ : scope_->pack->document->file, line, column};
}

void Checker::ReportSyntax(const SyntaxError& error, const YamlNode& node) {
  Enter(node);
  diagnostics_->Error(error.code->code, At(error.offset), error.message, error.advice);
  std::string meant = error.new_text;
  // A quote that YAML would take for its own.
  if (scope_->pack->document->QuoteOf(node) == '"') {
    std::replace(meant.begin(), meant.end(), '"', '\'');
  }
  Mend(error.old_text, std::move(meant));
}

void Checker::Mend(std::string_view old_text, std::string new_text) {
  diagnostics_->all().back().Mend(old_text, new_text);
}

std::unique_ptr<Expression> Checker::CheckText(const YamlNode& node, ExpressionPlace place,
                                               Wanted wanted) {
  if (Trimmed(node.text).empty()) return nullptr;  // the keys' check has said so
  const ParsedExpression parsed = ParseExpression(node.text);
  for (const SyntaxError& error : parsed.errors) ReportSyntax(error, node);
  if (parsed.root == nullptr) return nullptr;
  ExpressionPointer checked = CheckParsed(*parsed.root, node, place);
  if (checked == nullptr || !wanted || checked->type == *wanted) return checked;
  CHECK(*wanted == ValueType::kBool);
  ExpectBool(*parsed.root, checked.get());
  return nullptr;
}

std::unique_ptr<Expression> Checker::CheckParsed(const Syntax& syntax, const YamlNode& node,
                                                 ExpressionPlace place) {
  Enter(node);
  place_ = place;
  nodes_ = 0;
  too_complex_ = false;
  ExpressionPointer checked = Check(syntax);
  if (checked != nullptr && checked->text.empty() && syntax.end - syntax.begin <= kTextBytesMax) {
    checked->text = TextOf(syntax);
  }
  return checked;
}

Checker::ExpressionPointer Checker::Error(const DiagnosticCode& code, const Syntax& syntax,
                                          std::string message, std::string advice) {
  diagnostics_->Error(code.code, At(syntax.begin), std::move(message), std::move(advice));
  return nullptr;
}

Checker::ExpressionPointer Checker::Make(ExpressionKind kind, ValueType type,
                                         const Syntax& syntax) {
  auto node = std::make_unique<Expression>();
  node->kind = kind;
  node->type = type;
  node->at = At(syntax.begin);
  return node;
}

// With the items of written-out lists in their name's place.
std::string Checker::TextOf(const Syntax& syntax) const {
  if (loop_names_.empty()) return SyntaxText(syntax);
  NameTexts texts;
  for (const LoopName& loop : loop_names_) {
    if (loop.constant != nullptr) {
      texts.insert_or_assign(std::string(loop.name), loop.constant->text);
    } else if (loop.item != nullptr) {
      const std::string text = SyntaxText(*loop.item, &texts);
      const bool is_whole =
          loop.item->kind != SyntaxKind::kOperator || loop.item->in_parentheses;
      texts.insert_or_assign(std::string(loop.name), is_whole ? text : "(" + text + ")");
    }
  }
  return SyntaxText(syntax, &texts);
}

// Texts of long chains are left out: `a && b && …` would otherwise hold each of its beginnings.
Checker::ExpressionPointer Checker::Check(const Syntax& syntax, Wanted wanted) {
  if (too_complex_) return nullptr;
  if (++nodes_ > kExpressionNodesMax) {
    too_complex_ = true;
    return Error(diagnostic::kTooComplex, syntax,
                 "with its macros the expression has more than 4,000 nodes",
                 "split the rule, or use a list");
  }
  ExpressionPointer checked = CheckNode(syntax, wanted);
  const bool is_chain = syntax.kind == SyntaxKind::kOperator &&
                        (syntax.operation == ExpressionKind::kAnd ||
                         syntax.operation == ExpressionKind::kOr);
  const bool is_short = syntax.end - syntax.begin <= kTextBytesMax && !is_chain;
  if (checked != nullptr && checked->text.empty() && (is_short || IsComparison(syntax))) {
    checked->text = TextOf(syntax);
    if (syntax.in_parentheses) checked->text = checked->text.substr(1, checked->text.size() - 2);
  }
  return checked;
}

Checker::ExpressionPointer Checker::CheckNode(const Syntax& syntax, Wanted wanted) {
  switch (syntax.kind) {
    case SyntaxKind::kInt:
    case SyntaxKind::kDecimal:
    case SyntaxKind::kString:
    case SyntaxKind::kBool: return CheckLiteral(syntax, wanted);
    case SyntaxKind::kName: return CheckName(syntax, wanted);
    case SyntaxKind::kSelect: return CheckSelect(syntax);
    case SyntaxKind::kIndex: return CheckIndex(syntax, wanted);
    case SyntaxKind::kCall: return CheckCall(syntax);
    case SyntaxKind::kList: return CheckListLiteral(syntax, wanted);
    case SyntaxKind::kOperator: return CheckOperator(syntax, wanted);
  }
  CHECK(false);
}

// Whether what stands beside it decides the type: literals, and words that are no names.
bool Checker::IsUntyped(const Syntax& syntax) {
  switch (syntax.kind) {
    case SyntaxKind::kInt:
    case SyntaxKind::kDecimal:
    case SyntaxKind::kString: return true;
    case SyntaxKind::kName:
      if (const LoopName* loop = FindLoopName(syntax.text)) return IsUntypedItem(*loop);
      return scope_->Find(syntax.text) == nullptr && !FindField(syntax.text).has_value();
    case SyntaxKind::kOperator:
      return syntax.operation == ExpressionKind::kConditional &&
             IsUntyped(*syntax.operands[1]) && IsUntyped(*syntax.operands[2]);
    default: return false;
  }
}

Checker::ExpressionPointer Checker::CheckLiteral(const Syntax& syntax, Wanted wanted) {
  ValueType type = ValueType::kBool;
  switch (syntax.kind) {
    case SyntaxKind::kBool: break;
    case SyntaxKind::kInt:
      type = ValueType::kInt;
      if (wanted == ValueType::kDecimal || wanted == ValueType::kRatio) type = *wanted;
      break;
    case SyntaxKind::kDecimal:
      type = wanted == ValueType::kRatio ? ValueType::kRatio : ValueType::kDecimal;
      break;
    default:
      type = ValueType::kString;
      if (wanted == ValueType::kAccount || wanted == ValueType::kCountry ||
          wanted == ValueType::kChannel || wanted == ValueType::kCurrency ||
          (wanted && IsWordType(*wanted))) {
        type = *wanted;
      }
  }
  ConstantProblem problem;
  ExpressionPointer constant = MakeConstant(type, syntax.text, *hasher_, &problem);
  if (constant == nullptr) {
    Error(*problem.code, syntax, std::move(problem.message), std::move(problem.advice));
    Mend(syntax.text, std::move(problem.mend));
    return nullptr;
  }
  constant->at = At(syntax.begin);
  return constant;
}

std::optional<FieldRef> Checker::ResolveField(std::string_view name) {
  const std::optional<FieldId> id = FindField(name);
  if (!id) return std::nullopt;
  FieldRef field{*id, 0};
  if (*id != field::kAttribute) return field;
  const std::string path(name.substr(FieldTable()[*id].name.size()));
  auto& paths = rule_set_->attribute_paths;
  const auto found = std::find(paths.begin(), paths.end(), path);
  field.attribute = static_cast<uint16_t>(found - paths.begin());
  if (found == paths.end()) {
    if (paths.size() == kAttributePathsMax) return std::nullopt;
    paths.push_back(path);
  }
  return field;
}

std::optional<FieldRef> Checker::CheckField(const YamlNode& node) {
  std::optional<FieldRef> field = ResolveField(node.text);
  if (field) return field;
  std::vector<std::string_view> names;
  for (const FieldInfo& info : FieldTable()) names.push_back(info.name);
  diagnostics_->Error(diagnostic::kUnknownName.code, scope_->pack->document->At(node),
                      "there is no field " + Quoted(node.text), DidYouMean(node.text, names));
  Mend(node.text, OnlyNearestWord(node.text, names));
  return std::nullopt;
}

Checker::ExpressionPointer Checker::MakeField(const Syntax& syntax, FieldRef field, bool of_leg) {
  const FieldInfo& info = FieldTable()[field.id];
  if (info.type == ValueType::kList && place_ == ExpressionPlace::kWhere && !of_leg) {
    return Error(diagnostic::kNotSupported, syntax,
                 "entries do not keep lists such as " + Quoted(info.name),
                 "ask the judged leg: this." + std::string(info.name));
  }
  ExpressionPointer node =
      Make(of_leg ? ExpressionKind::kThisField : ExpressionKind::kField, info.type, syntax);
  node->field = field;
  return node;
}

std::vector<std::string_view> Checker::NamesInScope() const {
  std::vector<std::string_view> names;
  for (const FieldInfo& info : FieldTable()) names.push_back(info.name);
  for (const auto& [name, declaration] : scope_->names) {
    if (declaration.kind == NameKind::kFeature && place_ == ExpressionPlace::kWhere) continue;
    names.push_back(name);
  }
  for (const LoopName& loop : loop_names_) names.push_back(loop.name);
  return names;
}

Checker::ExpressionPointer Checker::UnknownName(const Syntax& syntax, const std::string& name,
                                                bool of_leg) {
  if (!of_leg && scope_->pack != nullptr && HasMisshapenSection(*scope_->pack)) return nullptr;
  std::vector<std::string_view> candidates = NamesInScope();
  std::vector<std::string> dotted;
  if (of_leg) {
    for (const FieldInfo& info : FieldTable()) dotted.push_back("this." + std::string(info.name));
    candidates.assign(dotted.begin(), dotted.end());
  }
  std::string advice = DidYouMean(name, candidates);
  if (advice.empty() && FindFunction(name) != nullptr) {
    advice = Quoted(name) + " is a function: " + std::string(FindFunction(name)->usage);
  }
  for (ValueType type : {ValueType::kKind, ValueType::kStatus, ValueType::kDirection}) {
    for (std::string_view word : Vocabulary(type)) {
      if (advice.empty() && word == name) {
        advice = "the word of a " + std::string(ValueTypeName(type)) + " stands beside one: " +
                 std::string(ValueTypeName(type)) + " == " + name;
      }
    }
  }
  if (advice.empty()) advice = "a field, or a name that this pack declares; text stands in quotes";
  Error(diagnostic::kUnknownName, syntax, "there is no " + Quoted(name), std::move(advice));
  Mend(name, OnlyNearestWord(name, candidates));
  return nullptr;
}

Checker::ExpressionPointer Checker::CheckName(const Syntax& syntax, Wanted wanted) {
  const std::string& name = syntax.text;
  if (name == "this") {
    return Error(diagnostic::kThisOutsideWhere, syntax, "`this` alone is no value",
                 "name a field of the judged leg, inside a where: this.amount");
  }
  if (const LoopName* loop = FindLoopName(name)) return UseLoopName(syntax, *loop, wanted);
  if (Declaration* declaration = scope_->Find(name)) return UseDeclaration(syntax, declaration);
  if (const std::optional<FieldRef> field = ResolveField(name)) {
    return MakeField(syntax, *field, false);
  }
  if (!wanted || !IsWordType(*wanted)) return UnknownName(syntax, name, false);
  ConstantProblem problem;
  ExpressionPointer constant = MakeConstant(*wanted, name, *hasher_, &problem);
  if (constant == nullptr) {
    Error(*problem.code, syntax, std::move(problem.message), std::move(problem.advice));
    Mend(syntax.text, std::move(problem.mend));
    return nullptr;
  }
  constant->at = At(syntax.begin);
  return constant;
}

Checker::ExpressionPointer Checker::CheckSelect(const Syntax& syntax) {
  const std::string name = DottedName(syntax);
  if (name.empty()) {
    if (Check(*syntax.operands[0]) == nullptr) return nullptr;
    return Error(diagnostic::kUnknownName, syntax, "values have no member " + Quoted(syntax.text),
                 "write out the name of a field, such as debtor.country");
  }
  const std::string head = name.substr(0, name.find('.'));
  if (head == "this") {
    if (place_ != ExpressionPlace::kWhere) {
      return Error(diagnostic::kThisOutsideWhere, syntax,
                   "`this.` has a meaning only inside a feature's where",
                   "leave `this.` out: a rule's fields are those of the leg it judges");
    }
    const std::optional<FieldRef> field = ResolveField(name.substr(5));
    return field ? MakeField(syntax, *field, true) : UnknownName(syntax, name, true);
  }
  if (FindLoopName(head) != nullptr) {
    return Error(diagnostic::kUnknownName, syntax,
                 "the item " + Quoted(head) + " has no member " +
                     Quoted(name.substr(head.size() + 1)));
  }
  if (const Declaration* declaration = scope_->Find(head)) {
    return Error(diagnostic::kUnknownName, syntax,
                 "the " + std::string(NameKindName(declaration->kind)) + " " + Quoted(head) +
                     " has no member " + Quoted(name.substr(head.size() + 1)));
  }
  const std::optional<FieldRef> field = ResolveField(name);
  return field ? MakeField(syntax, *field, false) : UnknownName(syntax, name, false);
}

Checker::ExpressionPointer Checker::UseDeclaration(const Syntax& syntax,
                                                   Declaration* declaration) {
  declaration->used = true;
  if (declaration->kind == NameKind::kFeature && place_ == ExpressionPlace::kWhere) {
    return Error(diagnostic::kFeatureInWhere, syntax,
                 Quoted(syntax.text) + " is a feature; a where knows only fields",
                 "compare the two features in the rule instead");
  }
  if (declaration->broken) return nullptr;
  switch (declaration->kind) {
    case NameKind::kMacro: return ExpandMacro(syntax, declaration);
    case NameKind::kParameter: {
      ExpressionPointer constant = CloneExpression(*declaration->constant);
      constant->parameter = syntax.text;
      constant->at = At(syntax.begin);
      return constant;
    }
    case NameKind::kList: {
      ExpressionPointer list = Make(ExpressionKind::kList, ValueType::kList, syntax);
      list->index = declaration->index;
      return list;
    }
    case NameKind::kFeature: {
      ExpressionPointer feature = Make(ExpressionKind::kFeature, declaration->type, syntax);
      feature->index = declaration->index;
      return feature;
    }
  }
  CHECK(false);
}

Checker::ExpressionPointer Checker::ExpandMacro(const Syntax& syntax, Declaration* declaration) {
  if (std::find(expanding_.begin(), expanding_.end(), declaration) != expanding_.end()) {
    return Error(diagnostic::kMacroRecursion, syntax,
                 "the macro " + Quoted(syntax.text) + " contains itself",
                 "macros are parts of expressions, not functions");
  }
  if (expanding_.size() >= static_cast<size_t>(kExpressionDepthMax)) {
    too_complex_ = true;
    return Error(diagnostic::kTooComplex, syntax, "macros nest deeper than 32",
                 "split the rule");
  }
  if (declaration->positions.empty()) {
    declaration->positions = scope_->pack->document->PositionsIn(*declaration->text);
  }
  const TextPositions* const outer = positions_;
  positions_ = &declaration->positions;
  expanding_.push_back(declaration);
  ExpressionPointer body = Check(*declaration->syntax);
  expanding_.pop_back();
  positions_ = outer;
  return body;
}

}  // namespace vigla
