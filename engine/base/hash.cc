// SHA-256 by OpenSSL and keyed hashes by xxHash. Hot.
#include "engine/base/hash.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"

// The low-level calls are deprecated in favour of EVP, whose set-up costs 100 ns a digest: a
// third of what the digest of a usual record takes. They stay in OpenSSL 3.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace vigla {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr std::array<char, 512> MakeHexPairs() {
  std::array<char, 512> pairs{};
  for (size_t byte = 0; byte < 256; ++byte) {
    pairs[2 * byte] = kHexDigits[byte >> 4];
    pairs[2 * byte + 1] = kHexDigits[byte & 15];
  }
  return pairs;
}
constexpr std::array<char, 512> kHexPairs = MakeHexPairs();

constexpr size_t kPrefixBytes = 8;     // before the text of a hash with a kind
constexpr size_t kOnStackBytes = 512;  // texts up to that are hashed in one go

Hash128 ToHash128(XXH128_hash_t hash) { return {hash.high64, hash.low64}; }

int HexDigitValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

// Byte 0 is the kind, byte 1 tells one text from two, bytes 4 to 7 hold the first one's length
// (little-endian), so that no two inputs share their bytes.
void FillPrefix(uint8_t kind, bool is_pair, uint32_t first_bytes, uint8_t* prefix) {
  std::memset(prefix, 0, kPrefixBytes);
  prefix[0] = kind;
  prefix[1] = is_pair ? 1 : 0;
  for (int i = 0; i < 4; ++i) prefix[4 + i] = static_cast<uint8_t>(first_bytes >> (8 * i));
}

}  // namespace

KeyedHasher::KeyedHasher(std::string_view key) {
  static_assert(sizeof(secret_) >= XXH3_SECRET_SIZE_MIN);
  CHECK(XXH3_generateSecret(secret_.data(), secret_.size(), key.data(), key.size()) == XXH_OK);
}

// Only the `withSecret` variant will do: with a seed besides, xxHash ignores the secret for
// inputs up to 240 bytes, and anybody could aim for collisions.
Hash128 KeyedHasher::Hash(std::string_view text) const {
  return ToHash128(
      XXH3_128bits_withSecret(text.data(), text.size(), secret_.data(), secret_.size()));
}

Hash128 KeyedHasher::Hash(uint8_t kind, std::string_view text) const {
  uint8_t buffer[kPrefixBytes + kOnStackBytes];
  FillPrefix(kind, false, 0, buffer);
  if (text.size() <= kOnStackBytes) {
    if (!text.empty()) std::memcpy(buffer + kPrefixBytes, text.data(), text.size());
    return ToHash128(XXH3_128bits_withSecret(buffer, kPrefixBytes + text.size(), secret_.data(),
                                             secret_.size()));
  }
  XXH3_state_t state;
  XXH3_128bits_reset_withSecret(&state, secret_.data(), secret_.size());
  XXH3_128bits_update(&state, buffer, kPrefixBytes);
  XXH3_128bits_update(&state, text.data(), text.size());
  return ToHash128(XXH3_128bits_digest(&state));
}

Hash128 KeyedHasher::Hash(uint8_t kind, std::string_view first, std::string_view second) const {
  uint8_t prefix[kPrefixBytes];
  FillPrefix(kind, true, static_cast<uint32_t>(first.size()), prefix);
  XXH3_state_t state;
  XXH3_128bits_reset_withSecret(&state, secret_.data(), secret_.size());
  XXH3_128bits_update(&state, prefix, kPrefixBytes);
  XXH3_128bits_update(&state, first.data(), first.size());
  XXH3_128bits_update(&state, second.data(), second.size());
  return ToHash128(XXH3_128bits_digest(&state));
}

std::string Digest::Hex() const { return HexOf(View()); }

bool ParseDigest(std::string_view hex, Digest* digest) {
  if (hex.size() != 2 * digest->bytes.size()) return false;
  Digest parsed;
  for (size_t i = 0; i < parsed.bytes.size(); ++i) {
    const int high = HexDigitValue(hex[2 * i]);
    const int low = HexDigitValue(hex[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    parsed.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  *digest = parsed;
  return true;
}

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Sha256::Sha256(const Sha256& other) : state_(std::make_unique<State>(*other.state_)) {}
Sha256& Sha256::operator=(const Sha256& other) {
  *state_ = *other.state_;
  return *this;
}
Sha256::~Sha256() = default;

Sha256& Sha256::Update(std::string_view bytes) {
  SHA256_Update(&state_->context, bytes.data(), bytes.size());
  return *this;
}

Digest Sha256::Finish() {
  Digest digest;
  SHA256_Final(digest.bytes.data(), &state_->context);
  SHA256_Init(&state_->context);
  return digest;
}

Digest Sha256::Of(std::string_view bytes) {
  Digest digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(digest.bytes.data(), &context);
  return digest;
}

std::string HexOf(std::string_view bytes) {
  std::string hex(2 * bytes.size(), '\0');
  PutHex(bytes, hex.data());
  return hex;
}

char* PutHex(std::string_view bytes, char* at) {
#pragma GCC unroll 8
  for (const char byte : bytes) {
    std::memcpy(at, kHexPairs.data() + 2 * size_t{static_cast<uint8_t>(byte)}, 2);
    at += 2;
  }
  return at;
}

std::string Base64Of(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<uint8_t>(bytes[i + j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      text.push_back(j <= count ? kAlphabet[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  return text;
}

std::string Base32Of(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text((bytes.size() * 8 + 4) / 5, '\0');
  char* at = text.data();
  uint32_t pending = 0;
  int pending_bits = 0;
  for (const char byte : bytes) {
    pending = (pending << 8 | static_cast<uint8_t>(byte)) & 0xFFFF;
    pending_bits += 8;
    while (pending_bits >= 5) {
      pending_bits -= 5;
      *at++ = kAlphabet[pending >> pending_bits & 31];
    }
  }
  if (pending_bits > 0) *at = kAlphabet[pending << (5 - pending_bits) & 31];
  return text;
}

}  // namespace vigla
