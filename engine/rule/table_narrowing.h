// Which entries of an index's table a leg's answers to its dimensions leave. Hot.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/rule/bitmap_lines.h"
#include "engine/rule/leg_answers.h"
#include "engine/rule/predicate_index.h"

namespace vigla {

// Memory for the bitmaps of the largest table.
struct TableBitmaps {
  std::vector<uint64_t> left;     // entries that no dimension has left out
  std::vector<uint64_t> unknown;  // entries of whom a dimension does not know
  std::vector<uint64_t> flipped;  // all 0 between dimensions
  std::vector<int32_t> lines;     // first words of lines
};

// One table on one leg.
template <class Reader>
class TableNarrowing {
 public:
  TableNarrowing(const PredicateIndex& index, const PredicateIndex::Table& table,
                 TableBitmaps* bitmaps, LegQuestions<Reader>* leg)
      : index_(index),
        table_(table),
        leg_(*leg),
        left_(bitmaps->left.data()),
        unknown_(bitmaps->unknown.data()),
        flipped_(bitmaps->flipped.data()),
        lines_(bitmaps->lines.data()) {}

  void Run() {
    std::copy_n(Bitmap(table_.all), table_.words, left_);
    for (int32_t line = 0; line < table_.words; line += PredicateIndex::kLine) {
      lines_[lines_left_++] = line;
    }
    const Dimension* dimension = index_.dimensions.data() + table_.dimensions_begin;
    const Dimension* const bounds_end = index_.dimensions.data() + table_.bounds_end;
    const Dimension* const end = index_.dimensions.data() + table_.dimensions_end;
    if (dimension != bounds_end) {
      for (; dimension != bounds_end; ++dimension) Narrow(*dimension);
      DropEmptyLines();
    }
    for (; dimension != end; ++dimension) Narrow(*dimension);
  }

  // The first words of the lines in which entries may be left.
  std::span<const int32_t> lines() const { return {lines_, lines_left_}; }
  // By word of these. Of an unknown entry some settled test is unknown.
  uint64_t left(int32_t word) const { return left_[word]; }
  uint64_t unknown(int32_t word) const { return has_unknown_ ? unknown_[word] : 0; }
  // Some figure has no exact key, so that tests on it are not settled although they should be.
  bool is_careful() const { return is_careful_; }

 private:
  using Dimension = PredicateIndex::Dimension;
  using Figure = LegAnswers::Figure;

  const uint64_t* Bitmap(int32_t begin) const { return index_.words.data() + begin; }

  void Narrow(const Dimension& dimension) {
    // Looking what is left is as much work as narrowing it, but less than asking a predicate.
    const bool is_predicate = dimension.kind == Dimension::Kind::kPredicate;
    if ((is_predicate || table_.words == PredicateIndex::kLine) && !IsAnyLeft(dimension)) return;
    if (is_predicate) return NarrowByPredicate(dimension);
    const Figure& figure = leg_.Read(dimension.slot);
    if (figure.state == KeyState::kUnknown) {
      if (!leg_.IsBound(dimension.slot)) NoteUnknown(dimension);
      return;
    }
    switch (dimension.kind) {
      case Dimension::Kind::kOrder:
        if (figure.state == KeyState::kExact) return NarrowByOrder(dimension, figure.key);
        break;
      case Dimension::Kind::kEqual:
        if (figure.has_key()) return NarrowByKey(dimension, figure.key);
        break;
      default: return NarrowByPrefix(dimension);
    }
    is_careful_ = true;
  }

  bool IsAnyLeft(const Dimension& dimension) const {
    const uint64_t* const tested = Bitmap(dimension.tested);
    uint64_t asking = 0;
    for (const int32_t line : lines()) {
      for (int32_t i = line; i < line + PredicateIndex::kLine; ++i) asking |= left_[i] & tested[i];
    }
    return asking != 0;
  }

  void DropEmptyLines() {
    size_t kept = 0;
    for (const int32_t line : lines()) {
      uint64_t any = 0;
      for (int32_t i = line; i < line + PredicateIndex::kLine; ++i) any |= left_[i];
      lines_[kept] = line;
      kept += any != 0 ? 1 : 0;
    }
    lines_left_ = kept;
  }

