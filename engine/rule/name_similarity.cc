// Folds names and compares them. Hot.
#include "engine/rule/name_similarity.h"

#include <algorithm>
#include <memory>
#include <string>

#include "engine/base/check.h"
#include "engine/rule/function.h"

namespace vigla {
namespace {

// With a space between any two words.
constexpr size_t kJoinedMax = 2 * kFoldedNameMax;

struct Joined {
  std::array<char32_t, kJoinedMax> text;
  size_t size = 0;

  void Append(std::u32string_view word) {
    if (size > 0) text[size++] = U' ';
    std::copy(word.begin(), word.end(), text.begin() + static_cast<ptrdiff_t>(size));
    size += word.size();
  }
};

// The words as they came, in order of appearance.
class WordCollector {
 public:
  void Take(char32_t letter) {
    const FoldedLetter folded = FoldLetter(letter);
    if (folded.first == U' ') {
      EndWord();
    } else if (folded.first != 0) {
      Push(folded.first);
      if (folded.second != 0) Push(folded.second);
    }
  }

  // Sorted, each once.
  void Finish(FoldedName* folded) {
    EndWord();
    std::sort(words_.begin(), words_.begin() + static_cast<ptrdiff_t>(count_));
    const auto end =
        std::unique(words_.begin(), words_.begin() + static_cast<ptrdiff_t>(count_));
    size_t size = 0;
    folded->words = 0;
    for (auto word = words_.begin(); word != end; ++word) {
      std::copy(word->begin(), word->end(),
                folded->letters.begin() + static_cast<ptrdiff_t>(size));
      size += word->size();
      folded->word_ends[folded->words++] = static_cast<uint8_t>(size);
    }
  }
  bool is_full() const { return size_ == kFoldedNameMax; }

 private:
  void Push(char32_t letter) {
    if (!is_full()) letters_[size_++] = letter;
  }
  void EndWord() {
    if (size_ > begin_) words_[count_++] = {letters_.data() + begin_, size_ - begin_};
    begin_ = size_;
  }

  std::array<char32_t, kFoldedNameMax> letters_;
  std::array<std::u32string_view, kFoldedNameMax> words_;
  size_t size_ = 0, begin_ = 0, count_ = 0;
};

void JoinSharedFirst(const FoldedName& a, const FoldedName& b, Joined* joined_a,
                     Joined* joined_b) {
  for (const bool shared : {true, false}) {
    size_t i = 0, k = 0;
    while (i < a.words || k < b.words) {
      const int order = i == a.words   ? 1
                        : k == b.words ? -1
                                       : a.Word(i).compare(b.Word(k));
      if (order == 0 && shared) {
        joined_a->Append(a.Word(i));
        joined_b->Append(b.Word(k));
      }
      if (order < 0 && !shared) joined_a->Append(a.Word(i));
      if (order > 0 && !shared) joined_b->Append(b.Word(k));
      i += order <= 0;
      k += order >= 0;
    }
  }
}

struct Common {
  int64_t matches = 0;
  int64_t transpositions = 0;
};

// Code points that both have within half of the longer one's length.
Common CommonLetters(const Joined& a, const Joined& b) {
  std::array<bool, kJoinedMax> taken_a{}, taken_b{};
  const size_t longest = std::max(a.size, b.size);
  const size_t reach = longest / 2 > 0 ? longest / 2 - 1 : 0;
  Common common;
  for (size_t i = 0; i < a.size; ++i) {
    const size_t end = std::min(i + reach + 1, b.size);
    for (size_t k = i > reach ? i - reach : 0; k < end; ++k) {
      if (taken_b[k] || a.text[i] != b.text[k]) continue;
      taken_a[i] = taken_b[k] = true;
      ++common.matches;
      break;
    }
  }
  size_t k = 0;
  for (size_t i = 0; i < a.size; ++i) {
    if (!taken_a[i]) continue;
    while (!taken_b[k]) ++k;
    common.transpositions += a.text[i] != b.text[k++];
  }
  common.transpositions /= 2;
  return common;
}

Number JaroWinkler(const Joined& a, const Joined& b) {
  const Common common = CommonLetters(a, b);
  const int64_t m = common.matches;
  if (m == 0) return Number::Scaled(0, 0);
  const auto n = static_cast<int64_t>(a.size), k = static_cast<int64_t>(b.size);
  const int64_t numerator = m * m * (n + k) + (m - common.transpositions) * n * k;
  const int64_t denominator = 3 * n * k * m;
  if (10 * numerator <= 7 * denominator) return Number::Fraction(numerator, 0, denominator);
  int64_t prefix = 0;
  while (prefix < std::min<int64_t>({4, n, k}) &&
         a.text[static_cast<size_t>(prefix)] == b.text[static_cast<size_t>(prefix)]) {
    ++prefix;
  }
  return Number::Fraction((10 - prefix) * numerator + prefix * denominator, 0, 10 * denominator);
}

Value Scored(const Number& score) { return Value::Numeric(ValueType::kDecimal, score); }

// Keeps the greatest score.
class Best {
 public:
  explicit Best(std::string_view name) { FoldName(name, &name_); }
  // False when no other can be likelier.
  bool Meet(const FoldedName& other) {
    const Number score = NameSimilarity(name_, other);
    if (Compare(score, best_) > 0) best_ = score;
    return best_.numerator != best_.denominator;
  }
  bool Meet(std::string_view other) {
    FoldedName folded;
    FoldName(other, &folded);
    return Meet(folded);
  }
  Value score() const { return Scored(best_); }

 private:
  FoldedName name_;
  Number best_ = Number::Scaled(0, 0);
};

}  // namespace

void FoldName(std::string_view name, FoldedName* folded) {
  WordCollector words;
  for (size_t at = 0; at < name.size() && !words.is_full();) {
    words.Take(LowerCaseOf(NextCodePoint(name, &at)));
  }
  words.Finish(folded);
}

Number NameSimilarity(const FoldedName& a, const FoldedName& b) {
  Joined joined_a, joined_b;
  JoinSharedFirst(a, b, &joined_a, &joined_b);
  return JaroWinkler(joined_a, joined_b);
}

void FoldNames(NamedList* list) {
  auto names = std::make_shared<std::vector<FoldedName>>();
  for (const std::string& item : list->items) FoldName(item, &names->emplace_back());
  list->names = std::move(names);
}

Value SimilarityTo(const NamedList& list, const Value& name) {
  if (!name.known) return Value::Unknown(ValueType::kDecimal);
  CHECK(list.names != nullptr);
  Best best(name.text);
  for (const FoldedName& other : *list.names) {
    if (!best.Meet(other)) break;
  }
  return best.score();
}

Value SimilarityTo(std::span<const Value> names, const Value& name) {
  Best best(name.text);
  if (names.size() == 1 && names[0].type == ValueType::kList) {
    const std::span<const std::string_view> items(names[0].items,
                                                  static_cast<size_t>(names[0].integer));
    for (std::string_view other : items) {
      if (!best.Meet(other)) break;
    }
    return best.score();
  }
  for (const Value& other : names) {
    if (!best.Meet(other.text)) break;
  }
  return best.score();
}

}  // namespace vigla
