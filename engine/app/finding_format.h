// Findings for programs: JSON, SARIF for code scanners, annotations for GitHub. Cold.
#pragma once

#include <string>

#include "engine/base/diagnostic.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// One document, schema vigla.check.v1. `rule_set` may be null: then none could be loaded.
std::string FindingsJson(const Diagnostics& diagnostics, const RuleSet* rule_set);

// SARIF 2.1.0 (OASIS): one run, columns in code points, mends as fixes.
std::string FindingsSarif(const Diagnostics& diagnostics);

// One workflow command a finding: `::error file=p.yaml,line=3,col=5,title=VG2103::text`.
std::string FindingsGithub(const Diagnostics& diagnostics);

// A path as the URI that SARIF wants: percent-encoded; absolute ones with the scheme file.
std::string FileUri(const std::string& path);

}  // namespace vigla
