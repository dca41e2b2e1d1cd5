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
  size_t bytes = Bytes(slots) + Bytes(predicates) + Bytes(tests) + Bytes(entries) + Bytes(nodes) +
                 Bytes(partitions) + Bytes(runs) + Bytes(groups) + Bytes(group_entries) +
                 Bytes(lowest_second) + Bytes(plain);
  for (const Program& program : predicates) {
    bytes += Bytes(program.code) + Bytes(program.constants) + Bytes(program.fields) +
             Bytes(program.features) + Bytes(program.literal_lists) + Bytes(program.text_storage);
  }
  for (const Partition& partition : partitions) {
    bytes += partition.child_of_key.capacity() * (sizeof(int64_t) * 2 + 1);
  }
  return bytes;
}

}  // namespace vigla
