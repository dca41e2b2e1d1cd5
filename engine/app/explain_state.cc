// A moment to explain, from the state directory of an instance and its outputs. Cold.
#include <filesystem>
#include <map>
#include <optional>

#include "engine/app/explain_moment.h"
#include "engine/app/instance_ports.h"
#include "engine/app/output_log.h"
#include "engine/audit/rules_record.h"
#include "engine/base/status.h"
#include "engine/ledger/subject_as_of.h"
#include "engine/pipeline/recording_history.h"
#include "engine/pipeline/resume_point.h"

namespace vigla {
namespace {

// What the journal says of a sequence.
struct JournaledMoment {
  std::string rule_set;  // fingerprint of the set that judged it
  RecordingHistory recording;
  std::optional<EventTime> newest;  // event time sequenced before its epoch
  std::string topic;                // of its record
  bool is_found = false;
};

class StateMoment {
 public:
  explicit StateMoment(const ExplainSetup& setup)
      : setup_(setup), made_(std::make_unique<MomentToExplain>()) {}

  absl::StatusOr<std::unique_ptr<MomentToExplain>> Make() {
    RETURN_IF_ERROR(OpenState());
    RETURN_IF_ERROR(Find());
    RETURN_IF_ERROR(ReadOutputs());
    RETURN_IF_ERROR(ChooseRules());
    RETURN_IF_ERROR(FetchRecord());
    made_->as_of = NewMemoryStore();
    made_->moment.store = made_->as_of.get();
    made_->moment.prepare = [this_made = made_.get(), end = header_.resume.next_sequence,
                             retention = setup_.pipeline.ledger.retention_us](const Leg& leg) {
      return Prepare(leg, end, retention, this_made);
    };
    return std::move(made_);
  }

 private:
  bool IsNew() const { return setup_.options.transaction.starts_with("@"); }

  absl::Status OpenState() {
    std::string directory = setup_.settings.Text("state.dir");
    const std::string& output = setup_.settings.Text("output.dir");
    if (directory.empty() && !output.empty()) {
      directory = (std::filesystem::path(output) / "state").string();
    }
    if (directory.empty()) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       "name recorded input with --from, or an instance's state with --state or "
                       "-c");
    }
    ASSIGN_OR_RETURN(made_->store, OpenRocksStoreReadOnly(directory));
    made_->index = std::make_unique<IndexReader>(made_->store.get());
    std::string value;
    RETURN_IF_ERROR(made_->store->Get(kStateHeaderKey, &value));
    ASSIGN_OR_RETURN(header_, ParseStateHeader(value));
    if (header_.identity_key == Sha256::Of(setup_.pipeline.identity_key)) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the state was built with another identity key (engine.identity_key)");
  }

  absl::Status Find() {
    ASSIGN_OR_RETURN(const Sequence newest, made_->index->Newest());
    if (IsNew()) {
      made_->moment.sequence = header_.resume.next_sequence;
      return absl::OkStatus();
    }
    constexpr size_t kMost = 16;
    const std::string& id = setup_.options.transaction;
    ASSIGN_OR_RETURN(const auto found, made_->index->Find(id, kMost));
    if (found.empty()) {
      return MakeError(absl::StatusCode::kNotFound,
                       "no transaction '" + id + "' in the state's index, which reaches sequence " +
                           std::to_string(newest.value) +
                           "; a running instance writes its state some epochs late");
    }
    if (found.size() > 1) {
      made_->notes.push_back("the id stands at " + std::to_string(found.size()) +
                             " sequences; this is the newest");
    }
    made_->moment.sequence = found.front().sequence;
    made_->record.position = found.front().transaction.position;
    return absl::OkStatus();
  }

