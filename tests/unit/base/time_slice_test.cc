// A thread keeps everything but its time slice.
#include "engine/base/time_slice.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "gtest/gtest.h"

namespace vigla {
namespace {

TEST(TimeSlice, PolicyAndNicenessStay) {
  std::thread([] {
    const auto thread = static_cast<id_t>(syscall(SYS_gettid));
    const sched_param parameters{};
    ASSERT_EQ(sched_setscheduler(0, SCHED_BATCH, &parameters), 0);
    ASSERT_EQ(setpriority(PRIO_PROCESS, thread, 7), 0);
    AskForTimeSlice(std::chrono::microseconds(200));
    EXPECT_EQ(sched_getscheduler(0), SCHED_BATCH);
    EXPECT_EQ(getpriority(PRIO_PROCESS, thread), 7);
  }).join();
}

TEST(TimeSlice, IsTheCallingThreadsOwn) {
  const auto slice_of_this_thread = [] {
    uint32_t words[12] = {48};
    EXPECT_EQ(syscall(SYS_sched_getattr, 0, words, sizeof(words), 0), 0);
    return static_cast<uint64_t>(words[7]) << 32 | words[6];
  };
  const uint64_t before = slice_of_this_thread();
  std::thread([&] {
    AskForTimeSlice(std::chrono::milliseconds(2));
    const uint64_t given = slice_of_this_thread();
    // A kernel that has no such slices leaves it as it was.
    EXPECT_TRUE(given == 2'000'000 || given == before) << given;
  }).join();
  EXPECT_EQ(slice_of_this_thread(), before);
}

}  // namespace
}  // namespace vigla
