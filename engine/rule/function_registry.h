// Tables behind the identifier functions: the IBAN registry and the countries. Cold.
#pragma once

#include <string_view>

namespace vigla {

struct IbanFormat {
  std::string_view country;
  std::string_view structure;  // "n8c12": eight digits, then twelve digits or capitals
};

// nullptr for a country whose accounts have no IBAN.
const IbanFormat* FindIbanFormat(std::string_view country);
// Whether ISO 3166-1 lists the two capitals (or they are XK).
bool IsListedCountry(std::string_view country);

}  // namespace vigla
