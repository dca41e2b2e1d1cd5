// A moment to explain, from recorded input. Cold.
#include "engine/app/explain_moment.h"

#include <fstream>
#include <sstream>

#include "connectors/file/file_source.h"
#include "engine/app/rule_loading.h"
#include "engine/base/status.h"

namespace vigla {

absl::StatusOr<std::shared_ptr<const RuleSet>> LoadRulesToExplain(const ExplainSetup& setup) {
  const std::vector<std::string>& paths = setup.settings.List("rules.paths");
  if (paths.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "no rules: name packs with --rules or rules.paths");
  }
  Diagnostics diagnostics;
  auto rule_set = LoadRuleSet(WithTuning(paths, setup.settings), setup.load, &diagnostics);
  if (rule_set != nullptr) return rule_set;
  PrintDiagnostics(diagnostics);
  return MakeError(absl::StatusCode::kInvalidArgument, "the rules were refused");
}

absl::StatusOr<std::string> ReadTransactionFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return MakeError(absl::StatusCode::kNotFound, "can't read " + path);
  std::string value = std::move(text).str();
  value.erase(value.find_last_not_of(" \t\r\n") + 1);
  return value;
}

absl::StatusOr<std::unique_ptr<MomentToExplain>> MomentFromInput(const ExplainSetup& setup) {
  auto made = std::make_unique<MomentToExplain>();
  ExplainedMoment& moment = made->moment;
  ASSIGN_OR_RETURN(moment.rule_set, LoadRulesToExplain(setup));
  ASSIGN_OR_RETURN(made->source, FileSource::Open(setup.options.from));
  const std::string& wanted = setup.options.transaction;
  const bool is_new = wanted.starts_with("@");
  std::function<bool(const InputRecord&)> is_wanted = [](const InputRecord&) { return false; };
  if (!is_new) is_wanted = TransactionFinder(wanted, &setup.hasher);
  ASSIGN_OR_RETURN(RecordedHistory history,
                   TakeHistory(made->source.get(), moment.rule_set, setup.pipeline, setup.load,
                               is_wanted));
  moment.topics = made->source->topics();
  if (is_new) {
    ASSIGN_OR_RETURN(made->record.value, ReadTransactionFile(wanted.substr(1)));
    made->record.position.topic = static_cast<uint16_t>(moment.topics.size());
    moment.topics.push_back(wanted.substr(1));
  } else if (!history.found) {
    return MakeError(absl::StatusCode::kNotFound,
                     "no transaction '" + wanted + "' in the input; looked at " +
                         std::to_string(history.next_sequence.value - 1) + " records");
  } else {
    made->record = *std::move(history.found);
  }
  made->store = std::move(history.store);
  made->index = std::make_unique<IndexReader>(made->store.get());
  moment.store = made->store.get();
  moment.since = history.since;
  moment.sequence = history.next_sequence;
  return made;
}

}  // namespace vigla
