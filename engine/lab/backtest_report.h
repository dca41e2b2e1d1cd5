// A back-test's figures as text for a terminal, as JSON, as CSV and as a page. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/lab/backtest.h"

namespace vigla {

// Schema vigla.backtest.v1 (schema/backtest.v1.json), canonical, one document with a line end. The
// same input and rules give the same bytes: how long it took is not among them.
std::string BacktestJson(const BacktestFigures& figures);

// For a terminal: rules, totals, workload.
std::string BacktestText(const BacktestFigures& figures);

// One file each, by name: rules.csv, weeks.csv, workload.csv, overlap.csv, alerts.csv.
struct NamedText {
  std::string name, text;
};
std::vector<NamedText> BacktestCsv(const BacktestFigures& figures);

std::string BacktestHtml(const BacktestFigures& figures);

}  // namespace vigla
