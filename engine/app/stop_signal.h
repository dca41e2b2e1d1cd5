// Signals as flags: SIGTERM and SIGINT end the process after the open epoch, SIGHUP asks for a
// reload of the rules. Cold.
#pragma once

#include <cstdint>

namespace vigla {

// From then on both signals only set the flag; a second one ends the process at once, which is
// safe too: a start after any kill recovers.
void CatchStopSignals();
bool StopRequested();

// From then on SIGHUP only counts. One that comes before the rules are in use is kept until they
// are; several that come together are one reload; after a stop request none is served.
void CatchReloadSignal();
uint64_t ReloadSignals();

}  // namespace vigla
