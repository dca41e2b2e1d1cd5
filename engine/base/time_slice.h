// How the scheduler shares a processor among this thread and others. Cold.
#pragma once

#include <chrono>

namespace vigla {

// Asks for turns of that length (0.1 to 100 ms) for the calling thread. A thread of shorter turns
// waits less for a processor on which another is at work, and has as large a share of it. Linux
// from 6.12 on (sched_setattr(2), EEVDF); elsewhere nothing happens. Purely a matter of speed.
void AskForTimeSlice(std::chrono::microseconds slice);

}  // namespace vigla
