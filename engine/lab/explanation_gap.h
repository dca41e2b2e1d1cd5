// What made a part of a condition unknown, in words. Cold.
#pragma once

#include <string>

#include "engine/pipeline/leg_observer.h"

namespace vigla {

// The feature must be unknown on the leg. `since` says since when ledgers have been kept for the
// set; nullptr: ever.
std::string WhyFeatureIsUnknown(int feature, const JudgedLeg& judged, const RecordedSince* since);
// The field must be unknown on the leg.
std::string WhyFieldIsUnknown(FieldRef field, const JudgedLeg& judged);

}  // namespace vigla
