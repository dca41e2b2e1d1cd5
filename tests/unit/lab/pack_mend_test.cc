// `check --fix`: mends what can only have been meant one way, and leaves every other byte alone.
#include "engine/lab/pack_mend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "engine/lab/pack_check.h"
#include "tests/unit/scratch_folder.h"

namespace vigla {
namespace {

const KeyedHasher& Hasher() {
  static const auto* const hasher = new KeyedHasher("test");
  return *hasher;
}

class PackMend : public testing::Test {
 protected:
  PackMend() { options_.hasher = &Hasher(); }

  // The text after mending, which has to be the same after mending once more.
  std::string Mended(const std::string& text) {
    const std::string path = folder_.Write("pack.yaml", text);
    const auto first = MendPacks({path}, options_);
    EXPECT_TRUE(first.ok());
    done_ = first->size();
    const std::string once = folder_.Read("pack.yaml");
    const auto second = MendPacks({path}, options_);
    EXPECT_TRUE(second.ok() && second->empty());
    EXPECT_EQ(folder_.Read("pack.yaml"), once);
    Diagnostics diagnostics;
    CheckPacks({path}, options_, &diagnostics);
    errors_ = diagnostics.errors();
    return once;
  }

  static std::string Pack(const std::string& when, const std::string& more = "") {
    return "# kept: \xC3\xBC\r\npack: p\r\nversion: 1\n" + more +
           "rules:\n  - rule: r   # kept\n    title: t\n    subject: debtor\n    severity: low\n"
           "    score: 1\n    reason: why\n    when: " + when + "\n";
  }

  void ExpectMended(const std::string& wrong, const std::string& right) {
    EXPECT_EQ(Mended(Pack(wrong)), Pack(right));
    EXPECT_EQ(errors_, 0) << wrong;
    EXPECT_GE(done_, 1u);
  }
  void ExpectLeft(const std::string& wrong) {
    EXPECT_EQ(Mended(Pack(wrong)), Pack(wrong));
    EXPECT_GT(errors_, 0) << wrong;
  }

  ScratchFolder folder_;
  LoadOptions options_;
  size_t done_ = 0;
  int errors_ = 0;
};

TEST_F(PackMend, ExpressionsOfOtherLanguages) {
  ExpectMended("kind = fee", "kind == fee");
  ExpectMended("kind == fee & channel == \"atm\"", "kind == fee && channel == \"atm\"");
  ExpectMended("kind == fee and channel == \"atm\"", "kind == fee && channel == \"atm\"");
  ExpectMended("kind == fee or kind = interest", "kind == fee || kind == interest");
  ExpectMended("amount > 9200.00 EUR", "amount > money(\"9200.00 EUR\")");
  ExpectMended("\"amount > 9200.00 EUR\"", "\"amount > money('9200.00 EUR')\"");
}

TEST_F(PackMend, MisspeltWords) {
  ExpectMended("kind == cash_depositt", "kind == cash_deposit");
  ExpectMended("creditor.contry == \"DE\"", "creditor.country == \"DE\"");
  ExpectMended("startWith(purpose, \"S\")", "startsWith(purpose, \"S\")");
  ExpectMended("currency == \"EUR\" && chanel == \"atm\"",
               "currency == \"EUR\" && channel == \"atm\"");
}

TEST_F(PackMend, KeysValuesAndUnits) {
  EXPECT_EQ(Mended("pakc: p\nversion: 1\nparameters:\n  a: {typ: duration, value: 3 days}\n"
                   "features:\n  n: {cuont: debits, ovr: a, prior: yes}\n"),
            "pack: p\nversion: 1\nparameters:\n  a: {type: duration, value: 3d}\n"
            "features:\n  n: {count: debits, over: a, prior: true}\n");
  EXPECT_EQ(errors_, 0);
  EXPECT_EQ(Mended("pack: p\nversion: 1\nparameters: {a: {type: money, value: EUR 10000}}\n"),
            "pack: p\nversion: 1\nparameters: {a: {type: money, value: 10000 EUR}}\n");
}

TEST_F(PackMend, TextsThatYamlTookForSomethingElse) {
  ExpectMended("!(kind == fee)", "'!(kind == fee)'");
  ExpectMended("!(channel == 'atm')", "'!(channel == ''atm'')'");
  EXPECT_EQ(Mended("pack: p\nversion: 1\nabout: one: two\n"),
            "pack: p\nversion: 1\nabout: 'one: two'\n");
}

TEST_F(PackMend, WhatCouldMeanTwoThingsStays) {
  ExpectLeft("amount > 10000");
  ExpectLeft("kind == xyz");
  ExpectLeft("amount > limit");
  ExpectLeft("kind == fee &&");
  EXPECT_EQ(Mended("pack: p\nversion: 1\nparameters: {a: {type: money, value: 10,000 EUR}}\n"),
            "pack: p\nversion: 1\nparameters: {a: {type: money, value: 10,000 EUR}}\n");
}

TEST_F(PackMend, AKeyThatIsThereAlreadyIsNotDoubled) {
  const std::string text = "pack: p\nversion: 1\nversions: 2\n";
  EXPECT_EQ(Mended(text), text);
}

TEST_F(PackMend, WhatIsRightStays) {
  const std::string text = Pack("kind == fee");
  EXPECT_EQ(Mended(text), text);
  EXPECT_EQ(done_, 0u);
}

}  // namespace
}  // namespace vigla
