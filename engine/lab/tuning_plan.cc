// Plans a tuning run: can one pass give every value, and which variants does it take? Cold.
#include "engine/lab/tuning_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/diagnostic.h"
#include "engine/base/status.h"
#include "engine/rule/constant.h"

namespace vigla {
namespace {

constexpr size_t kVariantsMax = 400;

using Windows = std::vector<std::pair<std::string, std::string>>;

absl::Status Invalid(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, message);
}

class Planner {
 public:
  Planner(const std::vector<std::string>& paths, const LoadOptions& load,
          const TuningOptions& options, Diagnostics* diagnostics)
      : paths_(paths), load_(load), options_(options), diagnostics_(diagnostics) {}

  absl::StatusOr<std::shared_ptr<const TuningPlan>> Plan() {
    plan_->samples = options_.samples;
    plan_->retention_us = load_.retention_us;
    plan_->labels = options_.labels;
    ASSIGN_OR_RETURN(plan_->tuned, FindTunedRule(paths_, load_, options_.rule,
                                                 options_.parameter, diagnostics_));
    RETURN_IF_ERROR(MakeGrid());
    RETURN_IF_ERROR(CombineWindows());
    RETURN_IF_ERROR(Probe());
    if (!plan_->why_not.empty() || !options_.values.empty()) RETURN_IF_ERROR(ChooseValues());
    RETURN_IF_ERROR(LoadCurves());
    return std::shared_ptr<const TuningPlan>(std::move(plan_));
  }

 private:
  absl::Status MakeGrid() {
    const TunedRule& tuned = plan_->tuned;
    const std::string least = options_.least.value_or(tuned.least);
    const std::string greatest = options_.greatest.value_or(tuned.greatest);
    if (least.empty() || greatest.empty()) {
      return Invalid("the parameter `" + tuned.parameter + "` says no min and max: say the range "
                     "to look at by --from and --to, or add them to the pack");
    }
    const std::optional<ValueType> type = ParseValueType(tuned.type);
    if (!type) return Invalid("the parameter's type is unknown");
    ASSIGN_OR_RETURN(plan_->grid, ThresholdGrid::Make(*type, tuned.value, least, greatest));
    return absl::OkStatus();
  }

  // Every combination of the windows to try, and in any case the present ones, first.
  absl::Status CombineWindows() {
    std::vector<Windows> all = {{}};
    for (const auto& [feature, lengths] : options_.windows) {
      const auto present = plan_->tuned.windows.find(feature);
      if (present == plan_->tuned.windows.end()) return NoFeature(feature);
      std::vector<Windows> more;
      for (const Windows& windows : all) {
        for (const std::string& over : lengths) {
          more.push_back(windows);
          more.back().emplace_back(feature, over);
        }
      }
      all = std::move(more);
    }
    curves_ = {Windows()};
    for (const auto& [feature, lengths] : options_.windows) {
      curves_[0].emplace_back(feature, plan_->tuned.windows[feature]);
    }
    for (Windows& windows : all) {
      if (std::find(curves_.begin(), curves_.end(), windows) == curves_.end()) {
        curves_.push_back(std::move(windows));
      }
    }
    return CheckCount(curves_.size());
  }

  absl::Status NoFeature(const std::string& feature) {
    std::vector<std::string_view> known;
    for (const auto& [name, over] : plan_->tuned.windows) known.push_back(name);
    const std::string nearest = NearestWord(feature, known);
    return Invalid("the pack `" + plan_->tuned.pack + "` has no feature `" + feature + "`" +
                   (nearest.empty() ? "" : "; did you mean `" + nearest + "`?"));
  }

  static absl::Status CheckCount(size_t variants) {
    if (variants <= kVariantsMax) return absl::OkStatus();
    return Invalid(absl::StrCat(variants, " variants of the rule are more than ", kVariantsMax,
                                ": try fewer windows or values"));
  }

