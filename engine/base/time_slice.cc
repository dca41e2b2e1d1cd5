// sched_setattr, which the C library does not have. Cold.
#include "engine/base/time_slice.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace vigla {
namespace {

// As the kernel has it since it knows the call (struct sched_attr, its first version).
struct SchedulingAttributes {
  uint32_t size = sizeof(SchedulingAttributes);
  uint32_t policy = 0;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime_ns = 0;  // of a fair policy: the time slice
  uint64_t deadline_ns = 0;
  uint64_t period_ns = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);

constexpr pid_t kThisThread = 0;
constexpr unsigned kNoFlags = 0;

}  // namespace

void AskForTimeSlice(std::chrono::microseconds slice) {
  // All else stays as whoever started the process wants it.
  SchedulingAttributes attributes;
  if (syscall(SYS_sched_getattr, kThisThread, &attributes, sizeof(attributes), kNoFlags) != 0) {
    return;
  }
  attributes.runtime_ns = static_cast<uint64_t>(std::chrono::nanoseconds(slice).count());
  syscall(SYS_sched_setattr, kThisThread, &attributes, kNoFlags);
}

}  // namespace vigla
