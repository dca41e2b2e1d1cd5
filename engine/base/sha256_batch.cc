// Two SHA-256 states in turn through the processor's SHA instructions. Hot.
// Where there are none, OpenSSL takes one text after the other.
#include "engine/base/sha256_batch.h"

#include <algorithm>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace vigla {
namespace {

void OneAfterTheOther(std::span<const std::string_view> texts, std::optional<char> prefix,
                      Digest* digests) {
  Sha256 hasher;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (prefix) hasher.Update({&*prefix, 1});
    digests[i] = hasher.Update(texts[i]).Finish();
  }
}

#if defined(__x86_64__)

constexpr size_t kBlockBytes = 64;
constexpr size_t kLengthBytes = 8;
constexpr char kEndMark = '\x80';
// The longest text that fits into two blocks with a prefix, the mark and the length: among them
// the nodes of a Merkle tree.
constexpr size_t kInTailMax = 2 * kBlockBytes - kLengthBytes - 2;

// FIPS 180-4, 4.2.2.
alignas(16) constexpr uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

// The eight words of FIPS 180-4, 5.3.3, in the order in which the instructions hold them.
alignas(16) constexpr uint32_t kFirstAbef[4] = {0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667};
alignas(16) constexpr uint32_t kFirstCdgh[4] = {0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372};

// A text on its way through the rounds: whole blocks where they lie, between two buffers for
// what isn't a block of the text alone.
struct Stream {
  __m128i abef, cdgh;
  const char* next;     // of the run of blocks that is being hashed
  size_t blocks;        // left of it
  const char* middle;   // the text's own whole blocks
  size_t middle_blocks;
  size_t tail_blocks;   // 0 once they are being hashed
  Digest* digest;
  char head[kBlockBytes];      // the prefix and what of the text is in its block
  char tail[2 * kBlockBytes];  // the text's end, the mark behind it, its length in bits
};

void Begin(std::string_view text, std::optional<char> prefix, Digest* digest, Stream* stream) {
  const uint64_t bits = 8 * (text.size() + (prefix ? 1 : 0));
  stream->digest = digest;
  stream->abef = _mm_load_si128(reinterpret_cast<const __m128i*>(kFirstAbef));
  stream->cdgh = _mm_load_si128(reinterpret_cast<const __m128i*>(kFirstCdgh));
  stream->next = stream->head;
  stream->blocks = 0;
  std::memset(stream->tail, 0, sizeof(stream->tail));
  size_t tail_bytes = 0;
  stream->middle_blocks = 0;
  if (prefix && text.size() <= kInTailMax) {
    stream->tail[tail_bytes++] = *prefix;
  } else {
    if (prefix) {
      stream->head[0] = *prefix;
      std::memcpy(stream->head + 1, text.data(), kBlockBytes - 1);
      text.remove_prefix(kBlockBytes - 1);
      stream->blocks = 1;
    }
    stream->middle = text.data();
    stream->middle_blocks = text.size() / kBlockBytes;
    text.remove_prefix(stream->middle_blocks * kBlockBytes);
  }
  if (!text.empty()) std::memcpy(stream->tail + tail_bytes, text.data(), text.size());
  tail_bytes += text.size();
  stream->tail[tail_bytes++] = kEndMark;
  stream->tail_blocks = tail_bytes + kLengthBytes > kBlockBytes ? 2 : 1;
  const uint64_t big_endian = __builtin_bswap64(bits);
  std::memcpy(stream->tail + stream->tail_blocks * kBlockBytes - kLengthBytes, &big_endian,
              kLengthBytes);
}

// Goes on to the next run of blocks where one has ended; false at the text's end.
bool HasBlocks(Stream* stream) {
  if (stream->blocks > 0) return true;
  if (stream->middle_blocks > 0) {
    stream->next = stream->middle;
    stream->blocks = std::exchange(stream->middle_blocks, 0);
  } else {
    stream->next = stream->tail;
    stream->blocks = std::exchange(stream->tail_blocks, 0);
  }
  return stream->blocks > 0;
}