  // The rule at both ends of the range: a feature whose meaning differs between them depends on
  // the parameter, so its value at decision time is another one for each value.
  absl::Status Probe() {
    const ThresholdGrid& grid = plan_->grid;
    std::vector<TuningVariant> ends(2);
    ends[0].value = grid.TextAt(grid.least());
    ends[1].value = grid.TextAt(grid.greatest());
    ASSIGN_OR_RETURN(const LoadedVariants loaded,
                     LoadVariants(paths_, load_, plan_->tuned, ends, diagnostics_));
    if (!loaded.rejecting_rule.empty() && loaded.rejecting_rule != plan_->tuned.rule) {
      return Invalid("the rule `" + loaded.rejecting_rule + "` rejects transactions by `" +
                     plan_->tuned.parameter + "` as well: other ledgers for each value. Give it "
                     "a parameter of its own");
    }
    const RuleSet& rule_set = *loaded.rule_set;
    const std::vector<int>& least = rule_set.rules[loaded.rules[0]].features;
    const std::vector<int>& greatest = rule_set.rules[loaded.rules[1]].features;
    for (int index : least) {
      if (std::find(greatest.begin(), greatest.end(), index) != greatest.end()) continue;
      plan_->why_not = "the feature `" + rule_set.features[index].name + "` depends on `" +
                       plan_->tuned.parameter + "`: which entries it takes differs by value";
      return absl::OkStatus();
    }
    const std::string problem = ThresholdRule::Problem(
        loaded.conditions[0], plan_->tuned.parameter, grid, rule_set.rates.base());
    if (!problem.empty()) {
      plan_->why_not = problem + " may turn more than once as `" + plan_->tuned.parameter +
                       "` rises";
    }
    return absl::OkStatus();
  }

  // Those asked for, else as many as allowed at even distances; the present one in any case.
  absl::Status ChooseValues() {
    const ThresholdGrid& grid = plan_->grid;
    std::vector<Step>& values = plan_->values;
    for (const std::string& text : options_.values) {
      const std::optional<Step> value = grid.StepOf(text);
      if (!value || *value < grid.least() || *value > grid.greatest()) {
        return Invalid("`" + text + "` is no value from " + grid.TextAt(grid.least()) + " to " +
                       grid.TextAt(grid.greatest()));
      }
      values.push_back(*value);
    }
    if (values.empty()) {
      const Step span = grid.greatest() - grid.least();
      const Step parts = std::min<Step>(span, std::max(options_.values_most, 2) - 1);
      for (Step i = 0; i <= parts; ++i) {
        values.push_back(parts == 0 ? grid.least() : grid.least() + span * i / parts);
      }
    }
    values.push_back(grid.present());
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (plan_->why_not.empty()) plan_->why_not = "only these values were asked for";
    return CheckCount(values.size() * curves_.size());
  }

  absl::Status LoadCurves() {
    std::vector<TuningVariant> variants;
    for (const Windows& windows : curves_) {
      if (plan_->values.empty()) variants.push_back({windows, std::nullopt});
      for (Step value : plan_->values) variants.push_back({windows, plan_->grid.TextAt(value)});
    }
    ASSIGN_OR_RETURN(const LoadedVariants loaded,
                     LoadVariants(paths_, load_, plan_->tuned, variants, diagnostics_));
    plan_->rule_set = loaded.rule_set;
    const size_t rules_a_curve = std::max<size_t>(plan_->values.size(), 1);
    for (size_t i = 0; i < curves_.size(); ++i) {
      PlannedCurve curve;
      curve.windows = curves_[i];
      curve.is_present = i == 0;
      const auto first = loaded.rules.begin() + static_cast<std::ptrdiff_t>(i * rules_a_curve);
      curve.rules.assign(first, first + static_cast<std::ptrdiff_t>(rules_a_curve));
      if (plan_->values.empty()) {
        ASSIGN_OR_RETURN(curve.exact,
                         ThresholdRule::Make(loaded.conditions[i], plan_->tuned.parameter,
                                             plan_->grid, *plan_->rule_set, curve.rules[0]));
      }
      plan_->curves.push_back(std::move(curve));
    }
    return absl::OkStatus();
  }

  const std::vector<std::string>& paths_;
  const LoadOptions& load_;
  const TuningOptions& options_;
  Diagnostics* diagnostics_;
  std::vector<Windows> curves_;
  std::shared_ptr<TuningPlan> plan_ = std::make_shared<TuningPlan>();
};

}  // namespace

absl::StatusOr<std::shared_ptr<const TuningPlan>> PlanTuning(
    const std::vector<std::string>& paths, const LoadOptions& load, const TuningOptions& options,
    Diagnostics* diagnostics) {
  return Planner(paths, load, options, diagnostics).Plan();
}

}  // namespace vigla
