// Which rules can match a leg, found in less than one look at each of them: the tables. Hot.
//
// A condition is an "or" of entries, an entry an "and" of tests (condition_terms.h). A rule may
// be left out only where each of its entries has a test that is known to be false; what is
// unknown is never left out. A table holds the entries of the rules that stand on one sort of
// leg, a bit each, and narrows them down in two steps:
//  - A dimension is what many entries ask of one field: its value, its beginning, a limit on it;
//    or a predicate that many share. A leg's answer leads to a bitmap of the entries that it lets
//    pass, and the bitmaps of all dimensions are intersected, 64 entries an instruction (Lakshman
//    and Stiliadis, "High-speed policy-based packet forwarding using efficient multi-dimensional
//    range matching", SIGCOMM 1998). An unknown answer lets all pass, and marks those that asked.
//    What a feature cannot exceed is a dimension too: an account with nine entries on record has
//    no window with ten, and entries that ask for ten need not have the window's read.
//    That is asked first, as it leaves the fewest: lines of a table that it empties are done with.
//  - Entries are numbered by a limit on a feature, so that those on one feature stand together in
//    the order of their limits: a segment. Its feature is read only where an entry of it is left,
//    and at the first limit that the feature does not reach the segment is done with. Features
//    with one bound are neighbours, so that a bound empties whole lines.
// What is left is asked those of its tests that neither step has settled.
//
// Tests compare keys (order_key.h) wherever keys can tell, not values: a feature's key is often at
// hand where its value would have to be made. That holds between two figures as well, as in
// `amount * 3 >= usual`: each side is a slot, whose key is made once a leg, whatever it is held to.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/value.h"

namespace vigla {

// Immutable once built (predicate_index_builder.h); RuleMatcher searches it.
struct PredicateIndex {
  static constexpr int kNone = -1;
  static constexpr int kLine = 8;         // words that are intersected at a time
  static constexpr int kCheckpoint = 64;  // events

  // A figure that tests compare: a field, a feature, or what is calculated of them; or a bound:
  // what no feature over these directions exceeds, be it a count (kInt) or a sum (kDecimal).
  struct Slot {
    enum class Kind : uint8_t { kField, kFeature, kCalculation, kBound };
    ValueType manner = ValueType::kInt;  // of comparison, as in CompareValues
    Kind kind = Kind::kField;
    FieldRef field;
    int32_t place = kNone;  // of the feature in the rule set, or in `calculations`
    DirectionSet directions = DirectionSet::kBoth;  // kBound
  };

  // One conjunct. With a slot: a comparison with a constant or with another slot, whose predicate
  // is asked only where keys are equal and not exact. Without: the predicate, which may be negated.
  struct Test {
    int64_t key = 0;  // of the constant
    int32_t predicate = kNone;
    int16_t slot = kNone;
    int16_t other_slot = kNone;
    uint8_t mask = 0;  // ComparisonMask
    bool exact = false;
    bool negated = false;
  };

  // Tests that its table does not settle come first, among them those on fields.
  struct Entry {
    int32_t rule = 0;
    int32_t first_test = 0;
    uint16_t tests = 0;
    uint16_t open_tests = 0;
    uint16_t open_field_tests = 0;
  };

  // Entries of one word that have a limit on a feature; `flipped`: it must stay below the limit,
  // so keys are inverted. Without a slot: those that have none.
  struct Segment {
    uint64_t mask = 0;
    int16_t slot = kNone;
    bool flipped = false;
    bool has_largest = false;  // not flipped, and HasLargestAmount (rule_set.h)
    int64_t Directed(int64_t key) const { return flipped ? ~key : key; }
  };

  // Bits of one word that differ from what lets pass otherwise.
  struct Flip {
    int32_t word = 0;
    uint64_t bits = 0;
  };
  // What a value lets pass: a bitmap of its own if it differs in many words, else flips.
  struct Key {
    int32_t text = kNone;    // of the value, in `texts`: keys of texts are not exact
    int32_t bitmap = kNone;  // in `words`
    int32_t flips_begin = 0, flips_end = 0;
  };

  struct Dimension {
    enum class Kind : uint8_t { kOrder, kEqual, kPrefix, kPredicate };
    Kind kind = Kind::kEqual;
    bool negated = false;  // kPredicate
    int16_t slot = kNone;
    int32_t predicate = kNone;
    int32_t tested = 0;  // bitmap: entries with a test here
    // Bitmap: what passes a value that is none of the keys, or a predicate that holds not. kOrder:
    // what passes below all events; after every kCheckpoint of them there is another bitmap.
    int32_t otherwise = 0;
    int32_t events_begin = 0, events_end = 0;  // kOrder: an event at a key flips an entry
    absl::flat_hash_map<int64_t, Key> keys;    // kEqual, kPrefix
    std::vector<int32_t> prefix_bytes;         // kPrefix: lengths that occur, ascending
  };

  struct Table {
    int32_t words = 0;        // of each of its bitmaps: a multiple of kLine
    int32_t first_entry = 0;  // in entries, limits and segment_of
    int32_t all = 0;          // bitmap: every entry
    int32_t asking = 0;       // bitmap: those with open tests on fields
    int32_t plain = 0;        // bitmap: those without open tests that are all of their rule
    // Those of what features cannot exceed come first.
    int32_t dimensions_begin = 0, bounds_end = 0, dimensions_end = 0;
  };

  // Tables of the rules that stand on every such leg, and of those about the whole transaction,
  // which count only where the leg reports it. kNone where there are no such rules.
  struct Roots {
    int32_t always = kNone;
    int32_t transaction = kNone;
  };

  int rules = 0;
  std::vector<Slot> slots;
  std::vector<Program> predicates, calculations;
  std::vector<Test> tests;
  std::vector<Entry> entries;
  std::vector<int64_t> limits;      // by entry: what its segment's directed key must reach
  std::vector<int32_t> segment_of;  // by entry
  std::vector<Segment> segments;
  std::vector<Table> tables;
  std::vector<Dimension> dimensions;
  std::vector<uint64_t> words;
  std::vector<Flip> flips;
  std::vector<int64_t> event_keys;
  std::vector<int32_t> event_entries;  // by event: place in its table
  std::vector<std::string> texts;

  std::array<std::array<Roots, 7>, 6> leg;     // by subject kind and leg order
  std::array<std::array<Roots, 2>, 6> intake;  // live rules; by subject kind and direction

  size_t HeapBytes() const;
};

}  // namespace vigla
