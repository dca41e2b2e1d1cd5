// The signal handlers: each only sets what others look at. Cold.
#include "engine/app/stop_signal.h"

#include <csignal>

#include <atomic>

namespace vigla {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<uint64_t> reload_signals{0};

void HandleStop(int number) {
  if (stop_requested.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

void HandleReload(int) { reload_signals.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

void CatchStopSignals() {
  struct sigaction action {};
  action.sa_handler = HandleStop;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void CatchReloadSignal() {
  struct sigaction action {};
  action.sa_handler = HandleReload;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
}

uint64_t ReloadSignals() { return reload_signals.load(std::memory_order_relaxed); }

bool StopRequested() { return stop_requested.load(std::memory_order_relaxed); }

}  // namespace vigla
