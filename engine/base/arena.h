// Memory that lives and dies with a batch: bump allocation, freed all at once. Hot.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace vigla {

// Objects placed here are never destroyed one by one, so they must be trivially destructible.
// Reset keeps the blocks, so that a recycled batch allocates nothing. Not thread-safe.
class Arena {
 public:
  static constexpr size_t kBlockBytes = 64 * 1024;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* Allocate(size_t bytes, size_t alignment);

  template <typename T>
  T* New() {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (Allocate(sizeof(T), alignof(T))) T();
  }

  // A value-initialised array of `count` elements.
  template <typename T>
  T* NewArray(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* array = static_cast<T*>(Allocate(sizeof(T) * count, alignof(T)));
    for (size_t i = 0; i < count; ++i) new (array + i) T();
    return array;
  }

  // A copy of `text` that lives as long as the arena's contents.
  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* bytes = static_cast<char*>(Allocate(text.size(), 1));
    std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
  }

  void Reset();
  // Bytes handed out since the last Reset.
  size_t UsedBytes() const { return used_bytes_; }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };
  std::vector<Block> blocks_;
  size_t block_ = 0;     // the block being filled
  size_t position_ = 0;  // first free byte in it
  size_t used_bytes_ = 0;
};

}  // namespace vigla
