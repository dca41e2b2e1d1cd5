// Every value that a threshold may take: its range in its smallest steps. Warm.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lab/step_set.h"
#include "engine/model/rates.h"
#include "engine/rule/expression.h"

namespace vigla {

// One step is 1 of an int, 0.0001 of a currency's unit, 10^-12 of a decimal or ratio, 1 ms of a
// duration: the finest that a pack can write. So a figure for every step is one for every value.
class ThresholdGrid {
 public:
  // `present`, `least` and `greatest` as a pack writes them ("9000 EUR"). InvalidArgument where
  // the type has no order, the texts are none of its values, or the range is empty or so wide
  // (over 10^15 units) that arithmetic could leave 128 bits.
  static absl::StatusOr<ThresholdGrid> Make(ValueType type, std::string_view present,
                                            std::string_view least, std::string_view greatest);

  ValueType type() const { return type_; }
  CurrencyCode currency() const { return currency_; }  // of money
  Step present() const { return present_; }
  Step least() const { return least_; }
  Step greatest() const { return greatest_; }
  StepSet All() const { return {least_, greatest_ + 1}; }

  // As rules see it at that time; money in base currency, unknown without a rate.
  Value ValueAt(Step step, const RateTable& rates, EventTime time) const;
  // As a pack writes it.
  std::string TextAt(Step step) const;
  // Without its unit, for plots and tables.
  std::string NumberAt(Step step) const;
  std::string Unit() const;
  double Number(Step step) const;
  std::optional<Step> StepOf(std::string_view text) const;

 private:
  ValueType type_ = ValueType::kInt;
  CurrencyCode currency_;
  Step present_ = 0, least_ = 0, greatest_ = 0;
};

}  // namespace vigla
