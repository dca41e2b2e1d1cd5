// Large tables and pools lie in huge pages. Cold.
#pragma once

#include <cstddef>

namespace vigla {

// Asks for huge pages, where the system has them, under as much of this memory as they fit. Purely
// a matter of speed: what is touched at random needs few entries of the processor's page table.
void AdviseHugePages(void* memory, size_t bytes);

}  // namespace vigla
