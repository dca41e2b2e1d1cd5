// The reason text of an alert: a rule's words with its figures in them. Warm.
#include "engine/rule/reason.h"

namespace vigla {

void AppendHole(const ReasonPart& part, const Value& value, CurrencyCode base, std::string* out) {
  if (!value.known && part.fallback) {
    *out += *part.fallback;
  } else {
    *out += FormatValue(value, base);
  }
}

}  // namespace vigla
