// Whether an IBAN, a BIC or an LEI is well formed. Hot.
#include <cstdint>

#include "engine/rule/function.h"
#include "engine/rule/function_registry.h"

namespace vigla {
namespace {

constexpr size_t kIbanCharactersMax = 34;
constexpr size_t kLeiCharacters = 20;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

bool IsOfClass(char c, char kind) {
  switch (kind) {
    case 'n': return IsDigit(c);
    case 'a': return IsCapital(c);
    default: return IsDigit(c) || IsCapital(c);
  }
}

// Whether the text is exactly the runs of a structure such as "a4n6n8".
bool HasStructure(std::string_view text, std::string_view structure) {
  size_t at = 0;
  for (size_t i = 0; i < structure.size();) {
    const char kind = structure[i++];
    size_t run = 0;
    while (i < structure.size() && IsDigit(structure[i])) {
      run = run * 10 + static_cast<size_t>(structure[i++] - '0');
    }
    for (; run > 0; --run, ++at) {
      if (at == text.size() || !IsOfClass(text[at], kind)) return false;
    }
  }
  return at == text.size();
}

// ISO 7064 modulo 97-10: letters count as 10 to 35.
uint32_t Modulo97(std::string_view text, uint32_t start) {
  uint32_t rest = start;
  for (char c : text) {
    rest = IsDigit(c) ? (rest * 10 + static_cast<uint32_t>(c - '0')) % 97
                      : (rest * 100 + static_cast<uint32_t>(c - 'A') + 10) % 97;
  }
  return rest;
}

// Without spaces; empty if it is longer than any IBAN.
std::string_view WithoutSpaces(std::string_view text, char (&buffer)[kIbanCharactersMax]) {
  size_t size = 0;
  for (char c : text) {
    if (c == ' ') continue;
    if (size == kIbanCharactersMax) return {};
    buffer[size++] = c;
  }
  return {buffer, size};
}

}  // namespace

bool IsIbanValid(std::string_view iban) {
  char buffer[kIbanCharactersMax];
  const std::string_view text = WithoutSpaces(iban, buffer);
  if (text.size() < 5) return false;
  const IbanFormat* const format = FindIbanFormat(text.substr(0, 2));
  if (format == nullptr || !IsDigit(text[2]) || !IsDigit(text[3])) return false;
  const int check = (text[2] - '0') * 10 + (text[3] - '0');
  if (check < 2 || check > 98) return false;
  if (!HasStructure(text.substr(4), format->structure)) return false;
  return Modulo97(text.substr(0, 4), Modulo97(text.substr(4), 0)) == 1;
}

CountryCode CountryOfIban(std::string_view iban) {
  if (!IsIbanValid(iban)) return CountryCode{};
  char buffer[kIbanCharactersMax];
  return CountryCode::Parse(WithoutSpaces(iban, buffer).substr(0, 2)).value_or(CountryCode{});
}

bool IsBicValid(std::string_view bic) {
  if (!HasStructure(bic, bic.size() == 11 ? "a6c5" : "a6c2")) return false;
  return IsListedCountry(bic.substr(4, 2));
}

bool IsLeiValid(std::string_view lei) {
  if (lei.size() != kLeiCharacters || !HasStructure(lei, "c18n2")) return false;
  return Modulo97(lei, 0) == 1;
}

}  // namespace vigla
