// What the audit trail costs a record: its entry, its leaf in the tree, its share of a frame.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/micro/allocations.h"
#include "engine/audit/entry.h"
#include "engine/audit/frame.h"
#include "engine/base/check.h"

namespace vigla {
namespace {

constexpr const char* kRuleSet =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

IntakeEntry UsualEntry(uint64_t sequence) {
  IntakeEntry entry;
  entry.sequence = {sequence};
  entry.topic = "transactions";
  entry.partition = 3;
  entry.offset = static_cast<int64_t>(sequence);
  entry.id = "a3f1c2d4-0000-4000-8000-000000000001";
  return entry;
}

void RenderEntry(benchmark::State& state) {
  std::string text;
  uint64_t sequence = 0;
  AppendIntakeEntry(UsualEntry(1), &text);
  const AllocationCount allocations;
  for (auto _ : state) {
    text.clear();
    AppendIntakeEntry(UsualEntry(++sequence), &text);
    benchmark::DoNotOptimize(text.data());
  }
  allocations.Report(&state);
}
BENCHMARK(RenderEntry);

// As many leaves as a frame hashes at once; items a leaf.
void HashLeaves(benchmark::State& state) {
  std::string text;
  AppendIntakeEntry(UsualEntry(1), &text);
  MerkleTree tree;
  const AllocationCount allocations;
  const std::vector<std::string_view> entries(64, text);
  for (auto _ : state) tree.Add(entries);
  state.SetItemsProcessed(state.iterations() * 64);
  allocations.Report(&state);
  benchmark::DoNotOptimize(tree.Root());
}
BENCHMARK(HashLeaves);

// An epoch of so many records, from entries to published frames; time an epoch, items a record.
void WholeEpoch(benchmark::State& state) {
  const auto records = static_cast<uint64_t>(state.range(0));
  FrameBuilder frames(FrameKind::kIntake, 900 * 1024);
  AuditChain chain;
  std::string text;
  std::vector<std::string> published;
  uint64_t sequence = 0;
  for (auto _ : state) {
    published.clear();
    frames.Begin(1, {sequence + 1}, kRuleSet);
    for (uint64_t i = 0; i < records; ++i) {
      text.clear();
      AppendIntakeEntry(UsualEntry(++sequence), &text);
      frames.Add(text, {sequence});
    }
    frames.Finish({sequence}, &chain, &published);
    benchmark::DoNotOptimize(published.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(WholeEpoch)->Arg(100)->Arg(10'000);

void ReadAndCheckFrame(benchmark::State& state) {
  FrameBuilder frames(FrameKind::kIntake, 900 * 1024);
  AuditChain chain;
  std::string text;
  std::vector<std::string> published;
  frames.Begin(1, {1}, kRuleSet);
  for (uint64_t sequence = 1; sequence <= 1'000; ++sequence) {
    text.clear();
    AppendIntakeEntry(UsualEntry(sequence), &text);
    frames.Add(text, {sequence});
  }
  frames.Finish({1'000}, &chain, &published);
  for (auto _ : state) {
    const auto frame = ParseFrame(published[0]);
    CHECK(frame.ok() && CheckFrame(*frame).ok());
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(ReadAndCheckFrame);

}  // namespace
}  // namespace vigla
