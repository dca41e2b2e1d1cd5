// One line of a test's table that stands for many transactions. Cold.
//
//   id      | time                     | debtor | creditor   | amount
//   a1..a12 | 2026-03-02T09:00:00Z +5m | DORA   | SHOP{1..4} | 900.00 EUR +10
//
// Twelve transactions, five minutes and ten euros apart, to four shops in turn. The id's numbers
// run from the first to the last (a01..a12 keeps two digits). After a time stands a step of time
// (+5m, -1d, +1us), after an amount or another number a step of it (+10, -0.01, +10 EUR). {1..4}
// and {branch,atm} run along with the members, and begin again where they are used up. All else
// is the same in each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigla {

inline constexpr int64_t kSeriesMembersMax = 10'000;

// Why a cell is no series: in words, and what to write.
struct SeriesProblem {
  std::string message;
  std::string advice;
};

// Whether an id, or what an expectation is `at`, is written as a series.
bool IsSeries(std::string_view id);

// "a1..a3": a1, a2, a3. Empty, and *problem, if it is malformed or has too many members.
std::optional<std::vector<std::string>> SeriesIds(std::string_view id, SeriesProblem* problem);

// What a cell of the column says in each of `count` members, in order.
std::optional<std::vector<std::string>> SeriesCells(std::string_view column, std::string_view cell,
                                                    size_t count, SeriesProblem* problem);

// Whether a cell of the column has a step, which only a series may.
bool HasStep(std::string_view column, std::string_view cell);

}  // namespace vigla
