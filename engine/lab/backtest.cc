// Weeks, working days and shares. Cold.
#include "engine/lab/backtest.h"

#include <algorithm>
#include <cstdio>

#include "engine/lab/report/text.h"

namespace vigla {
namespace {

// 0: Monday. 1970-01-01 was a Thursday.
int Weekday(int32_t utc_day) { return ((utc_day + 3) % 7 + 7) % 7; }

BacktestWorkload::Figures FiguresOf(std::vector<uint64_t> counts) {
  BacktestWorkload::Figures figures;
  if (counts.empty()) return figures;
  std::sort(counts.begin(), counts.end());
  uint64_t sum = 0;
  for (uint64_t count : counts) sum += count;
  // Nearest rank: the smallest count that at least so many per cent of the days don't exceed.
  auto rank = [&](size_t percent) { return counts[(percent * counts.size() + 99) / 100 - 1]; };
  figures.mean = static_cast<double>(sum) / static_cast<double>(counts.size());
  figures.p50 = rank(50);
  figures.p95 = rank(95);
  figures.most = counts.back();
  return figures;
}

}  // namespace

std::optional<double> BacktestTruth::Precision() const { return ShareOf(right, right + wrong); }
std::optional<double> BacktestFigures::Truth::Recall(const BacktestTruth& of) const {
  return ShareOf(of.found, labelled_true);
}
double BacktestOverlap::LegShare() const { return ShareOf(legs, legs_either).value_or(0); }
double BacktestOverlap::DayShare() const { return ShareOf(days, days_either).value_or(0); }

int32_t MondayOf(int32_t utc_day) { return utc_day - Weekday(utc_day); }

std::string IsoWeek(int32_t monday) {
  // A week belongs to the year of its Thursday.
  const int32_t thursday = monday + 3;
  const std::string year = FormatDate(thursday).substr(0, 4);
  const int32_t week = (thursday - *ParseDate(year + "-01-01")) / 7 + 1;
  char text[16];
  std::snprintf(text, sizeof(text), "-W%02d", week);
  return year + text;
}

BacktestWorkload WorkloadOf(const std::map<int32_t, BySeverity>& alerts, int32_t first_day,
                            int32_t last_day) {
  BacktestWorkload workload;
  // The weekend's alerts may need the Monday after the last day.
  auto working_day = [](int32_t day) {
    return Weekday(day) < 5 ? day : MondayOf(day) + 7;
  };
  std::map<int32_t, BySeverity> days;
  for (int32_t day = first_day; day <= last_day; ++day) {
    if (Weekday(day) < 5) days[day];
  }
  for (const auto& [day, counts] : alerts) {
    BySeverity& of = days[working_day(day)];
    for (size_t s = 0; s < kSeverityCount; ++s) of[s] += counts[s];
  }
  workload.days.assign(days.begin(), days.end());
  std::vector<uint64_t> all;
  std::array<std::vector<uint64_t>, kSeverityCount> by_severity;
  for (const auto& [day, counts] : workload.days) {
    uint64_t sum = 0;
    for (size_t s = 0; s < kSeverityCount; ++s) {
      sum += counts[s];
      by_severity[s].push_back(counts[s]);
    }
    all.push_back(sum);
  }
  workload.all = FiguresOf(std::move(all));
  for (size_t s = 0; s < kSeverityCount; ++s) {
    workload.by_severity[s] = FiguresOf(std::move(by_severity[s]));
  }
  return workload;
}

}  // namespace vigla
