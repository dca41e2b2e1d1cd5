// SIGTERM and SIGINT as a flag: the open epoch is committed, then the process ends. Cold.
#pragma once

namespace vigla {

// From then on both signals only set the flag; a second one ends the process at once, which is
// safe too: a start after any kill recovers.
void CatchStopSignals();
bool StopRequested();

}  // namespace vigla
