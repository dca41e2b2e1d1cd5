// Pseudonyms of subjects. Warm.
#include "engine/pipeline/subject_reference.h"

namespace vigla {

std::string SubjectReference(std::string_view identity_key, const Leg& leg) {
  std::string text;
  for (std::string_view part : {identity_key, SubjectKindName(leg.subject_kind),
                                leg.transaction->tenant, leg.subject_id}) {
    text.append(part).push_back('\n');
  }
  return Sha256::Of(text).Hex().substr(0, 32);
}

}  // namespace vigla
