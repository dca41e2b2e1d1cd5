// A line that rewrites itself. Cold.
#include "engine/app/progress_bar.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "engine/base/clock.h"

namespace vigla {

ProgressBar::ProgressBar()
    : enabled_(isatty(STDERR_FILENO) != 0 && std::getenv("CI") == nullptr &&
               std::getenv("NO_COLOR") == nullptr),
      start_ns_(SystemClock().NowNs()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fprintf(stderr, "\n");
}

void ProgressBar::Show(uint64_t records, uint64_t bytes, uint64_t total_bytes, uint64_t alerts) {
  if (!enabled_) return;
  drawn_ = true;
  constexpr int kWidth = 30;
  const double seconds = static_cast<double>(SystemClock().NowNs() - start_ns_) * 1e-9;
  const double rate = seconds > 0 ? static_cast<double>(records) / seconds : 0;
  if (total_bytes > 0) {
    const double share =
        static_cast<double>(bytes < total_bytes ? bytes : total_bytes) /
        static_cast<double>(total_bytes);
    const int filled = static_cast<int>(share * kWidth);
    const double left = share > 0 ? seconds * (1 - share) / share : 0;
    std::fprintf(stderr, "\r[%.*s%*s] %3.0f %%  ", filled, "##############################",
                 kWidth - filled, "", share * 100);
    std::fprintf(stderr, "%llu records  %.0f/s  %llu alerts  %.0f s left   ",
                 static_cast<unsigned long long>(records), rate,
                 static_cast<unsigned long long>(alerts), left);
  } else {
    std::fprintf(stderr, "\r%llu records  %.0f/s  %llu alerts   ",
                 static_cast<unsigned long long>(records), rate,
                 static_cast<unsigned long long>(alerts));
  }
  std::fflush(stderr);
}

}  // namespace vigla
