// Appends to a string at a cursor. Hot.
#include "engine/base/text_appender.h"

#include <algorithm>

namespace vigla {

// A string can't be lengthened without being filled. Twice as much is made ahead each time, so what
// is filled in vain stays in proportion to what is written.
void TextAppender::MakeRoom(size_t bytes) {
  const size_t size = at_ == nullptr ? out_->size() : static_cast<size_t>(at_ - out_->data());
  const size_t needed = size + bytes;
  if (needed > out_->capacity()) out_->reserve(std::max(needed, 2 * out_->capacity()));
  out_->resize(std::min(needed + ahead_bytes_, out_->capacity()));
  ahead_bytes_ *= 2;
  at_ = out_->data() + size;
  limit_ = out_->data() + out_->size();
}

void TextAppender::Flush() {
  if (at_ == nullptr) return;
  out_->resize(static_cast<size_t>(at_ - out_->data()));
  at_ = limit_ = nullptr;
}

}  // namespace vigla
