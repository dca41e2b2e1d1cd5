// A store that may be written to above one that may not. Cold.
#pragma once

#include <memory>

#include "engine/ledger/store.h"

namespace vigla {

// Reads see `base` as the batches written here have changed it; they stay in memory and end with
// the store. `base` is never written to and must outlive it. The contract is the port's.
std::unique_ptr<Store> NewOverlayStore(Store* base);

}  // namespace vigla
