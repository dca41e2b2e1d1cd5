// What the rules of a set ask of a leg, each question once. Cold.
#include "engine/rule/predicate_catalogue.h"

#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/rule/compiler.h"
#include "engine/rule/field.h"
#include "engine/rule/order_key.h"
#include "engine/rule/subexpression.h"

namespace vigla {
namespace {

constexpr size_t kKeysMax = 64;  // of a list whose items are partition keys
constexpr int kFeatureCost = 3;  // of CostOf

ValueType MannerOf(ValueType type) {
  switch (type) {
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney: return ValueType::kDecimal;
    case ValueType::kString:
    case ValueType::kChannel: return ValueType::kString;
    case ValueType::kAccount: return ValueType::kAccount;
    default: return ValueType::kInt;
  }
}

// On which part of the legs a field has one certain value. Only the order of these matters:
// rules are parted by what leaves out the most.
double PassRateOf(ValueType type) {
  switch (type) {
    case ValueType::kAccount: return 0.0001;
    case ValueType::kString: return 0.01;
    case ValueType::kCountry: return 0.05;
    case ValueType::kChannel: return 0.2;
    case ValueType::kCurrency:
    case ValueType::kKind: return 0.25;
    case ValueType::kDirection: return 0.5;
    case ValueType::kStatus: return 0.8;
    default: return 0.1;
  }
}

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
  if (!literal.negated) PlanMembership(*program, &plan);
  plan.test.predicate = static_cast<int32_t>(index_->predicates.size());
  index_->predicates.push_back(*std::move(program));
  return plan;
}

bool PredicateCatalogue::PlanComparison(const Program& program, const ConditionLiteral& literal,
                                        TestPlan* plan) {
  if (!program.is_comparison) return false;
  const Program::Instruction& comparison = program.code.front();
  const Value& constant = program.constants[comparison.b];
  const bool is_equality =
      comparison.mask == kIfEqual || comparison.mask == kIfNotEqual;
  const bool has_order =
      comparison.type == ValueType::kInt || comparison.type == ValueType::kDecimal;
  if (!constant.known || (!is_equality && !has_order)) return false;
  const std::optional<OrderKey> key = KeyOfValue(constant, comparison.type);
  if (!key) return false;
  PredicateIndex::Slot slot;
  slot.manner = comparison.type;
  slot.is_feature = comparison.opcode == Opcode::kCompareFeature;
  if (slot.is_feature) {
    slot.feature = comparison.c;
  } else {
    slot.field = FieldRef{comparison.a, static_cast<uint16_t>(comparison.c)};
  }
  plan->test.slot = SlotOf(slot);
  plan->test.key = key->key;
  plan->test.exact = key->exact;
  plan->test.mask = comparison.mask;
  if (literal.negated) plan->test.mask ^= kIfLess | kIfEqual | kIfGreater;
  if (plan->test.mask == kIfEqual && !slot.is_feature) {
    plan->keys = {key->key};
    plan->key_slot = plan->test.slot;
    plan->pass_rate = PassRateOf(FieldTable()[slot.field.id].type);
  }
  return true;
}

// `field in [constants]` and `field in list`.
void PredicateCatalogue::PlanMembership(const Program& program, TestPlan* plan) {
  if (program.code.size() != 3 || program.code[0].opcode != Opcode::kField) return;
  const Opcode in = program.code[1].opcode;
  if (in != Opcode::kInLiteral && in != Opcode::kInNamed) return;
  const FieldRef field{program.code[0].a, static_cast<uint16_t>(program.code[0].b)};
  const ValueType type = FieldTable()[field.id].type;
  std::optional<std::vector<int64_t>> keys = KeysOfList(program, type);
  const size_t items = in == Opcode::kInNamed
                           ? rule_set_->lists[program.code[1].b].items.size()
                           : (keys ? keys->size() : kKeysMax);
  plan->pass_rate = std::min(1.0, PassRateOf(type) * static_cast<double>(items));
  if (!keys || keys->empty() || keys->size() > kKeysMax) return;
  PredicateIndex::Slot slot;
  slot.manner = MannerOf(type);
  slot.field = field;
  plan->key_slot = SlotOf(slot);
  plan->keys = *std::move(keys);
}

// Empty where a value that is in the list might have another key than its items.
std::optional<std::vector<int64_t>> PredicateCatalogue::KeysOfList(const Program& program,
                                                                   ValueType type) const {
  const ValueType manner = MannerOf(type);
  std::vector<int64_t> keys;
  if (program.code[1].opcode == Opcode::kInLiteral) {
    const LiteralList& list = program.literal_lists[program.code[1].b];
    keys = list.integers;
    for (std::string_view text : list.texts) keys.push_back(KeyOfText(text).key);
    for (const Value& item : list.others) {
      const std::optional<OrderKey> key = KeyOfValue(item, manner);
      if (!key) return std::nullopt;
      keys.push_back(key->key);
    }
  } else {
    const NamedList& list = rule_set_->lists[program.code[1].b];
    if (list.items.size() > kKeysMax || manner == ValueType::kDecimal) return std::nullopt;
    if (manner == ValueType::kInt) {
      keys.assign(list.integers.begin(), list.integers.end());
    } else {
      for (const std::string& item : list.items) keys.push_back(KeyOfText(item).key);
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

int16_t PredicateCatalogue::SlotOf(const PredicateIndex::Slot& slot) {
  const auto [place, added] =
      slot_of_figure_.try_emplace({slot.is_feature, slot.field, slot.feature},
                                  static_cast<int16_t>(index_->slots.size()));
  if (added) {
    CHECK(index_->slots.size() <= std::numeric_limits<int16_t>::max());
    index_->slots.push_back(slot);
  }
  return place->second;
}

}  // namespace vigla
