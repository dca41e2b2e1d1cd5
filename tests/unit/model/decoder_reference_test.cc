// The decoder and a slow, plain one agree on what is a transaction, over records damaged at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/decoder.h"

namespace vigla {
namespace {

// A JSON value with its numbers as text.
struct Value {
  enum Type { kNull, kOther, kText, kNumber, kObject, kArray } type = kNull;
  std::string text;
  std::map<std::string, Value*> members;
  std::vector<Value*> elements;
};

// Builds a tree from nlohmann's events; sees duplicate keys and depth, which its own tree hides.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool is_valid = true;
  bool is_undecided = false;  // nlohmann refuses a number that is beyond a double; JSON doesn't
  Value* root = nullptr;

  bool null() override { return Add(Value::kNull, ""); }
  bool boolean(bool) override { return Add(Value::kOther, ""); }
  bool number_integer(int64_t value) override { return Add(Value::kNumber, std::to_string(value)); }
  bool number_unsigned(uint64_t value) override {
    return Add(Value::kNumber, std::to_string(value));
  }
  bool number_float(double, const std::string& text) override { return Add(Value::kNumber, text); }
  bool string(std::string& text) override { return Add(Value::kText, text); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(Value::kObject); }
  bool start_array(size_t) override { return Open(Value::kArray); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& key) override {
    if (open_.back()->members.contains(key)) is_valid = false;
    keys_.back() = key;
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception& error) override {
    is_undecided = error.id == 406;
    is_valid = false;
    return false;
  }

