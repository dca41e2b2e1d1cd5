// Which epochs' legs a lane's log holds, and which of them make it longer than its bound. Warm.
#pragma once

#include <cstddef>
#include <deque>

#include "engine/model/leg.h"

namespace vigla {

class LoggedEpochs {
 public:
  explicit LoggedEpochs(size_t bytes_max) : bytes_max_(bytes_max) {}

  // The epoch that ends with `last` has so many bytes of the log.
  void Add(Sequence last, size_t bytes) {
    if (bytes == 0) return;
    epochs_.push_back({last, bytes});
    bytes_ += bytes;
  }
  // Epochs whose legs are all in images are not needed any more.
  void Forget(Sequence first_needed) {
    while (!epochs_.empty() && epochs_.front().last < first_needed) {
      bytes_ -= epochs_.front().bytes;
      epochs_.pop_front();
    }
  }
  // Before which sequence legs are too many for the bound.
  Sequence BeyondBound() const {
    Sequence end;
    size_t bytes = bytes_;
    for (const Epoch& epoch : epochs_) {
      if (bytes <= bytes_max_) break;
      end = {epoch.last.value + 1};
      bytes -= epoch.bytes;
    }
    return end;
  }
  // More than twice the bound.
  bool IsFarBeyondBound() const { return bytes_ / 2 > bytes_max_; }

 private:
  struct Epoch {
    Sequence last;
    size_t bytes = 0;
  };
  const size_t bytes_max_;
  std::deque<Epoch> epochs_;
  size_t bytes_ = 0;
};

}  // namespace vigla
