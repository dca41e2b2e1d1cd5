// What the rules of a set ask of a leg, each question once. Cold.
#include "engine/rule/predicate_catalogue.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/rule/comparison_mask.h"
#include "engine/rule/compiler.h"
#include "engine/rule/field.h"
#include "engine/rule/order_key.h"
#include "engine/rule/subexpression.h"

namespace vigla {
namespace {

constexpr size_t kKeysMax = 64;  // of a list whose items are keys of their own
constexpr int kFeatureCost = 3;  // of CostOf

}  // namespace

int PredicateCatalogue::PlanOf(const ConditionLiteral& literal) {
  const auto [place, added] = place_of_literal_.try_emplace(
      {SubexpressionKey(*literal.expression), literal.negated}, static_cast<int>(plans_.size()));
  if (added) plans_.push_back(MakePlan(literal));
  return place->second;
}

TestPlan PredicateCatalogue::MakePlan(const ConditionLiteral& literal) {
  absl::StatusOr<Program> program = Compile(*literal.expression, rule_set_->rates);
  CHECK(program.ok());  // the whole rule has been compiled already
  TestPlan plan;
  plan.test.negated = literal.negated;
  plan.reads_feature = CostOf(*literal.expression) >= kFeatureCost;
  const Program::Instruction& first = program->code.front();
  if (first.opcode == Opcode::kTruth && program->code.size() == 2) {
    const Truth truth = static_cast<Truth>(first.a);
    plan.constant = literal.negated ? evaluation::Not(truth) : truth;
    return plan;
  }
  // Integers are told apart by their keys alone.
  if (PlanComparison(*program, literal, &plan) &&
      index_->slots[plan.test.slot].manner == ValueType::kInt) {
    return plan;
  }
  if (plan.reads_feature && !program->is_comparison) PlanFigures(literal, &plan);
  PlanMembership(*program, literal.negated, &plan);
  if (!literal.negated) PlanPrefix(*literal.expression, &plan);
  plan.test.predicate = static_cast<int32_t>(index_->predicates.size());
  index_->predicates.push_back(*std::move(program));
  return plan;
}

bool PredicateCatalogue::PlanComparison(const Program& program, const ConditionLiteral& literal,
                                        TestPlan* plan) {
  if (!program.is_comparison) return false;
  const Program::Instruction& comparison = program.code.front();
  const Value& constant = program.constants[comparison.b];
  const bool is_equality = comparison.mask == kIfEqual || comparison.mask == kIfNotEqual;
  const bool has_order =
      comparison.type == ValueType::kInt || comparison.type == ValueType::kDecimal;
  if (!constant.known || (!is_equality && !has_order)) return false;
  const std::optional<OrderKey> key = KeyOfValue(constant, comparison.type);
  if (!key) return false;
  PredicateIndex::Slot slot;
  slot.manner = comparison.type;
  const bool is_feature = comparison.opcode == Opcode::kCompareFeature;
  if (is_feature) {
    slot.kind = PredicateIndex::Slot::Kind::kFeature;
    slot.place = comparison.c;
  } else {
    slot.field = FieldRef{comparison.a, static_cast<uint16_t>(comparison.c)};
  }
  plan->test.slot = SlotOf(slot);
  plan->test.key = key->key;
  plan->test.exact = key->exact;
  plan->test.mask = comparison.mask;
  if (literal.negated) plan->test.mask ^= kIfLess | kIfEqual | kIfGreater;
  const bool has_equality = plan->test.mask == kIfEqual || plan->test.mask == kIfNotEqual;
  if (has_equality && !is_feature && slot.manner != ValueType::kDecimal) {
    plan->form = plan->test.mask == kIfEqual ? TestForm::kEqual : TestForm::kNotEqual;
    plan->slot = plan->test.slot;
    plan->keys = {{key->key, std::string(constant.text)}};
    plan->is_settled = true;
  } else if (has_order) {
    PlanLimit(plan);
    if (is_feature && plan->form == TestForm::kLeast) PlanBound(plan);
  }
  return true;
}

// Of a comparison in an order. Where a key is not exact the limit lets pass what may be equal.
void PredicateCatalogue::PlanLimit(TestPlan* plan) const {
  using Keys = std::numeric_limits<int64_t>;
  const PredicateIndex::Test& test = plan->test;
  const bool can_step = test.exact && test.key > Keys::min() && test.key < Keys::max();
  plan->slot = test.slot;
  plan->limit = test.key;
  switch (test.mask) {
    case kIfGreaterEqual:
      plan->form = TestForm::kLeast;
      plan->is_settled = test.exact;
      break;
    case kIfGreater:
      plan->form = TestForm::kLeast;
      plan->limit += can_step ? 1 : 0;
      plan->is_settled = can_step;
      break;
    case kIfLessEqual:
      plan->form = TestForm::kMost;
      plan->is_settled = test.exact;
      break;
    case kIfLess:
      plan->form = TestForm::kMost;
      plan->limit -= can_step ? 1 : 0;
      plan->is_settled = can_step;
      break;
    case kIfEqual:
      // `== 0` is a figure that has not begun to count: few are below it, many above.
      plan->form = test.key == 0 ? TestForm::kMost : TestForm::kLeast;
      break;
    default:
      plan->slot = PredicateIndex::kNone;
  }
}

// Counts and sums grow with their entries, all of which are on record. A feature with `per` may be
// unknown, and what is unknown is never left out.
void PredicateCatalogue::PlanBound(TestPlan* plan) {
  PredicateIndex::Slot bound;
  bound.kind = PredicateIndex::Slot::Kind::kBound;
  bound.manner = index_->slots[plan->slot].manner;
  const Feature& feature = rule_set_->features[index_->slots[plan->slot].place];
  bound.directions = feature.directions;
  if (feature.ever || !feature.per.empty()) return;
  switch (feature.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kDistinct: break;
    case Aggregate::kSum:
      if (!feature.of || feature.of->id != field::kAmount) return;
      break;
    default: return;
  }
  const auto [place, added] =
      slot_of_bound_.try_emplace({bound.directions, bound.manner}, PredicateIndex::kNone);
  if (added) place->second = AddSlot(bound);
  plan->bound_slot = place->second;
}

// Two figures, neither of them a constant, as `amount * 3 >= usual` has them: each is calculated
// once a leg, however many conditions compare it with however many others.
void PredicateCatalogue::PlanFigures(const ConditionLiteral& literal, TestPlan* plan) {
  const uint8_t mask = MaskOf(literal.expression->kind);
  if (mask == 0) return;
  const Expression& left = *literal.expression->operands[0];
  const Expression& right = *literal.expression->operands[1];
  const ValueType manner = MannerOf(left.type);
  const bool has_order = manner == ValueType::kInt || manner == ValueType::kDecimal;
  if (!has_order || manner != MannerOf(right.type) || left.type == ValueType::kBool ||
      left.type == ValueType::kList) {
    return;
  }
  plan->test.slot = SlotOf(left);
  plan->test.other_slot = SlotOf(right);
  plan->test.mask = literal.negated ? mask ^ (kIfLess | kIfEqual | kIfGreater) : mask;
}

// `field in [constants]` and `field in list`.
void PredicateCatalogue::PlanMembership(const Program& program, bool negated, TestPlan* plan) {
  if (program.code.size() != 3 || program.code[0].opcode != Opcode::kField) return;
  const Opcode in = program.code[1].opcode;
  if (in != Opcode::kInLiteral && in != Opcode::kInNamed) return;
  const FieldRef field{program.code[0].a, static_cast<uint16_t>(program.code[0].b)};
  const ValueType type = FieldTable()[field.id].type;
  std::optional<std::vector<TestKey>> keys = KeysOfList(program, type);
  if (!keys || keys->empty() || keys->size() > kKeysMax) return;
  PredicateIndex::Slot slot;
  slot.manner = MannerOf(type);
  slot.field = field;
  plan->form = negated ? TestForm::kNotEqual : TestForm::kEqual;
  plan->slot = SlotOf(slot);
  plan->keys = *std::move(keys);
  plan->is_settled = true;
}

// `startsWith(field, constant)`.
void PredicateCatalogue::PlanPrefix(const Expression& expression, TestPlan* plan) {
  if (expression.kind != ExpressionKind::kCall || expression.function != Function::kStartsWith) {
    return;
  }
  const Expression& text = *expression.operands[0];
  const Expression& prefix = *expression.operands[1];
  if (text.kind != ExpressionKind::kField || prefix.kind != ExpressionKind::kConstant) return;
  PredicateIndex::Slot slot;
  slot.manner = MannerOf(FieldTable()[text.field.id].type);
  slot.field = text.field;
  if (slot.manner != ValueType::kString) return;
  const Value constant = PlainConstant(prefix);
  plan->form = TestForm::kPrefix;
  plan->slot = SlotOf(slot);
  plan->keys = {{KeyOfText(constant.text).key, std::string(constant.text)}};
  plan->is_settled = true;
}

// Empty where a value that is in the list might have another key than its items.
std::optional<std::vector<TestKey>> PredicateCatalogue::KeysOfList(const Program& program,
                                                                   ValueType type) const {
  const ValueType manner = MannerOf(type);
  if (manner == ValueType::kDecimal) return std::nullopt;
  std::vector<TestKey> keys;
  const auto add_text = [&](std::string_view text) {
    keys.push_back({KeyOfText(text).key, std::string(text)});
  };
  if (program.code[1].opcode == Opcode::kInLiteral) {
    const LiteralList& list = program.literal_lists[program.code[1].b];
    for (int64_t integer : list.integers) keys.push_back({integer});
    for (std::string_view text : list.texts) add_text(text);
    for (const Value& item : list.others) {
      if (manner != ValueType::kAccount || item.text.empty()) return std::nullopt;
      add_text(item.text);
    }
  } else {
    const NamedList& list = rule_set_->lists[program.code[1].b];
    if (list.items.size() > kKeysMax) return std::nullopt;
    if (manner == ValueType::kInt) {
      for (int64_t integer : list.integers) keys.push_back({integer});
    } else {
      for (const std::string& item : list.items) add_text(item);
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

int16_t PredicateCatalogue::SlotOf(const PredicateIndex::Slot& slot) {
  const auto [place, added] =
      slot_of_figure_.try_emplace({slot.kind, slot.field, slot.place}, PredicateIndex::kNone);
  if (added) place->second = AddSlot(slot);
  return place->second;
}

int16_t PredicateCatalogue::AddSlot(const PredicateIndex::Slot& slot) {
  CHECK(index_->slots.size() < std::numeric_limits<int16_t>::max());
  index_->slots.push_back(slot);
  return static_cast<int16_t>(index_->slots.size() - 1);
}

int16_t PredicateCatalogue::SlotOf(const Expression& figure) {
  PredicateIndex::Slot slot;
  slot.manner = MannerOf(figure.type);
  switch (figure.kind) {
    case ExpressionKind::kField: slot.field = figure.field; break;
    case ExpressionKind::kFeature:
      slot.kind = PredicateIndex::Slot::Kind::kFeature;
      slot.place = figure.index;
      break;
    default: {
      slot.kind = PredicateIndex::Slot::Kind::kCalculation;
      const auto [place, added] = place_of_calculation_.try_emplace(
          SubexpressionKey(figure), static_cast<int>(index_->calculations.size()));
      if (added) {
        absl::StatusOr<Program> program = Compile(figure, rule_set_->rates);
        CHECK(program.ok());  // as part of the whole rule
        index_->calculations.push_back(*std::move(program));
      }
      slot.place = place->second;
    }
  }
  return SlotOf(slot);
}

}  // namespace vigla
