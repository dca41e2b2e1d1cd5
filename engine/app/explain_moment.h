// A moment to explain, from recorded input or from the state of an instance. Cold.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/app/explain_command.h"
#include "engine/app/setting.h"
#include "engine/lab/explained_moment.h"
#include "engine/lab/explanation.h"
#include "engine/lab/recorded_history.h"
#include "engine/ledger/index_reader.h"
#include "engine/rule/loader.h"

namespace vigla {

// What ExplainedMoment points into, and what is to be said beside it.
struct MomentToExplain {
  ExplainedMoment moment;
  OwnedRecord record;
  std::unique_ptr<Source> source;
  std::unique_ptr<Store> on_disk;     // state mode: the instance's, read-only
  std::unique_ptr<Store> store;       // above it, what it lacked; or the history's
  std::unique_ptr<Store> as_of;       // state mode: images as they were
  std::unique_ptr<IndexReader> index; // ids of earlier sequences
  std::vector<std::string> notes;     // for people, on stderr and in the JSON
  bool is_certain = true;             // false: something needed has left retention
};

// Settings with what rule sets and pipelines are made of; must outlive the moments.
struct ExplainSetup {
  const Settings& settings;
  const ExplainCommandOptions& options;
  const KeyedHasher& hasher;
  LoadOptions load;
  PipelineOptions pipeline;
};

// Takes options.from up to the transaction. NotFound if it is not there.
absl::StatusOr<std::unique_ptr<MomentToExplain>> MomentFromInput(const ExplainSetup& setup);
// Finds the transaction in the state directory of a stopped or running instance, its record in
// the input, and the rule set that was active in the outputs. What the state lacks of the journal
// is judged again in memory; nothing of the instance is locked or written. NotFound; Unavailable
// where the state has not got that far and can't be brought further.
absl::StatusOr<std::unique_ptr<MomentToExplain>> MomentFromState(const ExplainSetup& setup);

// The rules that the command line or the settings name. InvalidArgument, with the findings on
// stderr, if they are refused.
absl::StatusOr<std::shared_ptr<const RuleSet>> LoadRulesToExplain(const ExplainSetup& setup);
// The bytes of an @FILE; NotFound.
absl::StatusOr<std::string> ReadTransactionFile(const std::string& path);

}  // namespace vigla
