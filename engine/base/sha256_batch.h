// SHA-256 of many texts at once. Hot.
// A digest is a chain: each block waits for the one before it, and a processor with instructions
// for SHA-256 idles in between. Two texts side by side fill the gaps: nearly twice the rate.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/base/hash.h"

namespace vigla {

// Sets digests[i] to the SHA-256 of texts[i], before which `prefix` is hashed where one is given.
void Sha256Batch(std::span<const std::string_view> texts, std::optional<char> prefix,
                 Digest* digests);

}  // namespace vigla
