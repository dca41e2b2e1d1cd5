// A moment to explain, from the state directory of an instance and its outputs. Cold.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>

#include "engine/app/explain_moment.h"
#include "engine/app/instance_ports.h"
#include "engine/audit/rules_record.h"
#include "engine/base/status.h"
#include "engine/lab/recovered_state.h"
#include "engine/ledger/overlay_store.h"
#include "engine/ledger/subject_as_of.h"
#include "engine/pipeline/log_cursor.h"
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
    RETURN_IF_ERROR(ReadRules());
    RETURN_IF_ERROR(Find());
    RETURN_IF_ERROR(ReadJournal());
    RETURN_IF_ERROR(ChooseRules());
    RETURN_IF_ERROR(FetchRecord());
    made_->as_of = NewMemoryStore();
    made_->moment.store = made_->as_of.get();
    made_->moment.prepare = [&options = setup_.options, this_made = made_.get(), end = end_,
                             retention = setup_.pipeline.ledger.retention_us](const Leg& leg) {
      return Prepare(leg, options, end, retention, this_made);
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
    // Before the journal is looked at: whatever the state holds, the journal then holds as well.
    ASSIGN_OR_RETURN(made_->on_disk, OpenRocksStoreReadOnly(directory));
    made_->store = NewOverlayStore(made_->on_disk.get());
    made_->index = std::make_unique<IndexReader>(made_->store.get());
    ASSIGN_OR_RETURN(header_, ReadHeader());
    end_ = header_.resume.next_sequence;
    if (header_.identity_key == Sha256::Of(setup_.pipeline.identity_key)) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the state was built with another identity key (engine.identity_key)");
  }

  absl::StatusOr<StateHeader> ReadHeader() {
    std::string value;
    const absl::Status read = made_->store->Get(kStateHeaderKey, &value);
    if (read.ok()) return ParseStateHeader(value);
    if (!absl::IsNotFound(read)) return read;
    StateHeader fresh;  // its first epoch is not written yet
    fresh.identity_key = Sha256::Of(setup_.pipeline.identity_key);
    return fresh;
  }

  // Bodies of every rule set that was ever active; none where there are no outputs.
  absl::Status ReadRules() {
    ASSIGN_OR_RETURN(outputs_, MakeReadOutput(setup_.settings));
    if (outputs_ == nullptr) return absl::OkStatus();
    LogCursor rules(outputs_.get(), OutputTopic::kRules, {});
    RulesAssembler assembler;
    std::string record;
    OutputMark after;
    while (true) {
      const absl::StatusOr<bool> more = rules.Next(&record, &after);
      if (absl::IsNotFound(more.status())) {
        outputs_ = nullptr;  // a folder without a journal
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(more.status());
      if (!*more) return absl::OkStatus();
      ASSIGN_OR_RETURN(auto published, assembler.Add(record));
      if (published) {
        bodies_["sha256:" + published->fingerprint.Hex()] = std::move(published->body);
      }
    }
  }

  absl::Status Find() {
    if (IsNew()) {
      RETURN_IF_ERROR(Recover());
      made_->moment.sequence = end_;
      return absl::OkStatus();
    }
    absl::Status found = Look();
    if (!found.ok() && !absl::IsNotFound(found)) return found;
    if (found.ok() && made_->moment.sequence < end_) return found;
    RETURN_IF_ERROR(Recover());
    return Look();
  }

  // In the index as it is at the moment.
  absl::Status Look() {
    ASSIGN_OR_RETURN(const Sequence newest, made_->index->Newest());
    constexpr size_t kMost = 16;
    const std::string& id = setup_.options.transaction;
    const std::string reach = "the state reaches sequence " + std::to_string(newest.value);
    if (setup_.options.sequence) {
      made_->moment.sequence = {*setup_.options.sequence};
      const auto there = made_->index->Resolve(made_->moment.sequence);
      if (there.ok() && there->id == id) {
        made_->record.position = there->position;
        return absl::OkStatus();
      }
      if (!there.ok() && !absl::IsNotFound(there.status())) return there.status();
      return MakeError(absl::StatusCode::kNotFound,
                       "no transaction '" + id + "' at sequence " +
                           std::to_string(*setup_.options.sequence) + "; " + reach);
    }
    ASSIGN_OR_RETURN(const auto found, made_->index->Find(id, kMost));
    if (found.empty()) {
      return MakeError(absl::StatusCode::kNotFound, "no transaction '" + id + "'; " + reach);
    }
    several_ = "";
    if (found.size() > 1) {
      several_ = "the id stands at " + std::to_string(found.size()) +
                 " sequences; this is the newest (--sequence names another)";
    }
    made_->moment.sequence = found.front().sequence;
    made_->record.position = found.front().transaction.position;
    return absl::OkStatus();
  }

  // Brings the store to the journal's end. Without the input or the outputs it stays.
  absl::Status Recover() {
    const Settings& settings = setup_.settings;
    if (outputs_ == nullptr || bodies_.empty()) return absl::OkStatus();
    if (settings.Text("input.kind") != "kafka" && settings.List("input.path").empty()) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(made_->source, MakeInputSource(settings));
    // Any of the instance's: all are of one base currency, and none activates.
    const std::string& active = header_.resume.rule_set;
    ASSIGN_OR_RETURN(auto rule_set, RuleSetOf(active.empty() ? bodies_.begin()->first : active));
    const RecoveryInputs inputs{made_->source.get(), outputs_.get(), made_->store.get(), {}};
    ASSIGN_OR_RETURN(const uint64_t records, RecoverBeside(inputs, std::move(rule_set),
                                                           setup_.pipeline, setup_.load));
    if (records > 0) {
      std::fprintf(stderr,
                   "vigla explain: %llu records that the state lacked were judged again and agree "
                   "with the audit trail\n",
                   static_cast<unsigned long long>(records));
    }
    made_->index = std::make_unique<IndexReader>(made_->store.get());
    ASSIGN_OR_RETURN(const StateHeader recovered, ReadHeader());
    end_ = recovered.resume.next_sequence;
    return absl::OkStatus();
  }

  // The wanted sequence's epoch, and what was active and on record then.
  absl::Status ReadJournal() {
    if (!several_.empty()) made_->notes.push_back(several_);
    if (outputs_ == nullptr) return absl::OkStatus();
    OutputMark start;
    const ResumePoint& resume = header_.resume;
    if (made_->moment.sequence >= resume.next_sequence && !resume.rule_set.empty()) {
      start = resume.journal_mark;
      journaled_.rule_set = resume.rule_set;
      journaled_.newest = resume.newest_event_time;
      ASSIGN_OR_RETURN(journaled_.recording, RecordingHistory::Restore(resume.recorded_since));
    }
    LogCursor journal(outputs_.get(), OutputTopic::kJournal, start);
    std::string record;
    OutputMark after;
    while (!journaled_.is_found) {
      ASSIGN_OR_RETURN(const bool more, journal.Next(&record, &after));
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
    if (made_->source == nullptr) {
      ASSIGN_OR_RETURN(made_->source, MakeInputSource(setup_.settings));
    }
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

  static absl::Status Prepare(const Leg& leg, const ExplainCommandOptions& options, Sequence end,
                              DurationUs retention_us, MomentToExplain* made) {
    ASSIGN_OR_RETURN(const SubjectAsOf as_of,
                     CopySubjectAsOf(made->store.get(), leg, *made->moment.hasher, retention_us,
                                     made->as_of.get()));
    // The state holds everything before its end.
    if (end < leg.sequence) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "the state of the " + std::string(SubjectKindName(leg.subject_kind)) +
                           " " + std::string(leg.subject_id) + " reaches sequence " +
                           std::to_string(end.value - 1) +
                           ", the transaction is " + std::to_string(leg.sequence.value) +
                           "; with the instance's input and outputs (-c, or --input and --output) "
                           "the rest is judged again");
    }
    if (!as_of.dropped_through || *as_of.dropped_through <= EventTime::Min()) {
      return absl::OkStatus();
    }
    const RuleSet& rule_set = *made->moment.rule_set;
    const DurationUs reach = leg.time() - *as_of.dropped_through;
    const bool is_affected =
        std::any_of(rule_set.rules.begin(), rule_set.rules.end(), [&](const Rule& rule) {
          return (options.rule.empty() || rule.id == options.rule) && IsAbout(rule, leg) &&
                 LooksBack(rule, rule_set, reach);
        });
    if (!is_affected) return absl::OkStatus();
    const std::string gone = "entries of " + std::string(leg.subject_id) + " up to " +
                             FormatTimeShort(*as_of.dropped_through) +
                             " have left retention since";
    if (!options.rule.empty()) {
      return MakeError(absl::StatusCode::kNotFound,
                       gone + ": what the rule saw can't be shown from the state any more. The "
                              "audit trail has what it decided; --from explains it from the "
                              "recorded input");
    }
    made->is_certain = false;
    made->notes.push_back(gone +
                          ": windows that begin before lack them, and least and greatest over "
                          "`ever` are those of now");
    return absl::OkStatus();
  }

  // Whether anything that the rule needs lies `reach` or more before the leg.
  static bool LooksBack(const Rule& rule, const RuleSet& rule_set, DurationUs reach) {
    if (rule.once_per && rule.once_per->for_us > reach) return true;
    return std::any_of(rule.features.begin(), rule.features.end(), [&](int index) {
      const Feature& feature = rule_set.features[static_cast<size_t>(index)];
      return feature.ever || feature.over_us > reach;
    });
  }

  const ExplainSetup& setup_;
  std::unique_ptr<MomentToExplain> made_;
  std::unique_ptr<Output> outputs_;  // not opened; nullptr: there are none
  StateHeader header_;               // as it is on disk
  Sequence end_;                     // before it the store has all, as it is at the moment
  std::string several_;              // said where the id is not unique
  std::map<std::string, std::string> bodies_;  // of rule sets, by fingerprint
  JournaledMoment journaled_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MomentToExplain>> MomentFromState(const ExplainSetup& setup) {
  return StateMoment(setup).Make();
}

}  // namespace vigla
