// Digests and hashes: SHA-256 for what is proved, keyed XXH3-128 for what is looked up. Hot.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace vigla {

// A 128-bit hash; compared as a whole, never truncated where identity depends on it.
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const Hash128&) const = default;
  bool IsZero() const { return high == 0 && low == 0; }
};

template <typename H>
H AbslHashValue(H state, const Hash128& hash) {
  return H::combine(std::move(state), hash.high, hash.low);
}

// Hashes identities under a key, so that nobody outside can aim for collisions.
// Immutable after construction, hence safe to share between threads.
class KeyedHasher {
 public:
  explicit KeyedHasher(std::string_view key);
  Hash128 Hash(std::string_view text) const;
  // Hashes (kind, text) such that equal texts of two kinds differ.
  Hash128 Hash(uint8_t kind, std::string_view text) const;
  // As above for a pair: it is unambiguous where the first text ends. An empty first text is
  // not the same as none.
  Hash128 Hash(uint8_t kind, std::string_view first, std::string_view second) const;

 private:
  std::array<uint8_t, 192> secret_;
};

// The 32 bytes of a SHA-256.
struct Digest {
  std::array<uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
  std::string Hex() const;
  std::string_view View() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

// Parses 64 lower-case hexadecimal characters; false if `hex` is anything else.
bool ParseDigest(std::string_view hex, Digest* digest);

// Incremental SHA-256. Copyable: a copy can be finished while the original goes on.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);
  ~Sha256();

  Sha256& Update(std::string_view bytes);
  // The digest of everything so far; the object is then as newly constructed.
  Digest Finish();

  static Digest Of(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Lower-case hexadecimal of arbitrary bytes.
std::string HexOf(std::string_view bytes);
// The same at a cursor, two characters a byte; returns its end.
char* PutHex(std::string_view bytes, char* at);
// Standard base64 with padding (RFC 4648, 4).
std::string Base64Of(std::string_view bytes);
// Lower-case base32 without padding (RFC 4648, 6) of arbitrary bytes.
std::string Base32Of(std::string_view bytes);

}  // namespace vigla
