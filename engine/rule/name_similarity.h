// How like two names are, whatever their case, marks and order of words. Hot.
//
// A name is folded: lower case; letters without their marks (é is e, ß is ss, й is и); dots and
// apostrophes left out; all else that is no letter or digit divides words; words sorted, each
// once; of 140 code points at most. Two names are then written as the words they share, followed
// by their others, and compared by Jaro and Winkler: Jaro's similarity of n and k code points
// with m in common, t of them transposed, is (m/n + m/k + (m - t)/m) / 3; where it is over 0.7, a
// common beginning of p <= 4 code points adds p x 0.1 of what is missing to 1. All of it in whole
// numbers: the result is an exact fraction from 0 to 1.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rule/number.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/value.h"

namespace vigla {

inline constexpr size_t kFoldedNameMax = 140;

// A name's words in order. Plain data, so that folding one allocates nothing.
struct FoldedName {
  std::array<char32_t, kFoldedNameMax> letters;  // of all words, without spaces
  std::array<uint8_t, kFoldedNameMax> word_ends;
  uint8_t words = 0;

  std::u32string_view Word(size_t index) const {
    const size_t begin = index == 0 ? 0 : word_ends[index - 1];
    return {letters.data() + begin, word_ends[index] - begin};
  }
};

void FoldName(std::string_view name, FoldedName* folded);
// 0 if either has no letter; denominator > 0, below 2^32.
Number NameSimilarity(const FoldedName& a, const FoldedName& b);

// Of the likest name; 0 if there is none. Unknown if `name` is. By a list that FoldNames has
// prepared, or by texts, or by one value that is a list of them.
void FoldNames(NamedList* list);
Value SimilarityTo(const NamedList& list, const Value& name);
Value SimilarityTo(std::span<const Value> names, const Value& name);

// The letter without its marks, as one or two letters; itself if it has none. `letter` is lower
// case. 0 for what is no part of a word but does not divide it, ' ' for what divides words.
struct FoldedLetter {
  char32_t first = 0;
  char32_t second = 0;
};
FoldedLetter FoldLetter(char32_t letter);

}  // namespace vigla
