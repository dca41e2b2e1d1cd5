// The packs of tests/golden/packs/language show what every part of the language yields; their
// own tests are run as `vigla test` runs them, on the live path.
#include <gtest/gtest.h>

#include "engine/lab/pack_tests.h"

namespace vigla {
namespace {

TEST(LanguagePacks, HoldOnTheLivePath) {
  const absl::StatusOr<TestReport> report =
      RunPackTests({"tests/golden/packs/language"}, TestOptions{});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->diagnostics.HasErrors());
  EXPECT_EQ(report->failed, 0) << FormatTestReport(*report);
  EXPECT_GE(report->results.size(), 17u);
  EXPECT_TRUE(report->without_tests.empty());
}

}  // namespace
}  // namespace vigla
