// One rule test on the live path. Cold.
#include "engine/lab/rule_test_run.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/audit/canonical_reader.h"
#include "engine/audit/frame.h"
#include "engine/base/status.h"
#include "engine/lab/run_here.h"
#include "engine/ledger/store.h"
#include "engine/model/decoder.h"
#include "engine/pipeline/memory_ports.h"
#include "engine/rule/named_list.h"

namespace vigla {
namespace {

// Items as the loader would have normalised them.
absl::Status FillList(const std::vector<std::string>& items, const KeyedHasher& hasher,
                      NamedList* list) {
  list->items.clear();
  Arena arena;
  for (const std::string& item : items) {
    list->items.insert(list->of == ValueType::kAccount
                           ? std::string(NormaliseAccount(item, &arena))
                           : item);
  }
  std::string bad_item;
  if (SealList(list, hasher, &bad_item)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("list_items: `", bad_item, "` is no ",
                                ToAbsl(ValueTypeName(list->of))));
}

absl::StatusOr<std::shared_ptr<const RuleSet>> WithLists(const RuleTest& test,
                                                         std::shared_ptr<const RuleSet> rule_set,
                                                         const KeyedHasher& hasher) {
  if (test.list_items.empty()) return rule_set;
  auto changed = std::make_shared<RuleSet>(*rule_set);
  for (NamedList& list : changed->lists) {
    const auto items = test.list_items.find(list.name);
    if (items == test.list_items.end()) continue;
    RETURN_IF_ERROR(FillList(items->second, hasher, &list));
  }
  return std::shared_ptr<const RuleSet>(std::move(changed));
}

// Reads the outputs back: the audit trail is the one place that tells everything.
class AuditReader {
 public:
  AuditReader(const RuleTest& test, std::vector<Observation>* observations)
      : test_(test), observations_(observations) {}

