// Memory that reads as zero and is got from the system page by page, as it is touched. Cold.
// For a table so large that clearing it at once would hold up who needs it.
#pragma once

#include <cstddef>
#include <memory>

namespace vigla {

struct PageUnmapper {
  size_t bytes = 0;
  void operator()(void* memory) const;
};
using ZeroedPages = std::unique_ptr<void, PageUnmapper>;

// `bytes` > 0. Asks for huge pages. Throws std::bad_alloc as operator new does.
ZeroedPages MapZeroedPages(size_t bytes);

}  // namespace vigla
