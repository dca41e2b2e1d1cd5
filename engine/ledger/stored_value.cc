// A field's value as the text that an extra column keeps, and back. Warm.
//   string, channel   the text
//   account           16 bytes of hash, then the text
//   decimal and such  the numerator, '/', the scale
//   list              each item's length as a varint, and the item
//   all others        the integer
#include "engine/ledger/stored_value.h"

#include <charconv>

#include "engine/base/check.h"
#include "engine/ledger/byte_codec.h"
#include "engine/model/money.h"

namespace vigla {
namespace {

constexpr size_t kHashBytes = 16;
constexpr int kIntegerDigitsMax = 38;
constexpr int kScaleMax = 18;

Value ReadNumber(ValueType type, std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return Value::Unknown(type);
  const ParsedDecimal numerator = ParseDecimal(text.substr(0, slash), kIntegerDigitsMax, 0);
  int scale = -1;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, scale);
  if (numerator.error != DecimalError::kNone || parsed.ec != std::errc() || parsed.ptr != end ||
      scale < 0 || scale > kScaleMax) {
    return Value::Unknown(type);
  }
  return Value::Numeric(type, Number::Scaled(numerator.value, scale));
}

Value ReadInteger(ValueType type, std::string_view text) {
  int64_t integer = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, integer);
  if (parsed.ec != std::errc() || parsed.ptr != end) return Value::Unknown(type);
  return Value::Integer(type, integer);
}

}  // namespace

void AppendStoredValue(const Value& value, std::string* out) {
  CHECK(value.known);
  ByteWriter writer(out);
  switch (value.type) {
    case ValueType::kString:
    case ValueType::kChannel: writer.Bytes(value.text); break;
    case ValueType::kAccount:
      writer.Hash(value.hash);
      writer.Bytes(value.text);
      break;
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney:
      CHECK(value.number.denominator == 1);
      writer.Bytes(FormatDecimal(value.number.numerator, 0, 0, 0));
      writer.Bytes("/" + std::to_string(value.number.scale));
      break;
    case ValueType::kList:
      for (int64_t i = 0; i < value.integer; ++i) writer.Text(value.items[i]);
      break;
    default: writer.Bytes(std::to_string(value.integer)); break;
  }
}

Value ReadStoredValue(ValueType type, std::string_view text,
                      std::vector<std::string_view>* items) {
  if (text.empty()) return Value::Unknown(type);
  switch (type) {
    case ValueType::kString:
    case ValueType::kChannel: return Value::Text(type, text);
    case ValueType::kAccount: {
      if (text.size() < kHashBytes) return Value::Unknown(type);
      return Value::Account(ByteReader(text).Hash(), text.substr(kHashBytes));
    }
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney: return ReadNumber(type, text);
    case ValueType::kList: {
      items->clear();
      ByteReader reader(text);
      while (reader.ok() && !reader.AtEnd()) items->push_back(reader.Text());
      return reader.ok() ? Value::Items(*items) : Value::Unknown(type);
    }
    default: return ReadInteger(type, text);
  }
}

}  // namespace vigla
