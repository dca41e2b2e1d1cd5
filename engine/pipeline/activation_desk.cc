// Tickets, and who waits for them. Warm.
#include "engine/pipeline/activation_desk.h"

#include <algorithm>
#include <utility>

namespace vigla {

uint64_t ActivationDesk::Submit(std::shared_ptr<const RuleSet> rule_set) {
  std::lock_guard<std::mutex> lock(mutex_);
  wanted_.rule_set = std::move(rule_set);
  ++wanted_.ticket;
  newest_ticket_.store(wanted_.ticket, std::memory_order_release);
  return wanted_.ticket;
}

ActivationDesk::Wanted ActivationDesk::wanted() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return wanted_;
}

bool ActivationDesk::WaitUntilSettled(uint64_t ticket, std::chrono::milliseconds timeout) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return settled_ticket_ >= ticket || closed_; });
  return settled_ticket_ >= ticket;
}

ActiveRuleSet ActivationDesk::active() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return active_;
}

void ActivationDesk::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void ActivationDesk::NoteActive(ActiveRuleSet active, uint64_t ticket) {
  std::lock_guard<std::mutex> lock(mutex_);
  active_ = std::move(active);
  settled_ticket_ = std::max(settled_ticket_, ticket);
  changed_.notify_all();
}

void ActivationDesk::NoteUnchanged(const std::string& fingerprint, uint64_t ticket) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (active_.fingerprint != fingerprint) active_ = {fingerprint, 0, {}};
  settled_ticket_ = std::max(settled_ticket_, ticket);
  changed_.notify_all();
}

}  // namespace vigla
