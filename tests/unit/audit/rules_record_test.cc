// Rule bodies survive being cut at any size, and nothing else passes for one.
#include "engine/audit/rules_record.h"

#include <gtest/gtest.h>

namespace vigla {
namespace {

std::string Body() {
  std::string body = "{\"rules\":[";
  for (int i = 0; i < 300; ++i) {
    body += (i > 0 ? ",{\"id\":\"r" : "{\"id\":\"r") + std::to_string(i) +
            "\",\"title\":\"é € 😀 \\\"quoted\\\" \\u0001\"}";
  }
  return body + "]}";
}

TEST(RulesRecordTest, EverySizeGivesTheBodyBack) {
  const std::string body = Body();
  size_t parts_before = 0;
  for (size_t bytes_max = 1024; bytes_max < 40'000; bytes_max += 97) {
    const std::vector<std::string> records = RenderRulesRecords(body, bytes_max);
    RulesAssembler assembler;
    for (size_t i = 0; i < records.size(); ++i) {
      EXPECT_LE(records[i].size(), bytes_max);
      auto result = assembler.Add(records[i]);
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(result->has_value(), i + 1 == records.size());
      EXPECT_EQ(assembler.IsOpen(), i + 1 != records.size());
      if (result->has_value()) {
        EXPECT_EQ((*result)->body, body);
        EXPECT_EQ((*result)->fingerprint, Sha256::Of(body));
      }
    }
    if (bytes_max == 1024) parts_before = records.size();
  }
  EXPECT_GT(parts_before, 10u);
}

TEST(RulesRecordTest, BodiesMayRepeat) {
  RulesAssembler assembler;
  for (int i = 0; i < 2; ++i) {
    const auto result = assembler.Add(RenderRulesRecords("{}", 1024)[0]);
    ASSERT_TRUE(result.ok() && result->has_value());
    EXPECT_EQ((*result)->body, "{}");
  }
}

TEST(RulesRecordTest, MissingSwappedAndForeignPartsAreDataLoss) {
  const std::vector<std::string> records = RenderRulesRecords(Body(), 2048);
  ASSERT_GT(records.size(), 3u);
  EXPECT_TRUE(absl::IsDataLoss(RulesAssembler().Add(records[1]).status()));
  RulesAssembler assembler;
  ASSERT_TRUE(assembler.Add(records[0]).ok());
  EXPECT_TRUE(absl::IsDataLoss(assembler.Add(records[2]).status()));
  ASSERT_TRUE(assembler.Add(records[0]).ok()) << "after an error it begins anew";
  EXPECT_TRUE(absl::IsDataLoss(assembler.Add(records[0]).status()));
}

TEST(RulesRecordTest, AChangedBodyIsDataLoss) {
  std::string record = RenderRulesRecords("{\"a\":1}", 1024)[0];
  record.replace(record.find(":1}"), 3, ":2}");
  EXPECT_TRUE(absl::IsDataLoss(RulesAssembler().Add(record).status()));
}

TEST(RulesRecordTest, AnythingElseIsRefused) {
  for (const std::string_view json :
       {"", "{}", "{\"schema\":\"vigla.rules.v1\"}",
        "{\"schema\":\"vigla.rules.v1\",\"fingerprint\":\"sha256:00\",\"part\":1,\"parts\":1,"
        "\"text\":\"\"}"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(RulesAssembler().Add(json).status())) << json;
  }
}

}  // namespace
}  // namespace vigla
