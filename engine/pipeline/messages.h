// What travels through the rings between the sequencer, the lanes and the epoch builder. Hot.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/audit/alert_id.h"
#include "engine/audit/entry.h"
#include "engine/base/ring.h"
#include "engine/ledger/lane_state.h"
#include "engine/model/journal_record.h"
#include "engine/pipeline/batch.h"

namespace vigla {

// A rule set that starts to judge, at an epoch's beginning.
struct ActivationOrder {
  Activation activation;
  std::shared_ptr<const RuleSet> rule_set;
  RecordedSince since;
  uint64_t ticket = 0;  // the desk's, for whoever waits for it; 0: nobody does
};

// What the outputs hold of an epoch that was committed in an earlier life.
struct CommittedEpoch {
  JournalRecord journal;
  Digest journal_hash;
  std::vector<std::string> audit_frames;
  OutputMark journal_mark, audit_mark;  // after the epoch
};

// The end of an epoch, as the sequencer saw it.
struct EpochEnd {
  uint64_t epoch = 0;
  Sequence first_sequence, last_sequence;
  std::vector<JournalRun> runs;
  std::vector<InputPosition> positions;  // after the epoch
  std::shared_ptr<const RuleSet> rule_set;
  std::optional<ActivationOrder> activation;  // took effect before the first record
  std::optional<EventTime> newest_event_time;
  std::string source_fingerprint;
  std::string recorded_since;  // serialised RecordingHistory, as of the epoch's end
  uint64_t write_ticket = 0;  // counts epoch ends: images are acknowledged by it
  bool is_last = false;       // no epoch at all, nothing is committed: the store is synced
  // Recovery: what was committed. Nothing is produced then, everything is compared.
  std::shared_ptr<const CommittedEpoch> expected;
};

struct LaneMessage {
  const Batch* batch = nullptr;                       // one of the three is set
  std::shared_ptr<const ActivationOrder> activation;
  std::shared_ptr<const EpochEnd> epoch_end;
};

struct BuilderMessage {
  std::unique_ptr<Batch> batch;  // one of the two is set
  std::shared_ptr<const EpochEnd> epoch_end;
};

struct ConditionFigure {
  std::string text;
  std::string json;  // "value":…,"limit":…,"margin":…,"unit":… as canonical JSON members
};

struct Match {
  int rule = 0;  // index into RuleSet::rules
  AuditResult result = AuditResult::kAlert;
  bool shadow = false;
  std::string reason;
  std::vector<ConditionFigure> conditions;
  std::string into;       // alert id that a folded match went into
  std::string exception;  // id of the exception that applied
};

// A feature's value at a leg, with what it was computed over.
struct FeatureFigure {
  int feature = 0;
  Value value;
  std::string text;   // as people read it, without the unit
  bool has_window = false;
  int64_t entries = 0;
  int64_t without_rate = 0;
};

// A leg with at least one match, ready to be rendered.
struct LegResult {
  const Batch* batch = nullptr;
  const Leg* leg = nullptr;
  std::vector<Match> matches;
  std::vector<FeatureFigure> features;  // of the matched rules, by index
  std::vector<std::vector<Entry>> evidence;    // parallel to matches, oldest first
  std::vector<int64_t> evidence_omitted;       // parallel to matches
  AlertId alert_id{};          // set if any match is an alert or shadow
};

// One lane's part of an epoch.
struct LaneEpoch {
  uint64_t epoch = 0;
  std::vector<LegResult> results;        // by (sequence, leg order)
  std::vector<int64_t> unknown;          // by rule: legs on which it was unknown
  WriteBack write_back;
  absl::Status status;                   // not ok: the lane has failed and does nothing more
};

using LaneRing = Ring<LaneMessage>;
using LaneEpochRing = Ring<std::unique_ptr<LaneEpoch>>;
using BuilderRing = Ring<BuilderMessage>;
using RecycleRing = Ring<std::unique_ptr<Batch>>;

}  // namespace vigla
