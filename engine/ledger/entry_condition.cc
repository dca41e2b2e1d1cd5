// Of which entries a feature's `where` holds, asked of many of a chunk at once. Hot.
#include "engine/ledger/entry_condition.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/base/status.h"
#include "engine/ledger/entry_bits.h"
#include "engine/rule/evaluator.h"
#include "engine/rule/order_key.h"

namespace vigla {
namespace {

// What a literal compares a field with, if that is a list of constants.
struct Membership {
  FieldRef field;
  bool is_none_of = false;
  std::vector<int64_t> integers;
  std::vector<std::string_view> texts;
};

void AddValue(const Value& value, Membership* membership) {
  membership->integers.push_back(value.integer);
  membership->texts.push_back(value.text);
}

// `field == constant`, `field != constant`, `field in [constants]` and `field in list`.
std::optional<Membership> MembershipOf(const Program& program, const RuleSet& rule_set) {
  const Program::Instruction& first = program.code[0];
  Membership membership;
  if (program.is_comparison && first.opcode == Opcode::kCompareField) {
    const Value& constant = program.constants[static_cast<size_t>(first.b)];
    if (!constant.known || (first.mask != kIfEqual && first.mask != kIfNotEqual)) {
      return std::nullopt;
    }
    membership.field = {first.a, static_cast<uint16_t>(first.c)};
    membership.is_none_of = first.mask == kIfNotEqual;
    AddValue(constant, &membership);
    return membership;
  }
  if (program.code.size() != 3 || first.opcode != Opcode::kField) return std::nullopt;
  membership.field = {first.a, static_cast<uint16_t>(first.b)};
  const Program::Instruction& in = program.code[1];
  if (in.opcode == Opcode::kInLiteral) {
    const LiteralList& list = program.literal_lists[static_cast<size_t>(in.b)];
    membership.integers = list.integers;
    membership.texts = list.texts;
    return membership;
  }
  if (in.opcode != Opcode::kInNamed) return std::nullopt;
  const NamedList& list = rule_set.lists[static_cast<size_t>(in.b)];
  membership.integers.assign(list.integers.begin(), list.integers.end());
  for (const std::string& item : list.items) membership.texts.push_back(ToStd(item));
  return membership;
}

// How many codes a column may have, and whether 0 is none of them; 0 where it has no codes.
struct CodeRange {
  size_t count = 0;
  bool has_zero = true;
};
CodeRange CodesOf(FieldId column) {
  switch (column) {
    case field::kKind: return {static_cast<size_t>(kKindCount)};
    case field::kStatus: return {static_cast<size_t>(kStatusCount)};
    case field::kDirection: return {2};
    case field::kCurrency: return {CurrencyCode::Parse("ZZZ")->packed + size_t{1}, false};
    case field::kCountry: return {CountryCode::Parse("ZZ")->packed + size_t{1}, false};
    default: return {};
  }
}

}  // namespace

EntryCondition::EntryCondition(const Feature& feature, const RuleSet& rule_set) {
  terms_.clear();
  for (const std::vector<WhereLiteral>& literals : feature.where_terms) {
    Term& term = terms_.emplace_back();
    for (const WhereLiteral& literal : literals) {
      Test test = MakeTest(literal, rule_set);
      const auto other = std::find_if(term.begin(), term.end(), [&](const Test& earlier) {
        return test.kind == Kind::kAmount && earlier.kind == Kind::kAmount &&
               !test.is_inverted && !earlier.is_inverted;
      });
      if (other == term.end()) {
        term.push_back(std::move(test));
      } else {  // both limits of a band at once
        other->least = std::max(other->least, test.least);
        other->most = std::min(other->most, test.most);
      }
    }
    std::stable_sort(term.begin(), term.end(),
                     [](const Test& a, const Test& b) { return a.kind < b.kind; });
  }
}

EntryCondition::Test EntryCondition::MakeTest(const WhereLiteral& literal,
                                              const RuleSet& rule_set) {
  Test test;
  test.literal = &literal;
  test.is_inverted = literal.negated;
  const Program& program = literal.program;
  const Program::Instruction& first = program.code[0];
  if (program.is_comparison && first.opcode == Opcode::kCompareField &&
      first.a == field::kAmount) {
    if (MakeAmount(program, &test)) return test;
  } else if (const auto membership = MembershipOf(program, rule_set)) {
    if (membership->is_none_of) test.is_inverted = !test.is_inverted;
    const FieldId column = membership->field.id;
    if (column == field::kChannel ? MakeChannels(membership->texts, &test)
                                  : MakeCodes(membership->integers, column, &test)) {
      return test;
    }
  }
  Test program_test;
  program_test.literal = &literal;
  return program_test;
}

// Amounts are whole micro-units; what a limit has beyond them lies between two of these.
bool EntryCondition::MakeAmount(const Program& program, Test* test) {
  using Limits = std::numeric_limits<int64_t>;
  const Program::Instruction& comparison = program.code[0];
  const Value& limit = program.constants[static_cast<size_t>(comparison.b)];
  if (!limit.known) return false;
  const std::optional<OrderKey> nearest = KeyOfNumber(limit.number);
  if (!nearest || nearest->key >= Limits::max() - 1 || nearest->key <= -(Limits::max() - 1)) {
    return false;
  }
  const auto order = Compare(Number::Scaled(nearest->key, kOrderKeyDigits), limit.number);
  const int64_t below = order > 0 ? nearest->key - 1 : nearest->key;  // the last one not above it
  const int64_t above = order < 0 ? nearest->key + 1 : nearest->key;  // the first one not below it
  test->least = Limits::min();
  test->most = Limits::max();
  switch (comparison.mask) {
    case kIfLess: test->most = above - 1; break;
    case kIfLessEqual: test->most = below; break;
    case kIfGreater: test->least = below + 1; break;
    case kIfGreaterEqual: test->least = above; break;
    default:
      test->least = above;
      test->most = below;  // none at all where it lies between two
      if (comparison.mask == kIfNotEqual) test->is_inverted = !test->is_inverted;
  }
  test->kind = Kind::kAmount;
  return true;
}

bool EntryCondition::MakeCodes(const std::vector<int64_t>& listed, FieldId column, Test* test) {
  const CodeRange range = CodesOf(column);
  if (range.count == 0) return false;
  test->kind = Kind::kCode;
  test->column = column;
  std::vector<bool> passes(range.count, test->is_inverted);
  for (const int64_t code : listed) {
    const auto place = static_cast<size_t>(code);
    if (code >= 0 && place < range.count) passes[place] = !test->is_inverted;
  }
  if (!range.has_zero) passes[0] = false;
  test->codes.assign((range.count + 63) / 64, 0);
  for (size_t code = 0; code < range.count; ++code) {
    test->codes[code / 64] |= uint64_t{passes[code]} << (code % 64);
  }
  return true;
}

bool EntryCondition::MakeChannels(const std::vector<std::string_view>& listed, Test* test) {
  for (const std::string_view text : listed) {
    const auto packed = Chunk::ShortChannel(text);
    if (!packed) return false;
    test->channels.push_back(*packed);
  }
  test->kind = Kind::kChannel;
  return true;
}

uint64_t EntryCondition::Holding(const Chunk& chunk, uint64_t entries,
                                 const ReadingContext& context) const {
  uint64_t holding = 0;
  for (const Term& term : terms_) {
    uint64_t passing = entries & ~holding;
    for (const Test& test : term) {
      if (passing == 0) break;
      passing = Passing(test, chunk, passing, context);
    }
    holding |= passing;
  }
  return holding;
}

uint64_t EntryCondition::Passing(const Test& test, const Chunk& chunk, uint64_t entries,
                                 const ReadingContext& context) {
  const Entry* const all = chunk.entries().data();
  switch (test.kind) {
    case Kind::kAmount:
      return EntriesThat(entries, [&](size_t i) {
        const int64_t micros = all[i].base_amount.micros;
        const bool is_within = (micros >= test.least) & (micros <= test.most);
        return (is_within != test.is_inverted) & all[i].has_base_amount;
      });
    case Kind::kCode: return PassingCodes(test, all, entries);
    case Kind::kChannel:
      return EntriesThat(entries, [&](size_t i) {
        const bool is_listed =
            std::find(test.channels.begin(), test.channels.end(), all[i].channel) !=
            test.channels.end();
        return is_listed != test.is_inverted && all[i].channel != std::array<char, 8>();
      });
    case Kind::kProgram: break;
  }
  const Truth wanted = test.literal->negated ? Truth::kFalse : Truth::kTrue;
  EntryReader reader(context);
  return EntriesThat(entries, [&](size_t i) {
    reader.Stand(chunk, i);
    return EvaluateTruth(test.literal->program, *context.rule_set, reader) == wanted;
  });
}

uint64_t EntryCondition::PassingCodes(const Test& test, const Entry* all, uint64_t entries) {
  const auto those_with = [&](auto code_of) {
    return EntriesThat(entries, [&](size_t i) {
      const auto code = static_cast<size_t>(code_of(all[i]));
      return code / 64 < test.codes.size() && (test.codes[code / 64] >> (code % 64) & 1) != 0;
    });
  };
  switch (test.column) {
    case field::kKind: return those_with([](const Entry& entry) { return entry.kind; });
    case field::kStatus: return those_with([](const Entry& entry) { return entry.status; });
    case field::kDirection: return those_with([](const Entry& entry) { return entry.direction; });
    case field::kCurrency:
      return those_with([](const Entry& entry) { return entry.currency.packed; });
    default: return those_with([](const Entry& entry) { return entry.country.packed; });
  }
}

bool EntryCondition::IsReady() const {
  return std::all_of(terms_.begin(), terms_.end(), [](const Term& term) {
    return std::all_of(term.begin(), term.end(),
                       [](const Test& test) { return test.kind != Kind::kProgram; });
  });
}

}  // namespace vigla
