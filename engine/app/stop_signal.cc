// The one signal handler. Cold.
#include "engine/app/stop_signal.h"

#include <csignal>

#include <atomic>

namespace vigla {
namespace {

std::atomic<bool> stop_requested{false};

void HandleStop(int number) {
  if (stop_requested.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

}  // namespace

void CatchStopSignals() {
  struct sigaction action {};
  action.sa_handler = HandleStop;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool StopRequested() { return stop_requested.load(std::memory_order_relaxed); }

}  // namespace vigla
