// A transaction as alerts show it: every field that was given, normalised, in a fixed order. Warm.
#pragma once

#include "engine/base/json_writer.h"
#include "engine/model/transaction.h"

namespace vigla {

// Writes an object; the native input form, so that it could be read again. Unknown fields
// stand under "attributes", by path.
void WriteTransaction(const Transaction& transaction, JsonWriter* json);

}  // namespace vigla
