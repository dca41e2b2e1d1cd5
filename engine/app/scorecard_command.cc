// Reads both files, prints the card. Cold.
#include "engine/app/scorecard_command.h"

#include <cstdio>

#include "engine/app/exit_code.h"
#include "engine/app/recorded_input.h"
#include "engine/base/status.h"
#include "engine/lab/scorecard.h"

namespace vigla {
namespace {

absl::StatusOr<Scorecard> Make(const ScorecardCommandOptions& options) {
  ASSIGN_OR_RETURN(const std::string alerts, ReadWholeFile(options.alerts));
  ASSIGN_OR_RETURN(const std::string dispositions, ReadWholeFile(options.dispositions));
  ASSIGN_OR_RETURN(Scorecard scorecard, MakeScorecard(alerts, dispositions, {}));
  if (!options.html.empty()) {
    RETURN_IF_ERROR(WriteWholeFile(options.html, ScorecardHtml(scorecard)));
  }
  return scorecard;
}

}  // namespace

int ScorecardCommand(const ScorecardCommandOptions& options) {
  const absl::StatusOr<Scorecard> scorecard = Make(options);
  if (!scorecard.ok()) {
    std::fprintf(stderr, "vigla scorecard: %s\n",
                 std::string(scorecard.status().message()).c_str());
    return absl::IsInvalidArgument(scorecard.status()) ? static_cast<int>(kExitInputData)
                                                       : ExitCodeOf(scorecard.status());
  }
  const std::string text = options.format == "json"  ? ScorecardJson(*scorecard)
                           : options.format == "csv" ? ScorecardCsv(*scorecard)
                                                     : ScorecardText(*scorecard);
  std::fputs(text.c_str(), stdout);
  const bool fails = (!options.fail_on.empty() && scorecard->Has(RuleVerdict::kRetire)) ||
                     (options.fail_on == "tune" && scorecard->Has(RuleVerdict::kTune));
  return fails ? kExitFindings : kExitOk;
}

}  // namespace vigla