  void NoteUnknown(const Dimension& dimension) {
    const uint64_t* const tested = Bitmap(dimension.tested);
    if (!has_unknown_) {
      has_unknown_ = true;
      std::fill_n(unknown_, table_.words, 0);
    }
    OrLines(unknown_, tested, lines());
  }

  void NarrowByPredicate(const Dimension& dimension) {
    const Truth truth = leg_.Ask(dimension.predicate);
    if (truth == Truth::kUnknown) return NoteUnknown(dimension);
    if ((truth == Truth::kTrue) == dimension.negated) Intersect(Bitmap(dimension.otherwise));
  }

  void NarrowByOrder(const Dimension& dimension, int64_t key) {
    const int64_t* const keys = index_.event_keys.data();
    const int64_t* const begin = keys + dimension.events_begin;
    const auto events =
        static_cast<int32_t>(std::upper_bound(begin, keys + dimension.events_end, key) - begin);
    const int32_t checkpoint = events / PredicateIndex::kCheckpoint;
    const int32_t* const entries = index_.event_entries.data() + dimension.events_begin;
    const int32_t from = checkpoint * PredicateIndex::kCheckpoint;
    for (int32_t i = from; i < events; ++i) {
      flipped_[entries[i] / 64] ^= uint64_t{1} << (entries[i] % 64);
    }
    const uint64_t* const passing = Bitmap(dimension.otherwise + checkpoint * table_.words);
    if (events == from) return Intersect(passing);
    IntersectFlipped(passing);
    for (int32_t i = from; i < events; ++i) flipped_[entries[i] / 64] = 0;
  }

  void NarrowByKey(const Dimension& dimension, int64_t number) {
    const auto found = dimension.keys.find(number);
    if (found == dimension.keys.end()) return Intersect(Bitmap(dimension.otherwise));
    const PredicateIndex::Key& key = found->second;
    if (key.text != PredicateIndex::kNone &&
        leg_.TextOf(dimension.slot) != index_.texts[key.text]) {
      return Intersect(Bitmap(dimension.otherwise));
    }
    if (key.bitmap != PredicateIndex::kNone) return Intersect(Bitmap(key.bitmap));
    Flip(key);
    IntersectFlipped(Bitmap(dimension.otherwise));
    const PredicateIndex::Flip* const flips = index_.flips.data();
    for (int32_t i = key.flips_begin; i < key.flips_end; ++i) flipped_[flips[i].word] = 0;
  }

  void NarrowByPrefix(const Dimension& dimension) {
    const std::string_view text = leg_.TextOf(dimension.slot);
    for (const int32_t bytes : dimension.prefix_bytes) {
      if (static_cast<size_t>(bytes) > text.size()) break;
      const std::string_view prefix = text.substr(0, static_cast<size_t>(bytes));
      const auto found = dimension.keys.find(KeyOfText(prefix).key);
      if (found != dimension.keys.end() && index_.texts[found->second.text] == prefix) {
        Flip(found->second);
      }
    }
    IntersectFlipped(Bitmap(dimension.otherwise));
    std::fill_n(flipped_, table_.words, 0);
  }

  void Flip(const PredicateIndex::Key& key) {
    for (int32_t i = key.flips_begin; i < key.flips_end; ++i) {
      flipped_[index_.flips.data()[i].word] ^= index_.flips.data()[i].bits;
    }
  }

  void Intersect(const uint64_t* passing) { AndLines(left_, passing, lines()); }
  void IntersectFlipped(const uint64_t* passing) {
    AndLines(left_, passing, flipped_, lines());
  }

  const PredicateIndex& index_;
  const PredicateIndex::Table& table_;
  LegQuestions<Reader>& leg_;
  uint64_t* const left_;
  uint64_t* const unknown_;  // meaningful only if has_unknown_
  uint64_t* const flipped_;
  int32_t* const lines_;
  size_t lines_left_ = 0;
  bool has_unknown_ = false;
  bool is_careful_ = false;
};

}  // namespace vigla
