// Each field of the native form is read as the plan says, and each fault has its code.
#include "engine/model/decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/model/subject.h"

namespace vigla {
namespace {

class DecoderTest : public ::testing::Test {
 protected:
  // The record with the required fields and `more` (", \"x\": 1") besides.
  static std::string With(std::string_view more) {
    return R"({"id":"t1","time":"2026-03-05T08:59:59Z","amount":"9200.00","currency":"EUR",)"
           R"("debtor":{"account":"DE02"})" +
           std::string(more) + "}";
  }

  // In place as well, with the same outcome, which changes no record.
  Rejection Decode(std::string_view record) {
    Transaction in_place;
    std::string padded(record);
    padded.append(Decoder::kPaddingBytes, '"');
    const Rejection rejection = decoder_.DecodeInPlace(
        std::string_view(padded).substr(0, record.size()), &arena_, &in_place);
    EXPECT_EQ(padded.substr(0, record.size()), record);
    const Rejection expected = decoder_.Decode(record, &arena_, &transaction_);
    EXPECT_EQ(rejection.code, expected.code);
    EXPECT_EQ(rejection.field, expected.field);
    if (expected.code == RejectCode::kNone) {
      EXPECT_EQ(in_place.id, transaction_.id);
      EXPECT_EQ(in_place.debtor.account, transaction_.debtor.account);
      EXPECT_EQ(in_place.channel, transaction_.channel);
    }
    return expected;
  }

  // "code field", or "" if the record is accepted.
  std::string Fault(std::string_view record) {
    const Rejection rejection = Decode(record);
    if (rejection.code == RejectCode::kNone) return "";
    return std::string(RejectCodeName(rejection.code)) + " " + std::string(rejection.field);
  }

