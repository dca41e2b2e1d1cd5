// One reload after the other; SIGHUP is served between them. Cold.
#include "engine/app/reload.h"

#include <ctime>
#include <utility>

#include "engine/app/log.h"
#include "engine/app/reload_answer.h"
#include "engine/app/stop_signal.h"
#include "engine/model/time.h"
#include "engine/rule/diagnostic_codes.h"

namespace vigla {
namespace {

// Each holds a thread of the admin server, which has to go on answering /livez.
constexpr int kWaitingMax = 4;
constexpr auto kSignalPause = std::chrono::milliseconds(50);

std::string WallClock() {
  return FormatTime({static_cast<int64_t>(std::time(nullptr)) * kSecondUs});
}

std::string FirstErrorOf(const Diagnostics& findings) {
  for (const Diagnostic& finding : findings.all()) {
    if (finding.severity == Severity::kError) return FormatDiagnostic(finding);
  }
  return "";
}

// For the log, which never has an account: a finding's own words may quote a list's item.
std::string WhyRefused(const Diagnostics& findings) {
  for (const Diagnostic& finding : findings.all()) {
    if (finding.severity != Severity::kError) continue;
    if (finding.at.file.empty()) return finding.message;
    std::string why = "error[" + finding.code + "] at " + finding.at.file + ":" +
                      std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column);
    for (const DiagnosticCode& code : DiagnosticCodes()) {
      if (code.code == finding.code) why += ", " + std::string(code.about);
    }
    return why + "; " + std::to_string(findings.errors()) + " error(s), `vigla check` has all";
  }
  return "";
}

}  // namespace

std::string_view ReloadResultName(ReloadResult result) {
  switch (result) {
    case ReloadResult::kActive: return "active";
    case ReloadResult::kAccepted: return "accepted";
    case ReloadResult::kUnchanged: return "unchanged";
    case ReloadResult::kRefused: return "refused";
    case ReloadResult::kBusy: return "busy";
    case ReloadResult::kStopping: return "stopping";
  }
  return "";
}

int ReloadAnswer::HttpCode() const {
  switch (result) {
    case ReloadResult::kActive:
    case ReloadResult::kUnchanged: return 200;
    case ReloadResult::kAccepted: return 202;
    case ReloadResult::kRefused: return 422;
    case ReloadResult::kBusy:
    case ReloadResult::kStopping: return 503;
  }
  return 500;
}

Reloader::Reloader(RuleFileSet files, ActivationDesk* desk)
    : files_(std::move(files)), desk_(desk) {
  record_.success_unix_seconds = std::time(nullptr);
  signals_ = std::thread([this] { ServeSignals(); });
}

Reloader::~Reloader() {
  ended_.store(true, std::memory_order_relaxed);
  signals_.join();
}

void Reloader::ServeSignals() {
  uint64_t served = 0;
  while (!ended_.load(std::memory_order_relaxed)) {
    const uint64_t signals = ReloadSignals();
    if (signals != served && !StopRequested()) {
      served = signals;
      Reload("signal", std::chrono::milliseconds(0));
    }
    std::this_thread::sleep_for(kSignalPause);
  }
}

ReloadAnswer Reloader::Reload(std::string_view by, std::chrono::milliseconds wait) {
  ReloadOutcome outcome;
  outcome.by = by;
  ReloadAnswer answer;
  if (waiting_.fetch_add(1) >= kWaitingMax) {
    answer.result = ReloadResult::kBusy;
  } else {
    std::lock_guard<std::mutex> lock(one_at_a_time_);
    if (StopRequested()) {
      answer.result = ReloadResult::kStopping;
    } else {
      answer = ReloadOne(by, wait);
    }
  }
  waiting_.fetch_sub(1);
  if (answer.json.empty()) {
    outcome.result = ReloadResultName(answer.result);
    answer.json = ReloadJson(outcome);
  }
  return answer;
}

std::shared_ptr<const RuleSet> Reloader::Load(Diagnostics* findings, double* seconds) const {
  const auto start = std::chrono::steady_clock::now();
  auto rule_set = LoadSettledRuleSet(files_, [] { return !StopRequested(); }, findings);
  const auto in_use = desk_->wanted().rule_set;
  if (rule_set != nullptr && rule_set->rates.base() != in_use->rates.base()) {
    findings->Error("VG2307", {},
                    "the base currency is " + rule_set->rates.base().Text() + " but ledgers are " +
                        "kept in " + in_use->rates.base().Text(),
                    "keep the base currency, or start with a new output and state");
    rule_set = nullptr;
  }
  findings->Sort();
  *seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return rule_set;
}

ReloadAnswer Reloader::ReloadOne(std::string_view by, std::chrono::milliseconds wait) {
  const auto before = desk_->wanted();
  Diagnostics findings;
  double seconds = 0;
  const auto after = Load(&findings, &seconds);
  ReloadOutcome outcome;
  outcome.by = by;
  outcome.before = before.rule_set.get();
  outcome.after = after.get();
  outcome.findings = &findings;
  outcome.seconds = seconds;
  ReloadAnswer answer;
  std::optional<RuleSetChange> change;
  uint64_t ticket = before.ticket;
  if (after == nullptr) {
    answer.result = ReloadResult::kRefused;
    LogError("reload refused, the rules in use stay: " + WhyRefused(findings));
  } else if (after->fingerprint == before.rule_set->fingerprint) {
    answer.result = ReloadResult::kUnchanged;
    LogInfo("reload: nothing changed, " + after->FingerprintText() + " stays");
  } else {
    answer.result = ReloadResult::kAccepted;
    change = CompareRuleSets(*before.rule_set, *after);
    outcome.change = &*change;
    ticket = desk_->Submit(after);
    retired_ = before.rule_set;
    LogInfo("reload: " + after->FingerprintText() + " in the place of " +
            before.rule_set->FingerprintText() + ": " + DescribeChange(*change));
  }
  if (after != nullptr && wait.count() > 0 && desk_->WaitUntilSettled(ticket, wait)) {
    outcome.activation = desk_->active();
    if (answer.result == ReloadResult::kAccepted) answer.result = ReloadResult::kActive;
  } else if (after != nullptr && wait.count() > 0 && StopRequested()) {
    answer.result = ReloadResult::kStopping;
  }
  outcome.result = ReloadResultName(answer.result);
  answer.json = ReloadJson(outcome);
  Note(by, answer.result, after.get(), findings, seconds);
  return answer;
}

void Reloader::Note(std::string_view by, ReloadResult result, const RuleSet* loaded,
                    const Diagnostics& findings, double seconds) {
  std::lock_guard<std::mutex> lock(record_mutex_);
  record_.result = ReloadResultName(result);
  record_.by = by;
  record_.at = WallClock();
  record_.rule_set = loaded != nullptr ? loaded->FingerprintText() : "";
  record_.first_error = FirstErrorOf(findings);
  record_.success = loaded != nullptr;
  if (loaded != nullptr) record_.success_unix_seconds = std::time(nullptr);
  record_.seconds = seconds;
  ++(result == ReloadResult::kRefused     ? record_.refused
     : result == ReloadResult::kUnchanged ? record_.unchanged
                                          : record_.accepted);
}

ReloadRecord Reloader::last() const {
  std::lock_guard<std::mutex> lock(record_mutex_);
  return record_;
}

}  // namespace vigla
