// The pseudonym by which audit entries name a subject. Warm.
#pragma once

#include <string>
#include <string_view>

#include "engine/model/leg.h"

namespace vigla {

// The first 32 hexadecimal characters of the SHA-256 of (identity key, subject kind, tenant,
// id), each followed by a line feed.
std::string SubjectReference(std::string_view identity_key, const Leg& leg);

}  // namespace vigla
