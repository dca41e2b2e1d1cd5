// The verifier: silent over sound logs, and whatever is done to a log, it names it.
#include "engine/audit/verifier.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>

#include "tests/unit/audit/history.h"

namespace vigla {
namespace {

std::string Show(const VerifyReport& report) {
  std::string text;
  for (const Finding& finding : report.findings) text += FormatFinding(finding) + "\n";
  return text;
}

bool Names(const VerifyReport& report, FindingCode code, std::string_view log) {
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
    return finding.code == code && finding.log == log;
  });
}

Logs SoundLogs(bool file_mode = true) {
  History history(file_mode);
  history.Activate("{\"first\":\"" + std::string(3'000, 'x') + "\"}");
  for (const int records : {13, 1, 30, 8}) history.Epoch(records);
  history.Activate("{\"second\":true}");
  for (const int records : {0, 20, 40}) history.Epoch(records);
  return std::move(history.logs());
}

struct NamedLog {
  const char* name;
  std::vector<std::string> Logs::*records;
};
constexpr NamedLog kLogs[] = {{"journal", &Logs::journal},       {"audit", &Logs::audit},
                              {"alerts", &Logs::alerts},         {"alerts.shadow", &Logs::shadow},
                              {"rejects", &Logs::rejects}};

TEST(VerifierTest, SoundLogsHaveNoFinding) {
  const Logs logs = SoundLogs();
  const VerifyReport report = logs.Verify();
  EXPECT_TRUE(report.ok()) << Show(report);
  EXPECT_EQ(report.epochs, 7u);
  EXPECT_EQ(report.frames, logs.audit.size());
  EXPECT_EQ(report.intake_entries, 112u + 2);
  EXPECT_EQ(report.match_entries, logs.alerts.size());
  EXPECT_EQ(report.alerts, logs.alerts.size());
  EXPECT_EQ(report.alerts_shadow, logs.shadow.size());
  EXPECT_EQ(report.rejects, 16u);
  EXPECT_EQ(report.rule_sets, 2u);
  EXPECT_GT(logs.audit.size(), 14u) << "some epochs must have been cut to several frames";
}

TEST(VerifierTest, NothingIsSoundToo) {
  const VerifyReport report = Logs().Verify();
  EXPECT_TRUE(report.ok()) << Show(report);
  EXPECT_EQ(report.head, Digest().Hex());
}

TEST(VerifierTest, EachDroppedRecordIsNamed) {
  for (const NamedLog& log : kLogs) {
    const size_t count = (SoundLogs().*log.records).size();
    ASSERT_GT(count, 2u);
    for (size_t i = 0; i < count; ++i) {
      Logs logs = SoundLogs();
      auto& records = logs.*log.records;
      records.erase(records.begin() + i);
      const VerifyReport report = logs.Verify();
      const FindingCode code = i + 1 == count ? FindingCode::kTruncated : FindingCode::kDropped;
      EXPECT_TRUE(Names(report, code, log.name)) << log.name << " " << i << "\n" << Show(report);
    }
  }
}

TEST(VerifierTest, EachTruncationIsNamed) {
  for (const NamedLog& log : kLogs) {
    for (size_t keep = 0; keep < (SoundLogs().*log.records).size(); ++keep) {
      Logs logs = SoundLogs();
      (logs.*log.records).resize(keep);
      const VerifyReport report = logs.Verify();
      EXPECT_TRUE(Names(report, FindingCode::kTruncated, log.name))
          << log.name << " " << keep << "\n" << Show(report);
      EXPECT_FALSE(Names(report, FindingCode::kDropped, log.name)) << Show(report);
    }
  }
}

TEST(VerifierTest, EachDuplicateIsNamed) {
  for (const NamedLog& log : kLogs) {
    for (size_t i = 0; i < (SoundLogs().*log.records).size(); ++i) {
      for (const bool at_end : {false, true}) {
        Logs logs = SoundLogs();
        auto& records = logs.*log.records;
        if (at_end && i + 1 == records.size()) continue;
        const std::string copy = records[i];
        records.insert(at_end ? records.end() : records.begin() + i, copy);
        const VerifyReport report = logs.Verify();
        const bool journal_moved = at_end && std::string_view(log.name) == "journal";
        EXPECT_TRUE(Names(report, journal_moved ? FindingCode::kReordered
                                                : FindingCode::kDuplicated, log.name))
            << log.name << " " << i << "\n" << Show(report);
      }
    }
  }
}

TEST(VerifierTest, EachSwapAndMoveIsNamed) {
  for (const NamedLog& log : kLogs) {
    for (size_t i = 0; i + 1 < (SoundLogs().*log.records).size(); ++i) {
      Logs swapped = SoundLogs();
      auto& records = swapped.*log.records;
      std::swap(records[i], records[i + 1]);
      VerifyReport report = swapped.Verify();
      EXPECT_TRUE(Names(report, FindingCode::kReordered, log.name))
          << log.name << " " << i << "\n" << Show(report);

      Logs moved = SoundLogs();
      auto& others = moved.*log.records;
      std::rotate(others.begin() + i, others.begin() + i + 1, others.end());
      report = moved.Verify();
      EXPECT_TRUE(Names(report, FindingCode::kReordered, log.name))
          << log.name << " " << i << "\n" << Show(report);
    }
  }
}

TEST(VerifierTest, EachEditIsNamed) {
  for (const NamedLog& log : kLogs) {
    const Logs sound = SoundLogs();
    for (size_t i = 0; i < (sound.*log.records).size(); ++i) {
      const std::string& text = (sound.*log.records)[i];
      for (size_t byte = i % 101; byte < text.size(); byte += 101) {
        // A reject's reason is a text for people: nothing states its digest.
        if (std::string_view(log.name) == "rejects" && byte < text.find("\"source\"")) continue;
        Logs logs = sound;
        char& c = (logs.*log.records)[i][byte];
        c = c == '1' ? '2' : '1';
        const VerifyReport report = logs.Verify();
        EXPECT_TRUE(Names(report, FindingCode::kChanged, log.name) ||
                    Names(report, FindingCode::kMalformed, log.name) ||
                    Names(report, FindingCode::kExtra, log.name))
            << log.name << " " << i << " byte " << byte << "\n" << Show(report);
      }
    }
  }
}

TEST(VerifierTest, OneEditedFrameOrRecordIsTheFirstFinding) {
  Logs logs = SoundLogs();
  size_t index = 4;
  while (logs.audit[index].find("\"verdict\":\"valid") == std::string::npos) ++index;
  std::string& frame = logs.audit[index];
  frame[frame.find("\"verdict\":\"valid") + 11] = 'V';
  VerifyReport report = logs.Verify();
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.findings[0].log, "audit");
  EXPECT_EQ(report.findings[0].record, index);
  EXPECT_EQ(report.findings[0].code, FindingCode::kChanged);

  logs = SoundLogs();
  std::string& record = logs.journal[2];
  record[record.find("\"records\":\"") + 11] = '9';
  report = logs.Verify();
  ASSERT_EQ(report.findings_total, 1u) << Show(report);
  EXPECT_EQ(report.findings[0].record, 2u);
  EXPECT_EQ(report.findings[0].code, FindingCode::kChanged);
}

TEST(VerifierTest, RuleBodiesThatAreMissingOrChangedAreNamed) {
  Logs logs = SoundLogs();
  ASSERT_EQ(logs.rules.size(), 5u);
  logs.rules.pop_back();  // the second set has one part
  EXPECT_TRUE(Names(logs.Verify(), FindingCode::kDropped, "rules"));
  logs.rules.pop_back();  // the first one's last part
  EXPECT_TRUE(Names(logs.Verify(), FindingCode::kTruncated, "rules"));
  logs = SoundLogs();
  logs.rules[1][logs.rules[1].find("xxx")] = 'y';
  EXPECT_TRUE(Names(logs.Verify(), FindingCode::kChanged, "rules"));
  logs = SoundLogs();
  logs.rules.erase(logs.rules.begin() + 2);
  EXPECT_TRUE(Names(logs.Verify(), FindingCode::kChanged, "rules"));
}

// Somebody who knows the formats rewrites one record so that it is sound by itself.
TEST(VerifierTest, AForgedJournalRecordBreaksItsSuccessor) {
  for (size_t i = 0; i < SoundLogs().journal.size(); ++i) {
    Logs logs = SoundLogs();
    Digest hash;
    auto record = ParseJournalRecord(logs.journal[i], &hash);
    ASSERT_TRUE(record.ok());
    record->source_fingerprint = "forged";
    logs.journal[i] = RenderJournalRecord(*record, &hash);
    const VerifyReport report = logs.Verify();
    if (i + 1 == logs.journal.size()) {
      EXPECT_TRUE(report.ok()) << "nothing in the logs speaks for the last record's own text";
    } else {
      EXPECT_TRUE(Names(report, FindingCode::kChanged, "journal")) << Show(report);
    }
  }
}

TEST(VerifierTest, AForgedFrameBreaksItsSuccessorAndItsJournalRecord) {
  const Logs sound = SoundLogs();
  for (size_t i = 0; i < sound.audit.size(); ++i) {
    Frame frame = *ParseFrame(sound.audit[i]);
    if (frame.header.kind != FrameKind::kIntake || frame.entries.empty()) continue;
    std::string entry(frame.entries.back());
    if (entry.find("\"digest\":\"") == std::string::npos) continue;
    entry.replace(entry.find("\"digest\":\"") + 10, 4, "0123");
    AuditChain chain(frame.header.previous, frame.header.number);
    FrameBuilder builder(FrameKind::kIntake, 10'000);
    builder.Begin(frame.header.epoch, frame.header.from, frame.header.rule_set);
    for (size_t e = 0; e + 1 < frame.entries.size(); ++e) {
      builder.Add(frame.entries[e], frame.header.from);
    }
    builder.Add(entry, frame.header.to);
    std::vector<std::string> forged;
    builder.Finish(frame.header.to, &chain, &forged);
    Logs logs = sound;
    logs.audit[i] = forged[0];
    ASSERT_TRUE(CheckFrame(*ParseFrame(forged[0])).ok());
    const VerifyReport report = logs.Verify();
    EXPECT_TRUE(Names(report, FindingCode::kChanged, "audit")) << Show(report);
    EXPECT_TRUE(Names(report, FindingCode::kDiffers, "journal")) << Show(report);
  }
}

// All logs cut at the same epoch are a sound shorter history; a head noted earlier tells.
TEST(VerifierTest, AWitnessSeesAConsistentTruncation) {
  History history;
  history.Activate("{}");
  history.Epoch(10);
  const Logs shorter = history.logs();
  history.Epoch(10);
  VerifierInput input;
  input.witness_head = history.logs().Verify().head;
  EXPECT_TRUE(shorter.Verify().ok());
  EXPECT_TRUE(Names(shorter.Verify(input), FindingCode::kTruncated, "audit"));
  history.Epoch(10);
  EXPECT_TRUE(history.logs().Verify(input).ok()) << "a longer history contains the head";
}

TEST(VerifierTest, AnExtraAlertIsNamed) {
  Logs logs = SoundLogs();
  std::string alert = logs.alerts[4];
  logs.alerts.insert(logs.alerts.begin() + 9, alert.replace(alert.find("ACC"), 3, "ACD"));
  const VerifyReport report = logs.Verify();
  EXPECT_TRUE(Names(report, FindingCode::kDuplicated, "alerts")) << Show(report);
  EXPECT_TRUE(Names(report, FindingCode::kChanged, "alerts")) << "its id is another's";
}

TEST(VerifierTest, TopicsNeedOrderOnlyWithinAPartition) {
  Logs logs = SoundLogs(false);
  std::stable_partition(logs.alerts.begin(), logs.alerts.end(), [](const std::string& alert) {
    return alert.find("\"partition\":1") != std::string::npos;
  });
  EXPECT_TRUE(logs.Verify().ok()) << Show(logs.Verify());
  logs.alerts.erase(logs.alerts.begin() + 3);
  EXPECT_FALSE(logs.Verify().ok());
}

TEST(VerifierTest, LogsWithoutTheirBeginning) {
  Logs logs = SoundLogs();
  const auto record = ParseJournalRecord(logs.journal[3], std::make_unique<Digest>().get());
  ASSERT_TRUE(record.ok());
  logs.journal.erase(logs.journal.begin(), logs.journal.begin() + 3);
  logs.audit.erase(logs.audit.begin(), logs.audit.begin() + record->first_audit_frame - 1);
  EXPECT_FALSE(logs.Verify().ok());
  VerifierInput input;
  input.begins_anywhere = true;
  EXPECT_TRUE(logs.Verify(input).ok()) << Show(logs.Verify(input));
  logs.alerts.pop_back();
  EXPECT_TRUE(Names(logs.Verify(input), FindingCode::kTruncated, "alerts"));
  logs = SoundLogs();
  logs.journal.erase(logs.journal.begin() + 1, logs.journal.begin() + 3);
  EXPECT_FALSE(logs.Verify(input).ok());
}

TEST(VerifierTest, FindingsAreCappedButCounted) {
  Logs logs = SoundLogs();
  logs.alerts.clear();
  VerifierInput input;
  input.findings_max = 3;
  const VerifyReport report = logs.Verify(input);
  EXPECT_EQ(report.findings.size(), 3u);
  EXPECT_GT(report.findings_total, 20u);
}

TEST(VerifierTest, ALogThatCannotBeReadIsAnErrorNotAFinding) {
  class Broken final : public LogReader {
    absl::StatusOr<bool> Next(std::string_view*) override {
      return absl::UnavailableError("no disk");
    }
  } broken;
  const Logs logs = SoundLogs();
  VectorLog audit(&logs.audit);
  VerifierInput input;
  input.journal = &broken;
  input.audit = &audit;
  EXPECT_TRUE(absl::IsUnavailable(VerifyAudit(input).status()));
}

// Epochs made on demand, so that only the verifier's own memory counts.
class Endless {
 public:
  explicit Endless(int epochs) : epochs_(epochs) { history_.Activate("{}"); }
  class Log final : public LogReader {
   public:
    Log(Endless* run, std::vector<std::string> Logs::*records) : run_(run), records_(records) {}
    absl::StatusOr<bool> Next(std::string_view* record) override {
      while (next_ == mine_.size()) {
        mine_.clear();
        next_ = 0;
        mine_.swap(run_->history_.logs().*records_);
        if (mine_.empty() && !run_->More()) return false;
      }
      *record = mine_[next_++];
      return true;
    }

   private:
    Endless* const run_;
    std::vector<std::string> Logs::*const records_;
    std::vector<std::string> mine_;
    size_t next_ = 0;
  };
  bool More() {
    if (epochs_ == 0) return false;
    --epochs_;
    history_.Epoch(10'000, 900'000);
    return true;
  }

 private:
  History history_;
  int epochs_;
};

// VIGLA_VERIFY_EPOCHS=1000 makes it ten million entries.
TEST(VerifierTest, MemoryDoesNotGrowWithTheLogs) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "AddressSanitizer keeps freed memory, so that it grows by design";
#endif
#endif
  const char* wanted = std::getenv("VIGLA_VERIFY_EPOCHS");
  const int epochs = wanted == nullptr ? 12 : std::atoi(wanted);
  auto run = [](int count, VerifyReport* report) {
    Endless endless(count);
    Endless::Log journal(&endless, &Logs::journal), audit(&endless, &Logs::audit),
        alerts(&endless, &Logs::alerts), shadow(&endless, &Logs::shadow),
        rejects(&endless, &Logs::rejects);
    VerifierInput input;
    input.journal = &journal;
    input.audit = &audit;
    input.alerts = &alerts;
    input.alerts_shadow = &shadow;
    input.rejects = &rejects;
    *report = *VerifyAudit(input);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // KiB, the largest so far
  };
  VerifyReport report;
  const long small = run(4, &report);
  EXPECT_TRUE(report.ok()) << Show(report);
  const long large = run(epochs, &report);
  EXPECT_TRUE(report.ok()) << Show(report);
  EXPECT_EQ(report.intake_entries, static_cast<uint64_t>(epochs) * 10'000 + 1);
  EXPECT_LT(large - small, 32 * 1024) << small << " KiB to " << large << " KiB";
}

}  // namespace
}  // namespace vigla
