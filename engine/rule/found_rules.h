// The rules that a leg's searches found, until they are gone through. Hot.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/rule/predicate_index.h"
#include "engine/rule/truth.h"

namespace vigla {

// Belongs to one thread. Allocates in SetIndex only.
class FoundRules {
 public:
  void SetIndex(const PredicateIndex& index) {
    found_.assign((static_cast<size_t>(index.rules) + 63) / 64, {});
    touched_.assign((found_.size() + 63) / 64, 0);
    unknown_entries_.reserve(index.segments.size());
  }

  void Add(int rule, Truth truth) {
    const size_t word = static_cast<size_t>(rule) / 64;
    touched_.data()[word / 64] |= uint64_t{1} << (word % 64);
    Found& found = found_.data()[word];
    (truth == Truth::kTrue ? found.is_true : found.is_unknown) |= uint64_t{1} << (rule % 64);
  }
  // Some of the 64 from `entries` on, each of which is all of its rule. At most one call a segment.
  void AddUnknown(const PredicateIndex::Entry* entries, uint64_t bits) {
    unknown_entries_.push_back({entries, bits});
  }

  // Calls visit(int rule, Truth truth) once a rule: what is true comes by rule. Then nothing is
  // found.
  template <class Visit>
  void TakeAll(Visit visit) {
    for (const UnknownEntries& unknown : unknown_entries_) {
      for (uint64_t bits = unknown.bits; bits != 0; bits &= bits - 1) {
        visit(unknown.entries[std::countr_zero(bits)].rule, Truth::kUnknown);
      }
    }
    unknown_entries_.clear();
    for (size_t i = 0; i < touched_.size(); ++i) {
      for (uint64_t words = std::exchange(touched_.data()[i], 0); words != 0; words &= words - 1) {
        Take(i * 64 + static_cast<size_t>(std::countr_zero(words)), visit);
      }
    }
  }

 private:
  struct UnknownEntries {
    const PredicateIndex::Entry* entries = nullptr;
    uint64_t bits = 0;
  };
  struct Found {
    uint64_t is_true = 0;
    uint64_t is_unknown = 0;
  };

  template <class Visit>
  void Take(size_t word, Visit& visit) {
    const Found found = std::exchange(found_.data()[word], Found{});
    for (uint64_t rules = found.is_true | found.is_unknown; rules != 0; rules &= rules - 1) {
      const int bit = std::countr_zero(rules);
      visit(static_cast<int>(word * 64) + bit,
            (found.is_true >> bit & 1) != 0 ? Truth::kTrue : Truth::kUnknown);
    }
  }

  std::vector<Found> found_;       // 64 rules each
  std::vector<uint64_t> touched_;  // which of them are not empty
  std::vector<UnknownEntries> unknown_entries_;
};

}  // namespace vigla
