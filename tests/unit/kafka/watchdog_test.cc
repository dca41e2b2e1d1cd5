// A call of the Kafka client that ignores its timeout is noticed; one that returns is not.
#include "connectors/kafka/watchdog.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>

namespace vigla {
namespace {

using std::chrono::milliseconds;

TEST(Watchdog, TellsWhichCallHangs) {
  std::promise<std::string> hung;
  Watchdog watchdog([&hung](std::string_view call) { hung.set_value(std::string(call)); }, 5);
  const Watchdog::Scope scope(&watchdog, 1, "commit_transaction", 20);
  auto name = hung.get_future();
  ASSERT_EQ(name.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(name.get(), "commit_transaction");
}

TEST(Watchdog, IsSilentAboutCallsThatReturn) {
  std::atomic<int> expired{0};
  {
    Watchdog watchdog([&expired](std::string_view) { ++expired; }, 1);
    for (int i = 0; i < 100; ++i) {
      const Watchdog::Scope source(&watchdog, 0, "subscribing", 10'000);
      const Watchdog::Scope output(&watchdog, 1, "begin_transaction", 10'000);
      std::this_thread::sleep_for(milliseconds(1));
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(expired, 0);
}

TEST(Watchdog, GuardsEachOwnerByItself) {
  std::promise<std::string> hung;
  Watchdog watchdog([&hung](std::string_view call) { hung.set_value(std::string(call)); }, 5);
  const Watchdog::Scope slow(&watchdog, 0, "destroying a client", 20);
  { const Watchdog::Scope quick(&watchdog, 1, "begin_transaction", 20); }
  EXPECT_EQ(hung.get_future().get(), "destroying a client");
}

}  // namespace
}  // namespace vigla
