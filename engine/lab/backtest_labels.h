// What is known of transactions: which were crime. Cold to read, warm to ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace vigla {

// What is measured against labels, in the words of every report (rules/README.md).
inline constexpr std::string_view kPrecisionAndRecall =
    "An alert is right if its own transaction is labelled true, wrong if it is labelled false; one "
    "without a label counts in no share. A transaction labelled true is found if the rule alerted "
    "on it or folded it into an earlier alert; being listed in evidence is not enough.";

// Immutable once read, hence safe to ask from several threads.
class BacktestLabels {
 public:
  // CSV with a header, or NDJSON. Columns (members) are found by name: the transaction's `id`,
  // `transaction` or `transaction_id`; the truth under `label`, `fraud`, `is_fraud`, `truth` or
  // `confirmed`, as true/false, yes/no or 1/0; and optionally `account`, which says whose leg is
  // meant. Others are passed over. InvalidArgument names the line.
  static absl::StatusOr<BacktestLabels> Parse(std::string_view text);

  // Of a transaction as one account is touched by it: the account's own label before the
  // transaction's. Empty: nothing is known.
  std::optional<bool> Find(std::string_view id, std::string_view account) const;
  size_t size() const { return labels_.size(); }

 private:
  static std::string Key(std::string_view id, std::string_view account);
  absl::flat_hash_map<std::string, bool> labels_;
  bool has_accounts_ = false;
};

}  // namespace vigla