  KeyedHasher hasher_{"key"};
  Decoder decoder_{&hasher_};
  Arena arena_;
  Transaction transaction_;
};

TEST_F(DecoderTest, ReadsTheLeastThatARecordMayHold) {
  ASSERT_EQ(Fault(With("")), "");
  EXPECT_EQ(transaction_.id, "t1");
  EXPECT_EQ(FormatTime(transaction_.time), "2026-03-05T08:59:59.000000Z");
  EXPECT_EQ(transaction_.precision, TimePrecision::kMicrosecond);
  EXPECT_EQ(transaction_.amount.ten_thousandths, 92'000'000);
  EXPECT_EQ(transaction_.amount_fraction_digits, 2);
  EXPECT_EQ(transaction_.currency.Text(), "EUR");
  EXPECT_EQ(transaction_.kind, Kind::kCreditTransfer);
  EXPECT_EQ(transaction_.status, StatusCode::kSettled);
  EXPECT_EQ(transaction_.debtor.account, "DE02");
  EXPECT_EQ(transaction_.debtor.account_hash,
            IdentityHash(hasher_, static_cast<uint8_t>(SubjectKind::kAccount), "", "DE02"));
  EXPECT_TRUE(transaction_.creditor.account.empty());
  EXPECT_TRUE(transaction_.creditor.account_hash.IsZero());
  EXPECT_EQ(transaction_.channel, "");
  EXPECT_EQ(transaction_.tenant, "");
  EXPECT_EQ(transaction_.details, nullptr);
  EXPECT_EQ(transaction_.debtor.details, nullptr);
}

TEST_F(DecoderTest, ReadsEveryFieldOfTheTable) {
  ASSERT_EQ(Fault(R"({
    "id": "t2", "time": 1772701199123, "time_precision": "second", "kind": "cash_deposit",
    "status": {"code": "authorised", "reason": "limit"}, "channel": "Branch",
    "amount": 12.5, "currency": "USD",
    "debtor": {"account": "de02 1203", "account_type": "current", "party": "P 1", "type": "person",
      "name": "Änne", "country": "DE", "agent": "BYLADEM1001", "lei": "L",
      "birth_date": "1980-01-01",
      "address": {"street": "S", "town": "T", "country": "AT"}, "balance_after": "-1.5"},
    "creditor": {"account": "x", "party": "p2"},
    "ultimate_debtor": {"account": "ud"}, "ultimate_creditor": {"party": "uc"},
    "intermediaries": [{"account": "i1", "agent": "A"}, null, {"account": "i2"}],
    "initiating_party": {"name": "I"},
    "purpose": "SALA", "remittance": "r", "end_to_end_id": "e", "uetr": "u",
    "instructed_amount": "13", "instructed_currency": "CHF", "rate": "0.000000000001",
    "charges": 0.25, "original_id": "t1", "version": "2", "replaces": "t0",
    "booked": "2026-03-06", "value_date": "2026-03-07", "tz": "Europe/Berlin",
    "source": {"system": "core", "business_date": "2026-03-05", "sequence": "77"},
    "device": {"id": "d", "ip": "10.0.0.1", "country": "FR"},
    "merchant": {"id": "m", "category": "5411"}, "card": "c",
    "location": {"branch": "b", "region": "r", "country": "IT", "lat": 48.137430001, "lon": "11.5"},
    "initiator": "user1", "approvers": ["a1", "", "a2"], "approval_limit": 500,
    "invoice": {"number": "n", "date": "2026-01-01", "po": "p"}, "batch": "b1", "tenant": "bank1"
  })"),
            "");
  const Transaction& t = transaction_;
  EXPECT_EQ(FormatTime(t.time), "2026-03-05T08:59:59.123000Z");
  EXPECT_EQ(t.precision, TimePrecision::kSecond);
  EXPECT_EQ(t.kind, Kind::kCashDeposit);
  EXPECT_EQ(t.status, StatusCode::kAuthorised);
  EXPECT_EQ(t.channel, "Branch");
  EXPECT_EQ(t.amount.ten_thousandths, 125'000);
  EXPECT_EQ(t.amount_fraction_digits, 1);
  EXPECT_EQ(t.tenant, "bank1");
  EXPECT_EQ(t.debtor.account, "DE021203");
  EXPECT_EQ(t.debtor.party, "P 1") << "as given";
  EXPECT_EQ(t.debtor.country.Text(), "DE");
  EXPECT_EQ(t.debtor.account_hash, IdentityHash(hasher_, 1, "bank1", "DE021203"));
  ASSERT_NE(t.debtor.details, nullptr);
  const PartyDetails& party = *t.debtor.details;
  EXPECT_EQ(party.account_type, "current");
  EXPECT_EQ(party.type, "person");
  EXPECT_EQ(party.name, "Änne");
  EXPECT_EQ(party.agent, "BYLADEM1001");
  EXPECT_EQ(party.lei, "L");
  EXPECT_EQ(party.birth_date, "1980-01-01");
  EXPECT_EQ(party.address.street, "S");
  EXPECT_EQ(party.address.town, "T");
  EXPECT_EQ(party.address.country.Text(), "AT");
  EXPECT_EQ(party.balance_after->ten_thousandths, -15'000);
  EXPECT_EQ(t.creditor.account, "X");
  EXPECT_EQ(t.creditor.details, nullptr);
  ASSERT_NE(t.details, nullptr);
  const TransactionDetails& d = *t.details;
  EXPECT_EQ(d.status_reason, "limit");
  EXPECT_EQ(d.ultimate_debtor.account, "UD");
  EXPECT_EQ(d.ultimate_debtor.account_hash, IdentityHash(hasher_, 1, "bank1", "UD"));
  EXPECT_EQ(d.ultimate_creditor.party, "uc");
  EXPECT_EQ(d.initiating_party.details->name, "I");
  ASSERT_EQ(d.intermediaries.size(), 2U);
  EXPECT_EQ(d.intermediaries[0].account, "I1");
  EXPECT_EQ(d.intermediaries[0].details->agent, "A");
  EXPECT_EQ(d.intermediaries[1].account, "I2");
  EXPECT_EQ(d.intermediaries[1].account_hash, IdentityHash(hasher_, 1, "bank1", "I2"));
  EXPECT_EQ(d.purpose, "SALA");
  EXPECT_EQ(d.remittance, "r");
  EXPECT_EQ(d.end_to_end_id, "e");
  EXPECT_EQ(d.uetr, "u");
  EXPECT_EQ(d.instructed_amount->ten_thousandths, 130'000);
  EXPECT_EQ(d.instructed_currency.Text(), "CHF");
  EXPECT_TRUE(*d.rate == 1) << "at 12 fraction digits";
  EXPECT_EQ(d.charges->ten_thousandths, 2'500);
  EXPECT_EQ(d.original_id, "t1");
  EXPECT_EQ(d.version, "2");
  EXPECT_EQ(d.replaces, "t0");
  EXPECT_EQ(FormatTime(*d.booked), "2026-03-06T00:00:00.000000Z");
  EXPECT_EQ(FormatDate(*d.value_date), "2026-03-07");
  EXPECT_EQ(d.tz, "Europe/Berlin");
  EXPECT_EQ(d.source_system, "core");
  EXPECT_EQ(d.source_business_date, "2026-03-05");
  EXPECT_EQ(d.source_sequence, "77");
  EXPECT_EQ(d.device, "d");
  EXPECT_EQ(d.device_ip, "10.0.0.1");
  EXPECT_EQ(d.device_country.Text(), "FR");
  EXPECT_EQ(d.merchant, "m");
  EXPECT_EQ(d.merchant_category, "5411");
  EXPECT_EQ(d.card, "c");
  EXPECT_EQ(d.location_branch, "b");
  EXPECT_EQ(d.location_region, "r");
  EXPECT_EQ(d.location_country.Text(), "IT");
  EXPECT_EQ(d.location_latitude, "48.137430001");
  EXPECT_EQ(d.location_longitude, "11.5");
  EXPECT_EQ(d.initiator, "user1");
  ASSERT_EQ(d.approvers.size(), 2U);
  EXPECT_EQ(d.approvers[1], "a2");
  EXPECT_EQ(d.approval_limit->ten_thousandths, 5'000'000);
  EXPECT_EQ(d.invoice_number, "n");
  EXPECT_EQ(d.invoice_date, "2026-01-01");
  EXPECT_EQ(d.invoice_purchase_order, "p");
  EXPECT_EQ(d.batch, "b1");
  EXPECT_TRUE(d.attributes.empty());
}

TEST_F(DecoderTest, LeavesNothingOfTheRecordBefore) {
  ASSERT_EQ(Fault(With(R"(,"tenant":"t","purpose":"p","x":1,"intermediaries":[{"account":"i"}],
                          "time_precision":"day","status":"rejected")")),
            "");
  ASSERT_NE(transaction_.details, nullptr);
  ASSERT_NE(Fault("{"), "");
  ASSERT_EQ(Fault(With("")), "");
  EXPECT_EQ(transaction_.details, nullptr);
  EXPECT_EQ(transaction_.tenant, "");
  EXPECT_EQ(transaction_.precision, TimePrecision::kMicrosecond);
  EXPECT_EQ(transaction_.status, StatusCode::kSettled);
}

TEST_F(DecoderTest, RecordNeedNotOutliveTheCall) {
  std::string record = With(R"(,"purpose":"a\nb","k":"v")");
  ASSERT_EQ(Fault(record), "");
  record.assign(record.size(), '#');
  EXPECT_EQ(transaction_.id, "t1");
  EXPECT_EQ(transaction_.details->purpose, "a\nb");
  EXPECT_EQ(transaction_.details->attributes[0].text, "v");
}

TEST_F(DecoderTest, TextsOfARecordReadInPlaceAreItsOwn) {
  const std::string record = With(R"(,"channel":"atm")");
  std::string padded = record + std::string(Decoder::kPaddingBytes, '"');
  const std::string_view view = std::string_view(padded).substr(0, record.size());
  ASSERT_EQ(decoder_.DecodeInPlace(view, &arena_, &transaction_).code, RejectCode::kNone);
  EXPECT_EQ(transaction_.channel, "atm");
  EXPECT_EQ(transaction_.channel.data(), padded.data() + record.find("atm"));
  EXPECT_EQ(view, record);
}

TEST_F(DecoderTest, StatusIsAnObjectOrItsCode) {
  ASSERT_EQ(Fault(With(R"(,"status":"rejected")")), "");
  EXPECT_EQ(transaction_.status, StatusCode::kRejected);
  ASSERT_EQ(Fault(With(R"(,"status":{"code":"received"})")), "");
  EXPECT_EQ(transaction_.status, StatusCode::kReceived);
  for (const std::string_view absent : {"null", R"("")", "{}", R"({"code":null,"reason":""})"}) {
    ASSERT_EQ(Fault(With(R"(,"status":)" + std::string(absent))), "");
    EXPECT_EQ(transaction_.status, StatusCode::kSettled);
  }
  EXPECT_EQ(Fault(With(R"(,"status":"done")")), "unknown_word status");
  EXPECT_EQ(Fault(With(R"(,"status":{"code":"done"})")), "unknown_word status.code");
  EXPECT_EQ(Fault(With(R"(,"status":2)")), "wrong_type status");
  EXPECT_EQ(Fault(With(R"(,"status":["settled"])")), "wrong_type status");
}

TEST_F(DecoderTest, BareDateHasDayPrecisionWhateverIsStated) {
  const auto record = [](std::string_view time) {
    return R"({"time_precision":"us","id":"a","amount":1,"currency":"EUR",)"
           R"("creditor":{"account":"a"},)"
           R"("time":)" +
           std::string(time) + "}";
  };
  ASSERT_EQ(Fault(record(R"("2026-03-05")")), "");
  EXPECT_EQ(transaction_.precision, TimePrecision::kDay);
  EXPECT_EQ(FormatTime(transaction_.time), "2026-03-05T00:00:00.000000Z");
  ASSERT_EQ(Fault(record(R"("2026-03-05T00:00:00Z")")), "");
  EXPECT_EQ(transaction_.precision, TimePrecision::kMicrosecond);
  ASSERT_EQ(Fault(record("-1")), "");
  EXPECT_EQ(FormatTime(transaction_.time), "1969-12-31T23:59:59.999000Z");
  EXPECT_EQ(Fault(record("1.5")), "invalid_time time");
  EXPECT_EQ(Fault(record("1e3")), "invalid_time time");
  EXPECT_EQ(Fault(record("253402300800000")), "invalid_time time");
  EXPECT_EQ(Fault(record("99999999999999999999")), "invalid_time time");
  EXPECT_EQ(Fault(record(R"("1772701199123")")), "invalid_time time");
  EXPECT_EQ(Fault(record("true")), "wrong_type time");
  EXPECT_EQ(Fault(record("null")), "missing_field time");
  EXPECT_EQ(Fault(record(R"("")")), "missing_field time");
}

TEST_F(DecoderTest, AmountsComeFromTheirTextNeverThroughADouble) {
  const auto record = [](std::string_view amount) {
    return R"({"id":"a","time":0,"currency":"EUR","creditor":{"account":"a"},"amount":)" +
           std::string(amount) + "}";
  };
  for (const std::string_view amount : {"12345678901234.5678", R"("12345678901234.5678")"}) {
    ASSERT_EQ(Fault(record(amount)), "");
    EXPECT_EQ(transaction_.amount.ten_thousandths, 123'456'789'012'345'678);
    EXPECT_EQ(transaction_.amount_fraction_digits, 4);
  }
  ASSERT_EQ(Fault(record("-0.10")), "");
  EXPECT_EQ(transaction_.amount.ten_thousandths, -1'000);
  EXPECT_EQ(Fault(record("1e3")), "invalid_amount amount");
  EXPECT_EQ(Fault(record(R"("1e3")")), "invalid_amount amount");
  EXPECT_EQ(Fault(record(R"("")")), "invalid_amount amount");
  EXPECT_EQ(Fault(record(R"(" 1")")), "invalid_amount amount");
  EXPECT_EQ(Fault(record("1.00001")), "amount_digits amount");
  EXPECT_EQ(Fault(record("123456789012345")), "amount_digits amount");
  EXPECT_EQ(Fault(record("1" + std::string(400, '0'))), "amount_digits amount");
  EXPECT_EQ(Fault(record("null")), "missing_field amount");
  EXPECT_EQ(Fault(record("[1]")), "wrong_type amount");
  EXPECT_EQ(Fault(record("true")), "wrong_type amount");
  EXPECT_EQ(Fault(record("01")), "syntax ") << "no JSON number";
  EXPECT_EQ(Fault(record("+1")), "syntax ");
  EXPECT_EQ(Fault(record("1.")), "syntax ");
  EXPECT_EQ(Fault(record("NaN")), "syntax ");
  EXPECT_EQ(Fault(record("-")), "syntax ");
}

TEST_F(DecoderTest, DecimalsHaveFourFractionDigitsAndRatesTwelve) {
  EXPECT_EQ(Fault(With(R"(,"rate":"1.123456789012")")), "");
  EXPECT_EQ(Fault(With(R"(,"rate":"1.1234567890123")")), "amount_digits rate");
  EXPECT_EQ(Fault(With(R"(,"charges":"1.12345")")), "amount_digits charges");
  EXPECT_EQ(Fault(With(R"(,"charges":"")")), "invalid_amount charges");
  EXPECT_EQ(Fault(With(R"(,"charges":null)")), "");
  EXPECT_FALSE(transaction_.details != nullptr && transaction_.details->charges);
  EXPECT_EQ(Fault(With(R"(,"creditor":{"balance_after":"x"})")),
            "invalid_amount creditor.balance_after");
}

TEST_F(DecoderTest, NullAndEmptyAreAbsent) {
  ASSERT_EQ(Fault(With(R"(,"kind":"","channel":null,"creditor":{"account":"","country":"",
      "address":null,"name":null},"source":null,"value_date":"","booked":"","approvers":null,
      "intermediaries":[],"instructed_currency":"","location":{"lat":null,"lon":""})")),
            "");
  EXPECT_EQ(transaction_.kind, Kind::kCreditTransfer);
  EXPECT_EQ(transaction_.details, nullptr) << "nothing was given";
  EXPECT_EQ(transaction_.creditor.details, nullptr);
  EXPECT_TRUE(transaction_.creditor.account_hash.IsZero());
}

TEST_F(DecoderTest, RequiredFieldsAreRequired) {
  const auto without = [](std::string_view pair) {
    std::string record = With("");
    const size_t at = record.find(pair);
    return record.replace(at, pair.size(), R"("z":0)");
  };
  EXPECT_EQ(Fault(without(R"("id":"t1")")), "missing_field id");
  EXPECT_EQ(Fault(without(R"("time":"2026-03-05T08:59:59Z")")), "missing_field time");
  EXPECT_EQ(Fault(without(R"("amount":"9200.00")")), "missing_field amount");
  EXPECT_EQ(Fault(without(R"("currency":"EUR")")), "missing_field currency");
  EXPECT_EQ(Fault(without(R"("debtor":{"account":"DE02"})")), "missing_field debtor.account");
  EXPECT_EQ(Fault(without(R"("account":"DE02")")), "missing_field debtor.account");
  EXPECT_EQ(Fault("{}"), "missing_field id");
  std::string blank = With("");
  blank.replace(blank.find("DE02"), 4, "    ");
  EXPECT_EQ(Fault(blank), "missing_field debtor.account") << "nothing is left of spaces";
}

TEST_F(DecoderTest, WrongTypesAreRefused) {
  for (const std::string_view field : {"id", "kind", "channel", "currency", "purpose", "version",
                                       "card", "tenant", "value_date", "time_precision"}) {
    for (const std::string_view value : {"1", "true", "{}", "[]"}) {
      const std::string more = R"("z":0,")" + std::string(field) + R"(":)" + std::string(value);
      EXPECT_EQ(Fault("{" + more + "}"), "wrong_type " + std::string(field));
    }
  }
  EXPECT_EQ(Fault(With(R"(,"creditor":"DE03")")), "wrong_type creditor");
  EXPECT_EQ(Fault(With(R"(,"creditor":{"account":7})")), "wrong_type creditor.account");
  EXPECT_EQ(Fault(With(R"(,"creditor":{"address":{"town":7}})")),
            "wrong_type creditor.address.town");
  EXPECT_EQ(Fault(With(R"(,"source":{"sequence":7})")), "wrong_type source.sequence");
  EXPECT_EQ(Fault(With(R"(,"source":[])")), "wrong_type source");
  EXPECT_EQ(Fault(With(R"(,"approvers":"a")")), "wrong_type approvers");
  EXPECT_EQ(Fault(With(R"(,"approvers":[1])")), "wrong_type approvers");
  EXPECT_EQ(Fault(With(R"(,"intermediaries":{})")), "wrong_type intermediaries");
  EXPECT_EQ(Fault(With(R"(,"intermediaries":[1])")), "wrong_type intermediaries");
  EXPECT_EQ(Fault(With(R"(,"intermediaries":[{"account":1}])")),
            "wrong_type intermediaries.account");
}

TEST_F(DecoderTest, ClosedVocabulariesAndCodes) {
  EXPECT_EQ(Fault(With(R"(,"kind":"Fee")")), "unknown_word kind");
  EXPECT_EQ(Fault(With(R"(,"time_precision":"ms")")), "unknown_word time_precision");
  EXPECT_EQ(Fault(With(R"(,"instructed_currency":"eur")")), "invalid_currency instructed_currency");
  EXPECT_EQ(Fault(With(R"(,"instructed_currency":"QQQ")")), "") << "listed or not";
  EXPECT_EQ(Fault(With(R"(,"creditor":{"country":"DEU"})")), "invalid_country creditor.country");
  EXPECT_EQ(Fault(With(R"(,"device":{"country":"de"})")), "invalid_country device.country");
  EXPECT_EQ(Fault(With(R"(,"value_date":"2026-02-30")")), "invalid_date value_date");
  EXPECT_EQ(Fault(With(R"(,"booked":"yesterday")")), "invalid_time booked");
}

TEST_F(DecoderTest, LengthsCountCodePoints) {
  const auto text = [](std::string_view piece, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += piece;
    return all;
  };
  const auto id = [](const std::string& id) {
    return R"({"time":0,"amount":1,"currency":"EUR","debtor":{"account":"a"},"id":")" + id + "\"}";
  };
  EXPECT_EQ(Fault(id(text("x", 64))), "");
  EXPECT_EQ(Fault(id(text("x", 65))), "too_long id");
  EXPECT_EQ(Fault(id(text("😀", 64))), "");
  EXPECT_EQ(Fault(id(text("😀", 65))), "too_long id");
  EXPECT_EQ(Fault(id(text("\\ud83d\\ude00", 64))), "");
  EXPECT_EQ(Fault(With(R"(,"channel":")" + text("ü", 32) + "\"")), "");
  EXPECT_EQ(Fault(With(R"(,"channel":")" + text("ü", 33) + "\"")), "too_long channel");
  // Nothing else has a limit of its own: a long name must not hide a payment from surveillance.
  EXPECT_EQ(Fault(With(R"(,"remittance":")" + text("r", 100'000) + "\"")), "");
  EXPECT_EQ(Fault(With(R"(,"creditor":{"name":")" + text("n", 2000) + "\"}")), "");
  EXPECT_EQ(Fault(With(R"(,"approvers":[")" + text("n", 500) + "\"]")), "");
  const std::string account = text("A", 100'000);
  EXPECT_EQ(Fault(With(R"(,"creditor":{"account":")" + account + "\"}")), "");
  EXPECT_EQ(transaction_.creditor.account_hash,
            IdentityHash(hasher_, static_cast<uint8_t>(SubjectKind::kAccount), "", account));
}

TEST_F(DecoderTest, UnknownFieldsAreReachableByPath) {
  ASSERT_EQ(Fault(With(R"(,"loyalty":{"tier":"gold","points":1.50e3,"since":{"year":"2001"},
      "list":[{"a":"b"}],"none":null,"yes":true,"empty":""},
      "creditor":{"iban_owner":"X"},"source":{"file":{"name":"f"}},"a.b":"dotted",
      "intermediaries":[{"hidden":"x"}],"flag":false)")),
            "");
  std::string all;
  for (const Attribute& attribute : transaction_.details->attributes) {
    all.append(attribute.path).append("=").append(attribute.text).append(";");
  }
  EXPECT_EQ(all,
            "loyalty.tier=gold;loyalty.points=1.50e3;loyalty.since.year=2001;"
            "creditor.iban_owner=X;source.file.name=f;a.b=dotted;");
}

TEST_F(DecoderTest, AttributesAreBounded) {
  std::string more;
  for (int i = 0; i < 5000; ++i) more += ",\"f" + std::to_string(i) + "\":" + std::to_string(i);
  more += ",\"" + std::string(200, 'k') + "\":{\"a\":1}";
  ASSERT_EQ(Fault(With(more)), "") << "what goes beyond is unreachable, not refused";
  ASSERT_EQ(transaction_.details->attributes.size(), 1024U);
  EXPECT_EQ(transaction_.details->attributes[1023].path, "f1023");
}

TEST_F(DecoderTest, HostileBytesHaveTheirCode) {
  EXPECT_EQ(Fault(""), "empty ");
  EXPECT_EQ(Fault(" \t\r\n"), "empty ");
  EXPECT_EQ(Fault("\xEF\xBB\xBF" + With("")), "syntax ") << "byte order mark";
  EXPECT_EQ(Fault(With(",\"x\":\"\xC3\"")), "invalid_utf8 ");
  EXPECT_EQ(Fault(With(",\"x\":\"\xED\xA0\x80\"")), "invalid_utf8 ");
  EXPECT_EQ(Fault("\xFF"), "invalid_utf8 ");
  EXPECT_EQ(Fault("{\"\xFF"), "invalid_utf8 ") << "an open string is the lesser fault";
  EXPECT_EQ(Fault("[]"), "not_an_object ");
  EXPECT_EQ(Fault("\"x\""), "not_an_object ");
  EXPECT_EQ(Fault("12"), "not_an_object ");
  EXPECT_EQ(Fault("null"), "not_an_object ");
  EXPECT_EQ(Fault("hello"), "syntax ");
  EXPECT_EQ(Fault("}"), "syntax ");
  EXPECT_EQ(Fault(With("") + "x"), "trailing_bytes ");
  EXPECT_EQ(Fault(With("") + With("")), "trailing_bytes ");
  EXPECT_EQ(Fault(With("") + std::string(1, '\0')), "trailing_bytes ");
  EXPECT_EQ(Fault(With("") + " \r\n\t"), "") << "white space is no byte too many";
  const std::string whole = With(R"(,"x":{"y":[1,"z"]})");
  for (size_t bytes = 1; bytes < whole.size(); ++bytes) {
    ASSERT_EQ(Fault(whole.substr(0, bytes)), "syntax ") << bytes;
  }
}

TEST_F(DecoderTest, SyntaxIsCheckedInWhatNobodyReads) {
  for (const std::string_view value : {"tru",
                                       "nul",
                                       "nulll",
                                       "True",
                                       "01",
                                       "1.",
                                       ".5",
                                       "-",
                                       "1e",
                                       "1e+",
                                       "0x1",
                                       "NaN",
                                       "Infinity",
                                       "[1,]",
                                       "[,1]",
                                       "[1 2]",
                                       "[1",
                                       "{\"a\"}",
                                       "{\"a\":}",
                                       "{\"a\":1,}",
                                       "{a:1}",
                                       "{\"a\" 1}",
                                       "{1:1}",
                                       "'a'",
                                       R"("\x")",
                                       R"("\u12")",
                                       R"("\u12g4")",
                                       R"("\ud800")",
                                       R"("\udc00")",
                                       R"("\ud800\u0041")",
                                       R"("\ud800x")",
                                       "\"a\nb\"",
                                       "\"a\x01\"",
                                       "\"a\" \"b\"",
                                       "1 2",
                                       "\"a\"b",
                                       "/*c*/1",
                                       "",
                                       "]",
                                       ":",
                                       "\x0c"
                                       "1",
                                       "1\x0c",
                                       "\x1a"}) {
    EXPECT_EQ(Fault(With(",\"x\":" + std::string(value))), "syntax ") << value;
    EXPECT_EQ(Fault(With(",\"x\":[{\"y\":" + std::string(value) + "}]")), "syntax ") << value;
    EXPECT_EQ(Fault(With(",\"purpose\":" + std::string(value))), "syntax ") << value;
  }
  for (const std::string_view value :
       {"1e400", "-0", "0.0E-7", "123456789012345678901234567890", R"("\ud83d\ude00\u00e9\/\b")",
        "[]", "[[],{}]", "{}", " [ 1 , 2 ] ", "\"\x7f\""}) {
    EXPECT_EQ(Fault(With(",\"x\":" + std::string(value))), "") << value;
  }
  EXPECT_EQ(Fault(With(",")), "syntax ");
  EXPECT_EQ(Fault("{,}"), "syntax ");
}

TEST_F(DecoderTest, EscapesAreUndone) {
  ASSERT_EQ(Fault(With(R"(,"purpose":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00\u0000z")")),
            "");
  EXPECT_EQ(transaction_.details->purpose, std::string_view("\"\\/\b\f\n\r\tAé€😀\0z", 20));
}

TEST_F(DecoderTest, DuplicateKeysAreRefusedAtEveryDepth) {
  EXPECT_EQ(Fault(With(R"(,"id":"t1")")), "duplicate_key id");
  EXPECT_EQ(Fault(With(R"(,"\u0069d":"t1")")), "duplicate_key id") << "the same key, escaped";
  EXPECT_EQ(Fault(With(R"(,"x":1,"x":2)")), "duplicate_key ");
  EXPECT_EQ(Fault(With(R"(,"x":1,"y":2,"\u0078":3)")), "duplicate_key ");
  EXPECT_EQ(Fault(With(R"(,"creditor":{"account":"a","account":null})")),
            "duplicate_key creditor.account");
  EXPECT_EQ(Fault(With(R"(,"creditor":{"address":{"town":"a","town":"a"}})")),
            "duplicate_key creditor.address.town");
  EXPECT_EQ(Fault(With(R"(,"x":{"y":[{"z":1,"z":1}]})")), "duplicate_key ");
  EXPECT_EQ(Fault(With(R"(,"x":[[{"z":1,"w":{"z":2}},{"z":1}]],"z":3)")), "") << "each its own";
  EXPECT_EQ(Fault(With(R"(,"":1,"":2)")), "duplicate_key ");
  EXPECT_EQ(Fault(With(R"(,"purpose":null,"purpose":"p")")), "duplicate_key purpose");
}

TEST_F(DecoderTest, DuplicatesAmongVeryManyKeysAreFoundInTime) {
  std::string more;
  for (int i = 0; i < 70'000; ++i) more += ",\"f" + std::to_string(i) + "\":1";
  EXPECT_EQ(Fault(With(more)), "");
  EXPECT_EQ(Fault(With(more + ",\"f35000\":1")), "duplicate_key ");
}

TEST_F(DecoderTest, DepthIsAtMostSixtyFour) {
  const auto nested = [](int levels) {
    return With(",\"x\":" + std::string(levels, '[') + std::string(levels, ']'));
  };
  EXPECT_EQ(Fault(nested(63)), "") << "with the record itself 64";
  EXPECT_EQ(Fault(nested(64)), "depth ");
  EXPECT_EQ(Fault(nested(100'000)), "depth ");
  EXPECT_EQ(Fault(std::string(100'000, '[')), "depth ");
  std::string objects = "1";
  for (int i = 0; i < 64; ++i) objects = "{\"x\":" + objects + "}";
  EXPECT_EQ(Fault(objects), "missing_field id") << "64 levels are no fault";
  EXPECT_EQ(Fault("{\"x\":" + objects + "}"), "depth ");
}

TEST_F(DecoderTest, SizeIsAtMostOneMebibyte) {
  std::string record = With(",\"x\":\"\"");
  record.insert(record.size() - 2, std::string(Decoder::kRecordBytesMax - record.size(), 'x'));
  ASSERT_EQ(record.size(), Decoder::kRecordBytesMax);
  EXPECT_EQ(Fault(record), "");
  EXPECT_EQ(Fault(record + " "), "too_large ");
}

TEST_F(DecoderTest, FaultsOfTheTextOutrankFaultsOfFields) {
  EXPECT_EQ(Fault(R"({"id":1,"x":tru})"), "syntax ");
  EXPECT_EQ(Fault(R"({"id":1} x)"), "trailing_bytes ");
  EXPECT_EQ(Fault(R"({"id":1,"amount":"x"})"), "wrong_type id") << "the first of the fields'";
}

TEST_F(DecoderTest, RejectionsSayWhatToDoAndNeverTheValue) {
  for (int code = 1; code <= static_cast<int>(RejectCode::kTimeInFuture); ++code) {
    const Rejection rejection{static_cast<RejectCode>(code), "debtor.country"};
    EXPECT_EQ(rejection.Text().find("The field debtor.country "), 0U);
    EXPECT_GT(rejection.Text().size(), 60U) << rejection.Text();
    EXPECT_EQ(rejection.Text().back(), '.');
  }
  const Rejection rejection = Decode(With(R"(,"channel":")" + std::string(40, 'S') + "\""));
  EXPECT_EQ(rejection.Text(),
            "The field channel is longer than 32 characters. Shorten it at the source.");
  EXPECT_EQ(RejectCodeName(RejectCode::kNone), "none");
  EXPECT_EQ(RejectCodeName(RejectCode::kInvalidTime), "invalid_time");
  EXPECT_EQ(RejectCodeName(RejectCode::kTimeInFuture), "time_in_future");
}

}  // namespace
}  // namespace vigla
