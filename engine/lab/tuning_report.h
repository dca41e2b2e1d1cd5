// A tuned threshold as text for a terminal, as JSON, as CSV and as a page. Cold.
#pragma once

#include <optional>
#include <string>

#include "engine/lab/tuning.h"

namespace vigla {

// Alerts that are right, of those that have a label; empty if none has. As of a back-test.
std::optional<double> PrecisionOf(const TuningReport& report, const ThresholdFigures& figures);
// Transactions labelled true that alert or fold into an alert, of all that the input holds.
std::optional<double> RecallOf(const TuningReport& report, const ThresholdFigures& figures);

// The windows of a curve ("spent over 6h"); "" where none were tried.
std::string WindowsText(const TuningCurve& curve);

// For a terminal: a few values of each curve, the present one among them, and the samples.
std::string TuningText(const TuningReport& report);

// Schema vigla.tune.v1 (schema/tune.v1.json), canonical, one document with a line end. The same
// input and rules give the same bytes.
std::string TuningJson(const TuningReport& report);

// Every point of every curve.
std::string TuningCsv(const TuningReport& report);

std::string TuningHtml(const TuningReport& report);

}  // namespace vigla
