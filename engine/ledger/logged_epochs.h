// Which epochs' legs a lane's log holds, and which of them make it longer than its bound. Hot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>

#include "engine/model/leg.h"

namespace vigla {

class LoggedEpochs {
 public:
  explicit LoggedEpochs(size_t bytes_max) : bytes_max_(bytes_max) {}

  // The epoch that ends with `last` has so many bytes of the log. Where the very first one begins
  // the oldest leg says that is in no image.
  void Add(Sequence oldest_unsaved, Sequence last, size_t bytes) {
    if (bytes == 0) return;
    const Sequence first = first_of_next_.value == 0 ? oldest_unsaved : first_of_next_;
    epochs_.push_back({first, last, bytes});
    first_of_next_ = {last.value + 1};
    bytes_ += bytes;
  }
  // Epochs whose legs are all in images are not needed any more.
  void Forget(Sequence first_needed) {
    while (!epochs_.empty() && epochs_.front().last < first_needed) {
      bytes_ -= epochs_.front().bytes;
      epochs_.pop_front();
    }
  }
  // Before which sequence legs are too many for the bound, with so many bytes of the open epoch's.
  // It moves with each of these, as if an epoch's bytes were spread evenly over its sequences: by
  // whole epochs, what is due would be so all at once.
  Sequence BeyondBound(size_t open_bytes) const {
    Sequence end;
    size_t bytes = bytes_ + open_bytes;
    for (const Epoch& epoch : epochs_) {
      if (bytes <= bytes_max_) break;
      const size_t excess = bytes - bytes_max_;
      if (excess < epoch.bytes) {
        const uint64_t sequences = epoch.last.value + 1 - epoch.first.value;
        return {epoch.first.value + (sequences * excess + epoch.bytes - 1) / epoch.bytes};
      }
      end = {epoch.last.value + 1};
      bytes -= epoch.bytes;
    }
    return end;
  }
  // How much too long the log is, with so many bytes of the open epoch's: 0 within its bound, 1 at
  // twice as much.
  double Excess(size_t open_bytes) const {
    const size_t bytes = bytes_ + open_bytes;
    if (bytes <= bytes_max_) return 0;
    return static_cast<double>(bytes - bytes_max_) /
           static_cast<double>(std::max<size_t>(bytes_max_, 1));
  }
  // More than twice the bound.
  bool IsFarBeyondBound() const { return bytes_ / 2 > bytes_max_; }

 private:
  struct Epoch {
    Sequence first, last;
    size_t bytes = 0;
  };
  const size_t bytes_max_;
  std::deque<Epoch> epochs_;
  Sequence first_of_next_;
  size_t bytes_ = 0;
};

}  // namespace vigla
