// Whether an IP address lies in a network. Hot.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "engine/rule/function.h"

namespace vigla {
namespace {

constexpr int kVersion4Bits = 32;
constexpr int kVersion6Bits = 128;
constexpr int kMappedBits = 96;  // ::ffff:0:0/96 (RFC 4291, 2.5.5.2) holds version 4

// Version 4 as mapped into version 6, so that the two compare.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};
  bool is_version_4 = false;
};

std::optional<IpAddress> ParseAddress(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  terminated[text.size()] = '\0';
  IpAddress address;
  if (inet_pton(AF_INET, terminated, address.bytes.data() + 12) == 1) {
    address.bytes[10] = address.bytes[11] = 0xFF;
    address.is_version_4 = true;
    return address;
  }
  if (inet_pton(AF_INET6, terminated, address.bytes.data()) != 1) return std::nullopt;
  return address;
}

bool SharesPrefix(const IpAddress& a, const IpAddress& b, int bits) {
  const int whole = bits / 8;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace

std::optional<bool> IsAddressIn(std::string_view address, std::string_view network) {
  const size_t slash = network.find('/');
  const std::optional<IpAddress> base = ParseAddress(network.substr(0, slash));
  const std::optional<IpAddress> inside = ParseAddress(address);
  if (!base || !inside) return std::nullopt;
  const int bits_max = base->is_version_4 ? kVersion4Bits : kVersion6Bits;
  int bits = bits_max;
  if (slash != std::string_view::npos) {
    const std::string_view length = network.substr(slash + 1);
    const auto parsed = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (parsed.ec != std::errc() || parsed.ptr != length.data() + length.size()) {
      return std::nullopt;
    }
    if (length.empty() || bits < 0 || bits > bits_max) return std::nullopt;
  }
  return SharesPrefix(*base, *inside, base->is_version_4 ? bits + kMappedBits : bits);
}

}  // namespace vigla
