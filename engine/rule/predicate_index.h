// Which rules can match a leg, found in less than one look at each of them: the tables. Hot.
//
// A condition is an "or" of entries, an entry an "and" of tests (condition_terms.h). A rule may
// be left out only where each of its entries has a test that is known to be false; what is
// unknown is never left out. Three things find the entries that are left:
//  - a partition holds entries by the value that they demand of a field ("kind == cash_deposit",
//    "country in [...]"), or by a shared test of another sort; one look-up leads to the node with
//    those of the leg's value, which may be parted again;
//  - a run holds entries with a limit on one figure, in groups with a limit on a second one,
//    sorted: those whose limits the leg passes come first (Fabret et al., "Filtering algorithms
//    and implementation for very fast publish/subscribe systems", SIGMOD 2001, cluster
//    subscriptions by such access predicates);
//  - the rest is tested one by one.
// A figure is read once a leg, and a feature only where an entry is left whose tests on fields
// all hold: computing features is what a leg costs.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/rule/program.h"
#include "engine/rule/value.h"

namespace vigla {

// Immutable once built (predicate_index_builder.h); RuleMatcher searches it.
struct PredicateIndex {
  static constexpr int kNone = -1;
  static constexpr int kBlock = 16;  // entries of a group that share a lowest second limit

  // A field or feature that tests compare with constants.
  struct Slot {
    ValueType manner = ValueType::kInt;  // of comparison, as in CompareValues
    bool is_feature = false;
    FieldRef field;
    int feature = kNone;
  };

  // One conjunct. With a slot: a comparison with a constant, whose predicate is asked only where
  // keys are equal and not exact. Without: the predicate, which may be negated.
  struct Test {
    int64_t key = 0;
    int32_t predicate = kNone;
    int16_t slot = kNone;
    uint8_t mask = 0;  // ComparisonMask
    bool exact = false;
    bool negated = false;
  };

  struct Entry {
    int32_t rule = 0;
    int32_t first_test = 0;
    // Tests on fields come first, those that read features last.
    uint16_t tests = 0;
    uint16_t field_tests = 0;
  };

  // A limit that a figure's key must reach. `flipped`: it must stay below, so keys are inverted.
  struct Limit {
    int16_t slot = kNone;
    bool flipped = false;
    bool operator==(const Limit&) const = default;
    int64_t Directed(int64_t key) const { return flipped ? ~key : key; }
  };

  struct GroupEntry {
    int64_t first_limit = 0;
    int64_t second_limit = 0;
    int32_t entry = 0;
  };
  // Entries sorted by first_limit.
  struct Group {
    Limit second;  // no slot: there is no second limit
    int64_t lowest_first = 0;
    int32_t begin = 0, end = 0;  // in group_entries
    int32_t first_block = 0;     // in lowest_second: per kBlock entries
  };
  // Groups sorted by lowest_first.
  struct Run {
    Limit first;
    int32_t begin = 0, end = 0;  // in groups
  };

  struct Partition {
    int16_t slot = kNone;
    int32_t predicate = kNone;  // without a slot: leads to `whole` where it may hold
    bool negated = false;
    absl::flat_hash_map<int64_t, int32_t> child_of_key;
    int32_t whole = kNone;  // a node of all its entries: for where the value is not known
  };

  struct Node {
    int32_t partitions_begin = 0, partitions_end = 0;
    int32_t runs_begin = 0, runs_end = 0;
    int32_t plain_begin = 0, plain_end = 0;
  };

  // Nodes to begin with: rules that stand on every such leg, and those about the whole
  // transaction, which count only where the leg reports it. kNone where there are no such rules.
  struct Roots {
    int32_t always = kNone;
    int32_t transaction = kNone;
  };

  int rules = 0;
  std::vector<Slot> slots;
  std::vector<Program> predicates;
  std::vector<Test> tests;
  std::vector<Entry> entries;
  std::vector<Node> nodes;
  std::vector<Partition> partitions;
  std::vector<Run> runs;
  std::vector<Group> groups;
  std::vector<GroupEntry> group_entries;
  std::vector<int64_t> lowest_second;
  std::vector<int32_t> plain;  // entries

  std::array<std::array<Roots, 7>, 6> leg;     // by subject kind and leg order
  std::array<std::array<Roots, 2>, 6> intake;  // live rules; by subject kind and direction

  size_t HeapBytes() const;
};

}  // namespace vigla
