// What the state costs: a subject's image written and read, and a leg in the log.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/micro/allocations.h"
#include "engine/base/check.h"
#include "engine/ledger/leg_log.h"
#include "engine/ledger/store_key.h"
#include "engine/ledger/subject_record.h"

namespace vigla {
namespace {

Entry UsualEntry(uint64_t number) {
  Entry entry;
  entry.time = {1'772'442'000'000'000 + static_cast<int64_t>(number) * 86'400'123'457};
  entry.sequence = {number * 997'331};
  entry.amount.ten_thousandths = static_cast<int64_t>(number * 7'919 % 90'000'000);
  entry.base_amount.micros = entry.amount.ten_thousandths * 100;
  entry.has_base_amount = true;
  entry.currency = *CurrencyCode::Parse("EUR");
  entry.country = *CountryCode::Parse("DE");
  entry.counterparty = {number * 0x9E3779B97F4A7C15ULL, number};
  entry.direction = number % 2 == 0 ? Direction::kDebit : Direction::kCredit;
  return entry;
}

// A record with so many entries in its newest chunk.
SubjectRecord RecordOf(int64_t entries) {
  SubjectRecord record;
  record.has_legs = true;
  for (int64_t i = 1; i <= entries; ++i) {
    const Entry entry = UsualEntry(static_cast<uint64_t>(i));
    record.totals.Add(entry);
    record.newest.Insert(entry, {i % 3 == 0 ? "online" : "card", {}});
    record.newest_time = entry.time;
    record.last_sequence = entry.sequence;
  }
  return record;
}

RecordView ViewOf(const SubjectRecord& record) {
  return {record.last_sequence, record.newest_time, record.has_legs, record.oldest_chunk,
          record.totals,        record.fold_marks,  record.newest};
}

void WriteImage(benchmark::State& state) {
  const SubjectRecord record = RecordOf(state.range(0));
  const ColumnNames names;
  const AllocationCount allocations;
  for (auto _ : state) benchmark::DoNotOptimize(EncodeRecord(ViewOf(record), names));
  allocations.Report(&state);
  state.counters["bytes"] = static_cast<double>(EncodeRecord(ViewOf(record), names).size());
}
BENCHMARK(WriteImage)->Arg(1)->Arg(8)->Arg(64);

void ReadImage(benchmark::State& state) {
  ColumnNames names;
  const std::string value = EncodeRecord(ViewOf(RecordOf(state.range(0))), names);
  for (auto _ : state) CHECK(DecodeRecord(value, &names).ok());
}
BENCHMARK(ReadImage)->Arg(1)->Arg(8)->Arg(64);

constexpr uint64_t kLegsAnEpoch = 10'000;

std::string LogOfAnEpoch(LegLogWriter* writer) {
  const ColumnNames names;
  const std::string key = RecordKey(SubjectKind::kAccount, "", "DE02120300000000202051");
  for (uint64_t i = 1; i <= kLegsAnEpoch; ++i) {
    writer->AddLeg(key, UsualEntry(i), {"online", {}}, names);
  }
  return writer->Take();
}

// Time an epoch, items a leg.
void LogLegs(benchmark::State& state) {
  LegLogWriter writer;
  size_t bytes = LogOfAnEpoch(&writer).size();
  const AllocationCount allocations;
  for (auto _ : state) bytes = LogOfAnEpoch(&writer).size();
  allocations.Report(&state);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kLegsAnEpoch));
  state.counters["bytes_a_leg"] = static_cast<double>(bytes) / kLegsAnEpoch;
}
BENCHMARK(LogLegs);

void ReadLog(benchmark::State& state) {
  LegLogWriter writer;
  const std::string value = LogOfAnEpoch(&writer);
  const KeyedHasher hasher("");
  LoggedLeg leg;
  for (auto _ : state) {
    auto reader = LegLogReader::Open(value, &hasher);
    CHECK(reader.ok());
    while (*reader->Next(&leg)) benchmark::DoNotOptimize(leg);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kLegsAnEpoch));
}
BENCHMARK(ReadLog);

}  // namespace
}  // namespace vigla
