// How much memory an index takes. Cold.
#include "engine/rule/predicate_index.h"

namespace vigla {
namespace {

template <typename T>
size_t Bytes(const std::vector<T>& items) {
  return items.capacity() * sizeof(T);
}

}  // namespace

size_t PredicateIndex::HeapBytes() const {
  size_t bytes = Bytes(slots) + Bytes(predicates) + Bytes(calculations) + Bytes(tests) +
                 Bytes(entries) + Bytes(limits) + Bytes(segment_of) + Bytes(segments) +
                 Bytes(tables) + Bytes(dimensions) +
                 Bytes(words) + Bytes(flips) + Bytes(event_keys) + Bytes(event_entries) +
                 Bytes(texts);
  for (const std::vector<Program>* programs : {&predicates, &calculations}) {
    for (const Program& program : *programs) {
      bytes += Bytes(program.code) + Bytes(program.constants) + Bytes(program.fields) +
               Bytes(program.features) + Bytes(program.literal_lists) + Bytes(program.text_storage);
    }
  }
  for (const Dimension& dimension : dimensions) {
    bytes += dimension.keys.capacity() * (sizeof(int64_t) + sizeof(Key) + 1) +
             Bytes(dimension.prefix_bytes);
  }
  return bytes;
}

}  // namespace vigla
