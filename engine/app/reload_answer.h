// A reload's outcome as JSON (schema vigla.reload.v1) and in a line for people. Cold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/pipeline/activation_desk.h"
#include "engine/rule/rule_set_change.h"

namespace vigla {

struct ReloadOutcome {
  std::string_view result, by;
  const RuleSet* before = nullptr;          // in use when the reload came; never null
  const RuleSet* after = nullptr;           // as the files have it; null if they were refused
  std::optional<ActiveRuleSet> activation;  // once it is committed
  const RuleSetChange* change = nullptr;    // null: nothing to say
  const Diagnostics* findings = nullptr;
  double seconds = 0;
};

std::string ReloadJson(const ReloadOutcome& outcome);
// Such as "2 rules added, 1 changed, 1 parameter"; "nothing that decides" if nothing does.
std::string DescribeChange(const RuleSetChange& change);

}  // namespace vigla
