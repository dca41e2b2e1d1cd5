// What a record costs before it is a transaction: decoding, its parts, and its digest.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/micro/allocations.h"
#include "engine/base/hash.h"
#include "engine/model/decoder.h"
#include "engine/model/subject.h"

namespace vigla {
namespace {

// The usual record of 388 bytes, no white space; a remittance text makes it that long.
std::string UsualRecord() {
  constexpr size_t kBytes = 388;
  std::string record =
      R"({"id":"a3f1c2d4-0000-4000-8000-000000000001","time":"2026-03-05T08:59:59.123456Z",)"
      R"("kind":"credit_transfer","status":"settled","channel":"online","amount":"12345.67",)"
      R"("currency":"EUR","debtor":{"account":"DE02120300000000202051","country":"DE"},)"
      R"("creditor":{"account":"FR1420041010050500013M02606","country":"FR"},"remittance":")";
  record.resize(kBytes - 2, 'r');
  return record + "\"}";
}

void DecodeRecord(benchmark::State& state, const std::string& record) {
  const KeyedHasher hasher("bench");
  Decoder decoder(&hasher);
  Arena arena;
  Transaction transaction;
  int decoded = 0;
  const AllocationCount allocations;
  for (auto _ : state) {
    if (++decoded % 1000 == 0) arena.Reset();
    const Rejection rejection = decoder.Decode(record, &arena, &transaction);
    if (rejection.code != RejectCode::kNone) state.SkipWithError("refused");
    benchmark::DoNotOptimize(transaction);
  }
  allocations.Report(&state);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(record.size()));
  state.counters["bytes"] = static_cast<double>(record.size());
}

void DecodeUsual(benchmark::State& state) { DecodeRecord(state, UsualRecord()); }
BENCHMARK(DecodeUsual);

void DecodeLeast(benchmark::State& state) {
  DecodeRecord(state,
               R"({"id":"t1","time":"2026-03-05T08:59:59Z","amount":"9200.00","currency":"EUR",)"
               R"("debtor":{"account":"DE02120300000000202051"}})");
}
BENCHMARK(DecodeLeast);

void DecodeEscapedAndUnknown(benchmark::State& state) {
  std::string record = UsualRecord();
  record.pop_back();
  DecodeRecord(state, record + R"(,"note":"a \"quoted\" word","loyalty":{"tier":"gold","n":7}})");
}
BENCHMARK(DecodeEscapedAndUnknown);

void ReadTime(benchmark::State& state) {
  const std::string text = "2026-03-05T08:59:59.123456Z";
  for (auto _ : state) benchmark::DoNotOptimize(ParseTime(text));
}
BENCHMARK(ReadTime);

void WriteTime(benchmark::State& state) {
  const EventTime time = ParseTime("2026-03-05T08:59:59.123456Z")->time;
  for (auto _ : state) benchmark::DoNotOptimize(FormatTime(time));
}
BENCHMARK(WriteTime);

void ReadAmount(benchmark::State& state) {
  const std::string text = "12345.67";
  for (auto _ : state) benchmark::DoNotOptimize(ParseDecimal(text, 14, 4));
}
BENCHMARK(ReadAmount);

void WriteAmount(benchmark::State& state) {
  const CurrencyCode euro = *CurrencyCode::Parse("EUR");
  for (auto _ : state) benchmark::DoNotOptimize(FormatOriginal({123'456'700}, euro));
}
BENCHMARK(WriteAmount);

void HashIdentity(benchmark::State& state) {
  const KeyedHasher hasher("bench");
  const std::string tenant = state.range(0) == 0 ? "" : "bank1";
  const std::string account = "DE02120300000000202051";
  for (auto _ : state) benchmark::DoNotOptimize(IdentityHash(hasher, 1, tenant, account));
}
BENCHMARK(HashIdentity)->Arg(0)->Arg(1);

void DigestRecord(benchmark::State& state) {
  const std::string record(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(Sha256::Of(record));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(DigestRecord)->Arg(64)->Arg(256)->Arg(388);

}  // namespace
}  // namespace vigla
