// Reads labels, a line each. Cold.
#include "engine/lab/backtest_labels.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/arena.h"
#include "engine/base/status.h"
#include "engine/lab/backtest_rows.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

constexpr std::array<std::string_view, 3> kIdNames = {"id", "transaction", "transaction_id"};
constexpr std::array<std::string_view, 5> kTruthNames = {"label", "fraud", "is_fraud", "truth",
                                                         "confirmed"};

std::optional<bool> ParseTruth(std::string_view text) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  if (lower == "true" || lower == "yes" || lower == "1") return true;
  if (lower == "false" || lower == "no" || lower == "0") return false;
  return std::nullopt;
}

absl::Status LineError(size_t line, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("labels, line ", line, ": ", ToAbsl(what)));
}

// The value of the first of the names that the row has.
template <size_t N>
std::string_view FirstOf(const NamedRow& row, const std::array<std::string_view, N>& names) {
  for (std::string_view name : names) {
    const auto found = row.find(name);
    if (found != row.end()) return found->second;
  }
  return {};
}

}  // namespace

std::string BacktestLabels::Key(std::string_view id, std::string_view account) {
  std::string key(id);
  if (!account.empty()) key.append(1, '\0').append(account);
  return key;
}

absl::StatusOr<BacktestLabels> BacktestLabels::Parse(std::string_view text) {
  BacktestLabels labels;
  Arena arena;
  RETURN_IF_ERROR(ForEachRow(text, [&](const NamedRow& row, size_t line) -> absl::Status {
    const std::string_view id = FirstOf(row, kIdNames);
    const std::string_view text = FirstOf(row, kTruthNames);
    const std::optional<bool> truth = ParseTruth(text);
    if (id.empty()) return LineError(line, "no transaction id (`id` or `transaction`)");
    if (!truth) {
      return LineError(line, "`label` is neither true nor false: `" + std::string(text) + "`");
    }
    const auto own = row.find("account");
    const std::string_view account =
        own == row.end() ? std::string_view() : NormaliseAccount(own->second, &arena);
    labels.has_accounts_ = labels.has_accounts_ || !account.empty();
    labels.labels_[Key(id, account)] = *truth;
    return absl::OkStatus();
  }));
  return labels;
}

std::optional<bool> BacktestLabels::Find(std::string_view id, std::string_view account) const {
  if (has_accounts_ && !account.empty()) {
    const auto own = labels_.find(Key(id, account));
    if (own != labels_.end()) return own->second;
  }
  const auto found = labels_.find(ToAbsl(id));
  return found == labels_.end() ? std::nullopt : std::optional<bool>(found->second);
}

}  // namespace vigla