// The same blocks of `kStreams` streams, round by round in turn.
template <int kStreams>
__attribute__((target("sha,sse4.1"))) void HashBlocks(Stream* const* streams, size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abef[kStreams], cdgh[kStreams], words[kStreams][4];
  for (int s = 0; s < kStreams; ++s) {
    abef[s] = streams[s]->abef;
    cdgh[s] = streams[s]->cdgh;
  }
  for (size_t block = 0; block < blocks; ++block) {
#pragma GCC unroll 16
    for (int step = 0; step < 16; ++step) {  // of four rounds each
#pragma GCC unroll 2
      for (int s = 0; s < kStreams; ++s) {
        __m128i& word = words[s][step & 3];
        if (step < 4) {
          const char* const bytes = streams[s]->next + block * kBlockBytes + step * 16;
          word = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)),
                                  big_endian);
        } else {
          const __m128i last = words[s][(step + 3) & 3];
          const __m128i shifted = _mm_alignr_epi8(last, words[s][(step + 2) & 3], 4);
          const __m128i sum =
              _mm_add_epi32(_mm_sha256msg1_epu32(word, words[s][(step + 1) & 3]), shifted);
          word = _mm_sha256msg2_epu32(sum, last);
        }
        const __m128i constants =
            _mm_load_si128(reinterpret_cast<const __m128i*>(kRoundConstants + 4 * step));
        const __m128i low = _mm_add_epi32(word, constants);
        cdgh[s] = _mm_sha256rnds2_epu32(cdgh[s], abef[s], low);
        abef[s] = _mm_sha256rnds2_epu32(abef[s], cdgh[s], _mm_shuffle_epi32(low, 0x0E));
      }
    }
#pragma GCC unroll 2
    for (int s = 0; s < kStreams; ++s) {
      abef[s] = streams[s]->abef = _mm_add_epi32(abef[s], streams[s]->abef);
      cdgh[s] = streams[s]->cdgh = _mm_add_epi32(cdgh[s], streams[s]->cdgh);
    }
  }
  for (int s = 0; s < kStreams; ++s) {
    streams[s]->next += blocks * kBlockBytes;
    streams[s]->blocks -= blocks;
  }
}

__attribute__((target("sse4.1"))) void Finish(const Stream& stream) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i feba = _mm_shuffle_epi32(stream.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(stream.cdgh, 0xB1);
  const __m128i dcba = _mm_blend_epi16(feba, dchg, 0xF0);
  const __m128i hgfe = _mm_alignr_epi8(dchg, feba, 8);
  auto* const out = reinterpret_cast<__m128i*>(stream.digest->bytes.data());
  _mm_storeu_si128(out, _mm_shuffle_epi8(dcba, big_endian));
  _mm_storeu_si128(out + 1, _mm_shuffle_epi8(hgfe, big_endian));
}

void InPairs(std::span<const std::string_view> texts, std::optional<char> prefix,
             Digest* digests) {
  Stream storage[2];
  Stream* streams[2] = {&storage[0], &storage[1]};
  size_t begun = 0, open = 0;
  while (true) {
    for (; open < 2 && begun < texts.size(); ++begun) {
      Begin(texts[begun], prefix, &digests[begun], streams[open++]);
    }
    if (open == 0) return;
    for (size_t s = open; s-- > 0;) {
      if (HasBlocks(streams[s])) continue;
      Finish(*streams[s]);
      std::swap(streams[s], streams[--open]);
    }
    if (open == 2) {
      HashBlocks<2>(streams, std::min(streams[0]->blocks, streams[1]->blocks));
    } else if (open == 1 && begun == texts.size()) {
      HashBlocks<1>(streams, streams[0]->blocks);
    }
  }
}

bool HasShaInstructions() {
  constexpr unsigned kSse41 = 1U << 19;
  constexpr unsigned kSha = 1U << 29;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kSse41) == 0) return false;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & kSha) != 0;
}

#endif

}  // namespace

void Sha256Batch(std::span<const std::string_view> texts, std::optional<char> prefix,
                 Digest* digests) {
#if defined(__x86_64__)
  static const bool has_sha_instructions = HasShaInstructions();
  if (has_sha_instructions) return InPairs(texts, prefix, digests);
#endif
  OneAfterTheOther(texts, prefix, digests);
}

}  // namespace vigla
