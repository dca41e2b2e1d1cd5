// A transaction as alerts show it: every field that was given, normalised, in a fixed order. Warm.
#pragma once

#include <string>

#include "engine/model/transaction.h"

namespace vigla {

// Appends canonical JSON; the native input form, so that it could be read again. Unknown fields
// stand under "attributes", by path.
void AppendTransactionJson(const Transaction& transaction, std::string* out);

}  // namespace vigla
