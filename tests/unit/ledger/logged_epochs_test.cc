// What is due moves with the log's bytes, not by whole epochs.
#include "engine/ledger/logged_epochs.h"

#include "gtest/gtest.h"

namespace vigla {
namespace {

TEST(LoggedEpochs, NothingIsDueWithinTheBound) {
  LoggedEpochs logged(100);
  logged.Add({1}, {10}, 60);
  logged.Add({1}, {20}, 40);
  EXPECT_EQ(logged.BeyondBound(0), Sequence{0});
}

TEST(LoggedEpochs, EachByteOfTheOpenEpochMakesAsMuchOfTheOldestDue) {
  LoggedEpochs logged(100);
  logged.Add({1}, {10}, 20);
  logged.Add({1}, {110}, 50);  // sequences 11 to 110
  logged.Add({1}, {210}, 50);
  logged.Forget({11});
  EXPECT_EQ(logged.BeyondBound(0), Sequence{0});
  EXPECT_EQ(logged.BeyondBound(1), Sequence{13});
  EXPECT_EQ(logged.BeyondBound(25), Sequence{61});
  EXPECT_EQ(logged.BeyondBound(49), Sequence{109});
  EXPECT_EQ(logged.BeyondBound(50), Sequence{111}) << "all of it";
  EXPECT_EQ(logged.BeyondBound(75), Sequence{161});
}

TEST(LoggedEpochs, TheExcessIsInBounds) {
  LoggedEpochs logged(100);
  logged.Add({1}, {10}, 60);
  EXPECT_EQ(logged.Excess(40), 0);
  EXPECT_DOUBLE_EQ(logged.Excess(65), 0.25);
  EXPECT_FALSE(logged.IsFarBeyondBound());
  logged.Add({1}, {20}, 142);
  EXPECT_DOUBLE_EQ(logged.Excess(0), 1.02);
  EXPECT_TRUE(logged.IsFarBeyondBound());
  EXPECT_DOUBLE_EQ(LoggedEpochs(0).Excess(1), 1);
}

TEST(LoggedEpochs, TheFirstBeginsWithTheOldestThatIsInNoImage) {
  LoggedEpochs logged(100);
  logged.Add({1'000'001}, {1'000'060}, 60);
  logged.Add({1'000'001}, {1'000'120}, 60);
  EXPECT_EQ(logged.BeyondBound(0), Sequence{1'000'021});
}

}  // namespace
}  // namespace vigla