 private:
  Value* Place(Value::Type type, const std::string& text) {
    Value* value = &values_.emplace_back();
    value->type = type;
    value->text = text;
    if (open_.empty()) {
      root = value;
    } else if (open_.back()->type == Value::kObject) {
      open_.back()->members[keys_.back()] = value;
    } else {
      open_.back()->elements.push_back(value);
    }
    return value;
  }
  bool Add(Value::Type type, const std::string& text) {
    Place(type, text);
    return true;
  }
  bool Open(Value::Type type) {
    open_.push_back(Place(type, ""));
    keys_.emplace_back();
    if (open_.size() > 64) is_valid = false;
    return true;
  }
  bool Close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  std::deque<Value> values_;
  std::vector<Value*> open_;
  std::vector<std::string> keys_;
};

int CodePoints(const std::string& text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// 0 is no limit.
bool IsWithin(const std::string& text, const std::string& limit) {
  return limit == "0" || CodePoints(text) <= std::stoi(limit);
}

bool AreDigits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool IsDecimal(std::string text, size_t fraction_digits) {
  if (!text.empty() && text[0] == '-') text.erase(0, 1);
  const size_t point = text.find('.');
  std::string integer = text.substr(0, point);
  if (!AreDigits(integer)) return false;
  integer.erase(0, integer.find_first_not_of('0'));
  if (integer.size() > 14) return false;
  if (point == std::string::npos) return true;
  const std::string fraction = text.substr(point + 1);
  return AreDigits(fraction) && fraction.size() <= fraction_digits;
}

bool IsCapitals(const std::string& text, size_t count) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool IsTime(const Value& value) {
  if (value.type == Value::kText) return ParseTime(value.text).has_value();
  const bool is_negative = value.text[0] == '-';
  const std::string digits = value.text.substr(is_negative ? 1 : 0);
  if (!AreDigits(digits) || digits.size() > 18) return false;
  const int64_t epoch_ms = std::stoll(value.text);
  return epoch_ms >= -62'135'596'800'000 && epoch_ms <= 253'402'300'799'999;
}

// How each member is read: a letter, and for texts the limit. Members not named are free.
const std::map<std::string, std::string>& Forms() {
  static const std::map<std::string, std::string> forms = [] {
    std::map<std::string, std::string> all = {
        {"id", "t64"},
        {"time", "T"},
        {"time_precision", "wus second day"},
        {"channel", "t32"},
        {"amount", "d4"},
        {"currency", "c3"},
        {"status", "S"},
        {"purpose", "t0"},
        {"remittance", "t0"},
        {"rate", "d12"},
        {"charges", "d4"},
        {"approvers", "L0"},
        {"booked", "T"},
        {"value_date", "D"},
        {"source", "O"},
        {"version", "t0"},
        {"tenant", "t0"},
        {"location", "O"},
        {"location.lat", "n"},
        {"location.country", "c2"},
        {"source.sequence", "t0"},
        {"status.code", "wreceived authorised settled rejected cancelled"},
        {"status.reason", "t0"},
        {"kind", "wcredit_transfer instant_transfer fee cash_deposit return"}};
    for (const std::string party : {"debtor", "creditor", "ultimate_debtor"}) {
      all[party] = "O";
      all[party + ".account"] = all[party + ".party"] = "t0";
      all[party + ".name"] = "t0";
      all[party + ".country"] = all[party + ".address.country"] = "c2";
      all[party + ".address"] = "O";
      all[party + ".balance_after"] = "d4";
    }
    return all;
  }();
  return forms;
}

bool IsRight(const Value& value, const std::string& path);

bool AreMembersRight(const Value& object, const std::string& path) {
  const std::string prefix = path.empty() ? "" : path + ".";
  return std::all_of(object.members.begin(), object.members.end(), [&](const auto& member) {
    return IsRight(*member.second, prefix + member.first);
  });
}

bool IsWord(const std::string& word, const std::string& words) {
  return (" " + words + " ").find(" " + word + " ") != std::string::npos;
}

bool IsRight(const Value& value, const std::string& path) {
  const auto found = Forms().find(path);
  if (found == Forms().end() || value.type == Value::kNull) return true;
  const char form = found->second[0];
  const std::string rest = found->second.substr(1);
  const bool is_text = value.type == Value::kText;
  const bool is_number = value.type == Value::kNumber;
  if (form == 'd') return (is_text || is_number) && IsDecimal(value.text, std::stoul(rest));
  if (form == 'O' || (form == 'S' && !is_text)) {
    return value.type == Value::kObject && AreMembersRight(value, path);
  }
  if (form == 'L') {
    return value.type == Value::kArray &&
           std::all_of(value.elements.begin(), value.elements.end(), [&](const Value* element) {
             return element->type == Value::kNull ||
                    (element->type == Value::kText && IsWithin(element->text, rest));
           });
  }
  const bool takes_number = form == 'T' || form == 'n';
  if (!is_text && !(takes_number && is_number)) return false;
  if (value.text.empty()) return true;
  switch (form) {
    case 't':
      return IsWithin(value.text, rest);
    case 'n':
      return true;
    case 'T':
      return IsTime(value);
    case 'c':
      return IsCapitals(value.text, std::stoul(rest));
    case 'D':
      return ParseDate(value.text).has_value();
    case 'S':
      return IsWord(value.text, Forms().at("status.code").substr(1));
    default:
      return IsWord(value.text, rest);
  }
}

const Value* Find(const Value* object, const std::string& name) {
  const auto found = object->members.find(name);
  return found == object->members.end() ? nullptr : found->second;
}

bool IsGiven(const Value* value) { return value != nullptr && !value->text.empty(); }

bool HasAccount(const Value* record, const std::string& party) {
  const Value* object = Find(record, party);
  const Value* account = object == nullptr ? nullptr : Find(object, "account");
  return account != nullptr && account->text.find_first_not_of(' ') != std::string::npos;
}

// Whether a record is a transaction; nothing where nlohmann can't tell.
std::optional<bool> IsTransaction(const std::string& record) {
  if (record.starts_with("\xEF\xBB\xBF")) return false;  // nlohmann reads over it
  TreeBuilder tree;
  nlohmann::json::sax_parse(record, &tree);
  if (tree.is_undecided) return std::nullopt;
  if (!tree.is_valid || tree.root == nullptr || tree.root->type != Value::kObject) return false;
  const Value* root = tree.root;
  return AreMembersRight(*root, "") && IsGiven(Find(root, "id")) && IsGiven(Find(root, "time")) &&
         IsGiven(Find(root, "amount")) && IsGiven(Find(root, "currency")) &&
         (HasAccount(root, "debtor") || HasAccount(root, "creditor"));
}

// Mutated words must not become words that only one of the two knows: so no others are in them.
const std::string kRecords[] = {
    R"({"id":"t1","time":"2026-03-05T08:59:59Z","amount":"9200.00","currency":"EUR",)"
    R"("debtor":{"account":"DE02 12","country":"DE"},"kind":"fee"})",
    R"({"id":"t\u0031","time":1772701199123,"amount":12.50,"currency":"USD","channel":"atm",)"
    R"("creditor":{"account":"x","name":"\u00c4nne","address":{"country":"AT"}},)"
    R"("status":{"code":"settled","reason":"é"},"rate":"0.92","x":{"y":[1,null,true,{"z":"\n"}]}})",
    R"( { "id" : "a" , "time" : "2026-03-05" , "amount" : -1 , "currency" : "JPY" , "status" :)"
    R"("received" , "debtor" : { "account" : "A" , "balance_after" : "1.0001" } , "approvers" :)"
    R"([ "u" , "v" ] , "booked" : "2026-03-06T00:00:00+01:00" , "value_date" : "2026-03-07" ,)"
    R"("location" : { "lat" : 48.1 , "country" : "FR" } , "source" : { "sequence" : "7" } } )"};

const std::string kPieces[] = {"\"",      "\\",
                               ",",       ":",
                               "{",       "}",
                               "[",       "]",
                               " ",       "\n",
                               "null",    "true",
                               "\"\"",    "0",
                               "-",       ".",
                               "e",       "1",
                               "\\u",     "\\u0069d",
                               "\xC3",    "\x80",
                               "\x01",    "\"id\":\"b\",",
                               "[[[[",    "]]]]",
                               "{}",      "\"x\":1,",
                               "é",       "\\ud83d",
                               "\\ude00", "\"amount\":1,",
                               "\"a\":{", "99999999999999999",
                               "0.00001", "\\n",
                               "/",       "\\/"};

std::string Damage(std::string text, std::mt19937_64* random) {
  const auto below = [random](size_t limit) { return static_cast<size_t>((*random)() % limit); };
  for (size_t i = 0, edits = 1 + below(4) / 3; i < edits && !text.empty(); ++i) {
    const size_t at = below(text.size());
    switch (below(8)) {
      case 0:
        text.erase(at, 1 + below(4));
        break;
      case 1:
        text[at] = static_cast<char>((*random)());
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), 1 + below(30)));
        break;
      case 3:
        text.resize(at);
        break;
      case 4:
      case 5:
        text[at] = static_cast<char>('0' + below(75));
        break;
      default:
        text.insert(at, kPieces[below(std::size(kPieces))]);
    }
  }
  return text;
}

TEST(DecoderAgainstReference, AgreesOnDamagedRecords) {
  const KeyedHasher hasher("key");
  Decoder decoder(&hasher);
  Arena arena;
  Transaction transaction;
  std::mt19937_64 random(2026);
  int accepted = 0;
  for (const std::string& record : kRecords) ASSERT_EQ(IsTransaction(record), true) << record;
  for (int round = 0; round < 150'000; ++round) {
    arena.Reset();
    const std::string record = Damage(kRecords[round % std::size(kRecords)], &random);
    const std::optional<bool> expected = IsTransaction(record);
    const Rejection rejection = decoder.Decode(record, &arena, &transaction);
    if (!expected) continue;
    ASSERT_EQ(rejection.code == RejectCode::kNone, *expected)
        << RejectCodeName(rejection.code) << " " << rejection.field << "\n"
        << record;
    accepted += *expected ? 1 : 0;
  }
  EXPECT_GT(accepted, 10'000) << "else the damage is too great to test anything";
}

}  // namespace
}  // namespace vigla