  absl::Status ReadOutputs() {
    ASSIGN_OR_RETURN(auto journal, OpenOutputLog(setup_.settings, OutputTopic::kJournal));
    ASSIGN_OR_RETURN(auto rules, OpenOutputLog(setup_.settings, OutputTopic::kRules));
    if (journal == nullptr || rules == nullptr) return absl::OkStatus();
    RulesAssembler assembler;
    std::string_view record;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rules->Next(&record));
      if (!more) break;
      ASSIGN_OR_RETURN(auto published, assembler.Add(record));
      if (published) {
        bodies_["sha256:" + published->fingerprint.Hex()] = std::move(published->body);
      }
    }
    while (!journaled_.is_found) {
      ASSIGN_OR_RETURN(const bool more, journal->Next(&record));
      if (!more) break;
      RETURN_IF_ERROR(ReadEpoch(record));
    }
    return absl::OkStatus();
  }

  absl::Status ReadEpoch(std::string_view text) {
    Digest hash;
    ASSIGN_OR_RETURN(const JournalRecord epoch, ParseJournalRecord(text, &hash));
    const Sequence wanted = made_->moment.sequence;
    if (epoch.first_sequence > wanted) {
      journaled_.is_found = IsNew();
      return absl::OkStatus();
    }
    if (epoch.activation) {
      ASSIGN_OR_RETURN(auto rule_set, RuleSetOf(epoch.activation->after));
      journaled_.recording.Activate(*rule_set, epoch.activation->newest_before);
    }
    journaled_.rule_set = epoch.rule_set;
    if (epoch.last_sequence >= wanted) {
      journaled_.is_found = true;
      uint64_t behind = wanted.value - epoch.first_sequence.value;
      for (const JournalRun& run : epoch.runs) {
        journaled_.topic = run.topic;
        if (behind < static_cast<uint64_t>(run.records)) break;
        behind -= static_cast<uint64_t>(run.records);
      }
    } else {
      journaled_.newest = epoch.newest_event_time;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<const RuleSet>> RuleSetOf(const std::string& fingerprint) {
    const auto body = bodies_.find(fingerprint);
    if (body == bodies_.end()) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "the journal names the rule set " + fingerprint +
                           ", whose body is not in the output 'rules'");
    }
    return LoadRuleSetBody(body->second, setup_.load);
  }

  // The set that judged the transaction, unless another is asked about.
  absl::Status ChooseRules() {
    ExplainedMoment& moment = made_->moment;
    RecordingHistory recording = journaled_.recording;
    std::optional<EventTime> newest = journaled_.newest;
    if (journaled_.rule_set.empty()) {
      if (!setup_.options.has_rules && setup_.settings.List("rules.paths").empty()) {
        return MakeError(absl::StatusCode::kInvalidArgument,
                         "the outputs, which have the rules that were active, were not found: "
                         "name them with -c or --output, or rules with --rules");
      }
      made_->notes.push_back("without the outputs: the rules are those on disk now");
      ASSIGN_OR_RETURN(recording, RecordingHistory::Restore(header_.resume.recorded_since));
      newest = header_.resume.newest_event_time;
    } else if (!setup_.options.has_rules) {
      ASSIGN_OR_RETURN(moment.rule_set, RuleSetOf(journaled_.rule_set));
      moment.since = recording.Since(*moment.rule_set);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(moment.rule_set, LoadRulesToExplain(setup_));
    moment.since = recording.Activate(*moment.rule_set, newest);
    return absl::OkStatus();
  }

  absl::Status FetchRecord() {
    ExplainedMoment& moment = made_->moment;
    OwnedRecord& record = made_->record;
    if (IsNew()) {
      const std::string path = setup_.options.transaction.substr(1);
      ASSIGN_OR_RETURN(record.value, ReadTransactionFile(path));
      moment.topics = {path};
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(made_->source, MakeInputSource(setup_.settings));
    moment.topics = made_->source->topics();
    std::string topic = journaled_.topic;
    if (topic.empty() && record.position.topic < moment.topics.size()) {
      topic = moment.topics[record.position.topic];
    }
    const JournalRun run{topic, record.position.partition, record.position.offset,
                         record.position.offset, 1};
    return made_->source->ReadRun(run, [&](const InputRecord& read) {
      record = {record.position, read.received_us, read.has_value, std::string(read.key),
                std::string(read.value)};
      return absl::OkStatus();
    });
  }

  static absl::Status Prepare(const Leg& leg, Sequence end, DurationUs retention_us,
                              MomentToExplain* made) {
    ASSIGN_OR_RETURN(const SubjectAsOf as_of, CopySubjectAsOf(made->store.get(), leg, retention_us,
                                                              made->as_of.get()));
    // The state holds everything before its end.
    if (end < leg.sequence) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "the state of the " + std::string(SubjectKindName(leg.subject_kind)) +
                           " " + std::string(leg.subject_id) + " reaches sequence " +
                           std::to_string(end.value - 1) +
                           ", the transaction is " + std::to_string(leg.sequence.value) +
                           "; a running instance writes its state some epochs late: try again");
    }
    if (as_of.dropped_through && *as_of.dropped_through > EventTime::Min()) {
      const DurationUs reach = leg.time() - *as_of.dropped_through;
      bool needs_dropped = false;
      for (const Feature& feature : made->moment.rule_set->features) {
        if (feature.on != leg.subject_kind) continue;
        needs_dropped = needs_dropped || feature.ever || feature.over_us > reach;
      }
      if (needs_dropped) {
        made->is_certain = false;
        made->notes.push_back(
            "entries of " + std::string(leg.subject_id) + " up to " +
            FormatTimeShort(*as_of.dropped_through) +
            " have left retention since: windows that begin before lack them, and least and "
            "greatest over `ever` are those of now");
      }
    }
    return absl::OkStatus();
  }

  const ExplainSetup& setup_;
  std::unique_ptr<MomentToExplain> made_;
  StateHeader header_;
  std::map<std::string, std::string> bodies_;  // of rule sets, by fingerprint
  JournaledMoment journaled_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MomentToExplain>> MomentFromState(const ExplainSetup& setup) {
  return StateMoment(setup).Make();
}

}  // namespace vigla