  absl::Status Read(const MemoryOutput& output) {
    for (const OutputRecord& record : output.records(OutputTopic::kAudit)) {
      ASSIGN_OR_RETURN(const Frame frame, ParseFrame(record.value));
      for (std::string_view entry : frame.entries) {
        if (frame.header.kind == FrameKind::kMatches) {
          RETURN_IF_ERROR(ReadMatchEntry(entry));
        } else {
          RETURN_IF_ERROR(ReadIntakeEntry(entry));
        }
      }
    }
    for (const OutputRecord& record : output.records(OutputTopic::kRejects)) {
      RETURN_IF_ERROR(ReadReject(record.value));
    }
    // Alert ids become ids of transactions once all are known.
    for (Observation& observation : *observations_) {
      if (!observation.into.empty()) observation.into = alerts_[observation.into];
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Malformed(std::string_view entry) {
    return MakeError(absl::StatusCode::kInternal,
                     absl::StrCat("the audit entry can't be read back: ", ToAbsl(entry)));
  }

  // Records are sequenced in the table's order, from 1.
  bool Row(uint64_t sequence, size_t* row) const {
    *row = static_cast<size_t>(sequence - 1);
    return sequence >= 1 && *row < test_.table.rows.size();
  }

  absl::Status ReadIntakeEntry(std::string_view entry) {
    CanonicalReader json(entry);
    Observation observation;
    std::string verdict;
    std::vector<std::string> by;
    bool is_record = false;
    std::string_view key, raw;
    uint64_t sequence = 0;
    json.Expect("{");
    while (json.Member(&key)) {
      if (key == "seq") {
        json.Counter(&sequence);
      } else if (key == "verdict") {
        is_record = json.String(&verdict);
      } else if (key == "by" && json.Expect("[")) {
        while (json.Element()) json.String(&by.emplace_back());
      } else {
        json.Value(&raw);
      }
    }
    if (!json.ok()) return Malformed(entry);
    if (!is_record) return absl::OkStatus();  // an activation
    if (!Row(sequence, &observation.row)) return Malformed(entry);
    observation.outcome =
        verdict == "rejected" ? TestOutcome::kRejected : TestOutcome::kFlagged;
    for (std::string& rule : by) {
      observation.rule = std::move(rule);
      observations_->push_back(observation);
    }
    return absl::OkStatus();
  }

  absl::Status ReadMatchEntry(std::string_view entry) {
    CanonicalReader json(entry);
    std::vector<Observation> matches;
    std::string alert_id, role;
    std::string_view key, raw;
    uint64_t sequence = 0;
    json.Expect("{");
    while (json.Member(&key)) {
      if (key == "seq") {
        json.Counter(&sequence);
      } else if (key == "role") {
        json.String(&role);
      } else if (key == "alert_id") {
        json.String(&alert_id);
      } else if (key == "matches" && json.Expect("[")) {
        while (json.Element()) ReadMatch(&json, &matches);
      } else {
        json.Value(&raw);
      }
    }
    size_t row = 0;
    if (!json.ok() || !Row(sequence, &row)) return Malformed(entry);
    if (!alert_id.empty()) alerts_[alert_id] = test_.table.rows[row].id;
    for (Observation& match : matches) {
      match.row = row;
      match.role = role;
      observations_->push_back(std::move(match));
    }
    return absl::OkStatus();
  }

  static void ReadMatch(CanonicalReader* json, std::vector<Observation>* matches) {
    Observation match;
    std::string result;
    std::string_view key, raw;
    json->Expect("{");
    while (json->Member(&key)) {
      if (key == "rule") {
        json->String(&match.rule);
      } else if (key == "result") {
        json->String(&result);
      } else if (key == "into") {
        json->String(&match.into);
      } else if (key == "exception") {
        json->String(&match.exception);
      } else if (key == "values" && json->Expect("{")) {
        std::string_view name;
        while (json->Member(&name)) json->String(&match.values[std::string(name)]);
      } else {
        json->Value(&raw);
      }
    }
    static constexpr std::pair<std::string_view, TestOutcome> kResults[] = {
        {"alert", TestOutcome::kAlert},       {"shadow", TestOutcome::kShadow},
        {"folded", TestOutcome::kFolded},     {"excepted", TestOutcome::kExcepted},
        {"flagged", TestOutcome::kFlagged},
    };
    for (const auto& [name, outcome] : kResults) {
      if (result != name) continue;
      match.outcome = outcome;
      matches->push_back(std::move(match));
      return;
    }
  }

  // A row that is no transaction at all: its code stands where a rule's id would.
  absl::Status ReadReject(std::string_view reject) {
    CanonicalReader json(reject);
    Observation observation;
    observation.outcome = TestOutcome::kRejected;
    std::string source;
    std::string_view key, raw;
    json.Expect("{");
    while (json.Member(&key)) {
      if (key == "code") {
        json.String(&observation.rule);
      } else if (key == "source") {
        json.String(&source);
      } else {
        json.Value(&raw);
      }
    }
    uint64_t offset = 0;
    const std::string text = source.substr(source.find('@') + 1);
    if (!json.ok() || !absl::SimpleAtoi(text, &offset) || !Row(offset + 1, &observation.row)) {
      return Malformed(reject);
    }
    observations_->push_back(std::move(observation));
    return absl::OkStatus();
  }

  const RuleTest& test_;
  std::vector<Observation>* observations_;
  std::map<std::string, std::string> alerts_;  // alert id to transaction id
};

}  // namespace

absl::StatusOr<std::vector<Observation>> RunRuleTest(const RuleTest& test,
                                                     std::shared_ptr<const RuleSet> rule_set,
                                                     const RuleTestOptions& options,
                                                     LegObserver* observer) {
  PipelineOptions pipeline_options;
  pipeline_options.lanes = options.lanes;
  pipeline_options.identity_key = options.identity_key;
  pipeline_options.free_bytes_min = 0;
  pipeline_options.ledger.retention_us = options.load.retention_us;
  pipeline_options.ledger.lateness_max_us = options.load.lateness_max_us;
  const KeyedHasher hasher(options.identity_key);
  LoadOptions load = options.load;
  load.hasher = &hasher;
  ASSIGN_OR_RETURN(rule_set, WithLists(test, std::move(rule_set), hasher));

  MemorySource source("test");
  for (const TableRow& row : test.table.rows) source.Append(RenderTransaction(row));
  MemoryOutput output;
  const std::unique_ptr<Store> store = NewMemoryStore();
  PipelinePorts ports;
  ports.source = &source;
  ports.output = &output;
  ports.open_store = [&store]() -> absl::StatusOr<Store*> { return store.get(); };
  ports.leg_observer = observer;
  RETURN_IF_ERROR(RunHere(pipeline_options, load, ports, std::move(rule_set)));
  std::vector<Observation> observations;
  RETURN_IF_ERROR(AuditReader(test, &observations).Read(output));
  return observations;
}

}  // namespace vigla
