// The stable codes of findings in packs, each with one line for people. Cold.
// A code keeps its meaning for ever; a retired one is not used again.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace vigla {

struct DiagnosticCode {
  std::string_view code;
  std::string_view about;
  std::string_view help = "";  // what to do about it; DiagnosticCodes() has it for every code
};

namespace diagnostic {
// VG0xxx: the configuration.
inline constexpr DiagnosticCode kConfigUnreadable{"VG0100", "the configuration can't be read"};
inline constexpr DiagnosticCode kUnknownSetting{"VG0101", "an unknown setting"};
inline constexpr DiagnosticCode kBadSetting{"VG0102", "a setting's value is wrong"};
inline constexpr DiagnosticCode kNoVariable{"VG0103", "an environment variable is not set"};
inline constexpr DiagnosticCode kNoSecretFile{"VG0104", "the file of a ${file:…} can't be read"};

// VG1xxx: the file and its shape.
inline constexpr DiagnosticCode kUnreadable{"VG1001", "a file or folder can't be read"};
inline constexpr DiagnosticCode kYamlSyntax{"VG1002", "the file is not YAML"};
inline constexpr DiagnosticCode kFileTooLarge{"VG1003", "a pack file is larger than 1 MiB"};
inline constexpr DiagnosticCode kTooDeep{"VG1004", "maps and lists nest deeper than 64"};
inline constexpr DiagnosticCode kTooManyNodes{"VG1005", "a file has more than 200,000 values"};
inline constexpr DiagnosticCode kAnchor{"VG1006", "anchors and aliases are not read"};
inline constexpr DiagnosticCode kTag{"VG1007", "tags and directives are not read"};
inline constexpr DiagnosticCode kMergeKey{"VG1008", "merge keys are not read"};
inline constexpr DiagnosticCode kSecondDocument{"VG1009", "a file holds one document"};
inline constexpr DiagnosticCode kDuplicateKey{"VG1010", "a map has the same key twice"};
inline constexpr DiagnosticCode kKeyNotText{"VG1011", "a key is a map or a list"};
inline constexpr DiagnosticCode kChangesWhileRead{"VG1012", "files change while they are read"};
inline constexpr DiagnosticCode kUnknownKey{"VG1101", "a key that packs don't have"};
inline constexpr DiagnosticCode kMissingKey{"VG1102", "a required key is missing"};
inline constexpr DiagnosticCode kWrongShape{"VG1103", "a map, a list or a text was expected"};
inline constexpr DiagnosticCode kWrongValue{"VG1104", "a value is not of its key's type"};
inline constexpr DiagnosticCode kUnknownWord{"VG1105", "a word outside a key's vocabulary"};
inline constexpr DiagnosticCode kNotSupported{"VG1106", "this engine does not support it yet"};
inline constexpr DiagnosticCode kInvalidName{"VG1107", "a name is malformed or reserved"};
inline constexpr DiagnosticCode kNoPacks{"VG1108", "there is no pack to load"};
inline constexpr DiagnosticCode kDuplicatePack{"VG1109", "two files hold the same pack"};

// VG2xxx: names, types and expressions.
inline constexpr DiagnosticCode kBadToken{"VG2001", "a character or token CEL doesn't have"};
inline constexpr DiagnosticCode kSyntax{"VG2002", "an expression is malformed"};
inline constexpr DiagnosticCode kTooComplex{"VG2003", "over 32 deep, 4,000 nodes or 64 KiB"};
inline constexpr DiagnosticCode kBadString{"VG2004", "a string is malformed"};
inline constexpr DiagnosticCode kConstantWidth{"VG2005", "a constant is outside its width"};
inline constexpr DiagnosticCode kNameTaken{"VG2101", "a name that is a field or a word already"};
inline constexpr DiagnosticCode kDeclaredTwice{"VG2102", "a pack declares a name twice"};
inline constexpr DiagnosticCode kUnknownName{"VG2103", "an unknown name"};
inline constexpr DiagnosticCode kUnknownFunction{"VG2104", "an unknown function"};
inline constexpr DiagnosticCode kArgumentCount{"VG2105", "too few or too many arguments"};
inline constexpr DiagnosticCode kThisOutsideWhere{"VG2106", "`this.` outside a feature's where"};
inline constexpr DiagnosticCode kFeatureInWhere{"VG2107", "a feature inside a feature's where"};
inline constexpr DiagnosticCode kMacroRecursion{"VG2108", "a macro that contains itself"};
inline constexpr DiagnosticCode kNotCallable{"VG2109", "a name that is no function is called"};
inline constexpr DiagnosticCode kTypeMismatch{"VG2201", "an operator's sides don't fit together"};
inline constexpr DiagnosticCode kMoneyWithNumber{"VG2202", "money against a number without unit"};
inline constexpr DiagnosticCode kMoneyTimesMoney{"VG2203", "money times money"};
inline constexpr DiagnosticCode kOutsideVocabulary{"VG2204", "a word outside a closed vocabulary"};
inline constexpr DiagnosticCode kStringWithType{"VG2205", "a string field against a typed field"};
inline constexpr DiagnosticCode kNotBool{"VG2206", "a bool was expected"};
inline constexpr DiagnosticCode kArgumentType{"VG2207", "an argument is of the wrong type"};
inline constexpr DiagnosticCode kNotConstant{"VG2208", "an argument has to be a constant"};
inline constexpr DiagnosticCode kBadPattern{"VG2209", "a pattern that is not RE2, or over 1 KiB"};
inline constexpr DiagnosticCode kRoundDigits{"VG2210", "round takes 0 to 12 digits"};
inline constexpr DiagnosticCode kBadMoney{"VG2211", "an amount and a currency were expected"};
inline constexpr DiagnosticCode kNoRate{"VG2212", "the pack's rates lack a constant's currency"};
inline constexpr DiagnosticCode kBadDuration{"VG2213", "a duration was expected"};
inline constexpr DiagnosticCode kNoOrder{"VG2214", "values of a type without an order"};
inline constexpr DiagnosticCode kListType{"VG2215", "a list's items are of another type"};
inline constexpr DiagnosticCode kBadParameter{"VG2301", "a parameter's value, min or max is wrong"};
inline constexpr DiagnosticCode kParameterRange{"VG2302", "a parameter is outside min and max"};
inline constexpr DiagnosticCode kBadList{"VG2303", "a list needs either items or a file"};
inline constexpr DiagnosticCode kBadItem{"VG2304", "a list's item is no value of its type"};
inline constexpr DiagnosticCode kListTooLong{"VG2305", "a list has more than max_items"};
inline constexpr DiagnosticCode kBadRates{"VG2306", "rates are malformed"};
inline constexpr DiagnosticCode kOtherRates{"VG2307", "two packs have different rates"};
inline constexpr DiagnosticCode kUnknownParameter{"VG2308", "a parameter set that isn't there"};

// VG3xxx: features.
inline constexpr DiagnosticCode kAggregateCount{"VG3001", "a feature has exactly one aggregate"};
inline constexpr DiagnosticCode kDirection{"VG3002", "debits, credits or both was expected"};
inline constexpr DiagnosticCode kOf{"VG3003", "`of` is missing, or has no place here"};
inline constexpr DiagnosticCode kAggregateField{"VG3004", "an aggregate can't take this field"};
inline constexpr DiagnosticCode kOver{"VG3005", "`over` is not 10 s to 400 d, or ever"};
inline constexpr DiagnosticCode kSkip{"VG3006", "`skip` is not shorter than `over`"};
inline constexpr DiagnosticCode kEver{"VG3007", "`ever` has only the record's totals"};
inline constexpr DiagnosticCode kShare{"VG3008", "`share` needs a where"};
inline constexpr DiagnosticCode kOriginalCurrencies{"VG3009", "amounts of mixed currencies"};
inline constexpr DiagnosticCode kPer{"VG3010", "`per` names fields, each once"};
inline constexpr DiagnosticCode kStatusWord{"VG3011", "`status` takes statuses, or any"};
inline constexpr DiagnosticCode kPercentile{"VG3012", "a percentile needs 0 < p <= 100"};
inline constexpr DiagnosticCode kRetention{"VG3013", "a window is longer than ledgers keep"};
inline constexpr DiagnosticCode kNoSuchLegs{"VG3014", "the subject has no legs of this direction"};

// VG4xxx: rules.
inline constexpr DiagnosticCode kDuplicateRule{"VG4001", "two rules have the same id"};
inline constexpr DiagnosticCode kOtherSubject{"VG4002", "a feature not on its rule's subject"};
inline constexpr DiagnosticCode kAction{"VG4003", "`action` and `alert` are for validity rules"};
inline constexpr DiagnosticCode kRejectFeature{"VG4004", "`reject` needs the transaction alone"};
inline constexpr DiagnosticCode kFoldedValidity{"VG4005", "`once_per` on a validity rule"};
inline constexpr DiagnosticCode kFoldingKey{"VG4006", "`once_per.key` begins with the subject"};
inline constexpr DiagnosticCode kFoldingTime{"VG4007", "`once_per.for` is a plain duration"};
inline constexpr DiagnosticCode kNoSuchSide{"VG4008", "the subject kind has no leg on this side"};
inline constexpr DiagnosticCode kReason{"VG4009", "a reason's text or hole is malformed"};
inline constexpr DiagnosticCode kEvidence{"VG4010", "`evidence` names windowed features"};
inline constexpr DiagnosticCode kDuplicateException{"VG4011", "two exceptions have the same id"};
inline constexpr DiagnosticCode kTooManyRules{"VG4012", "a rule set is over a limit"};

// VG5xxx: what is allowed but probably not meant.
inline constexpr DiagnosticCode kUnused{"VG5001", "a declaration that nothing uses"};
inline constexpr DiagnosticCode kExpiredException{"VG5002", "an exception has expired"};
inline constexpr DiagnosticCode kIntegerDivision{"VG5003", "int / int truncates"};
inline constexpr DiagnosticCode kMaybeUnknown{"VG5004", "may be unknown, and known() is not asked"};
inline constexpr DiagnosticCode kCountsItself{"VG5005", "true on every leg that is judged"};
inline constexpr DiagnosticCode kReviewOverdue{"VG5006", "a rule's review is overdue"};
inline constexpr DiagnosticCode kNumberNotShown{"VG5007", "a figure that the reason never shows"};
inline constexpr DiagnosticCode kUnapproved{"VG5008", "an exception without approver or end"};
inline constexpr DiagnosticCode kNeverTrue{"VG5009", "a condition that can never be true"};
inline constexpr DiagnosticCode kAlwaysTrue{"VG5010", "a condition that can never be false"};
inline constexpr DiagnosticCode kSameRule{"VG5011", "two rules with the same condition"};
inline constexpr DiagnosticCode kExpiresSoon{"VG5012", "an exception ends within 30 days"};
inline constexpr DiagnosticCode kNotJustified{"VG5013", "a rule without rationale, risk or review"};
inline constexpr DiagnosticCode kWindowTooLong{"VG5014", "a window is longer than needed"};
inline constexpr DiagnosticCode kUntested{"VG5015", "a rule that tests don't prove"};
inline constexpr DiagnosticCode kOddScore{"VG5016", "a score that contradicts the severity"};
inline constexpr DiagnosticCode kTippingOff{"VG5017", "a laundering typology that holds payments"};
inline constexpr DiagnosticCode kIdleException{"VG5018", "an exception never or always applies"};
inline constexpr DiagnosticCode kEmptyList{"VG5019", "a condition asks an empty list"};
inline constexpr DiagnosticCode kParameterBound{"VG5020", "a bound at which no leg can match"};
inline constexpr DiagnosticCode kOverBudget{"VG5021", "a rule set needs more state than allowed"};

// VG6xxx: tests.
inline constexpr DiagnosticCode kTestShape{"VG6001", "a test's key or value is malformed"};
inline constexpr DiagnosticCode kTestTable{"VG6002", "a table of transactions is malformed"};
inline constexpr DiagnosticCode kTestColumn{"VG6003", "a column that transactions don't have"};
inline constexpr DiagnosticCode kTestName{"VG6004", "a test names what isn't there"};
inline constexpr DiagnosticCode kTestValue{"VG6005", "an expected value is not of its type"};
inline constexpr DiagnosticCode kTestTwice{"VG6006", "a test says the same thing twice"};
inline constexpr DiagnosticCode kTestPack{"VG6007", "a test file beside no pack"};

// VG7xxx: tuning files.
inline constexpr DiagnosticCode kTuningShape{"VG7001", "a tuning file's value is malformed"};
inline constexpr DiagnosticCode kTuningKey{"VG7002", "tuning can't set this"};
inline constexpr DiagnosticCode kTuningName{"VG7003", "tuning names what isn't loaded"};
inline constexpr DiagnosticCode kTunedTwice{"VG7004", "two tuning files set the same thing"};
inline constexpr DiagnosticCode kTuningException{"VG7005", "a site's exception lacks a key"};
inline constexpr DiagnosticCode kNotInList{"VG7006", "tuning removes what a list doesn't have"};
}  // namespace diagnostic

// Every code above, in order; what `help VGnnnn` and the documentation are made from.
std::span<const DiagnosticCode> DiagnosticCodes();
// nullptr if there is no such code.
const DiagnosticCode* FindDiagnosticCode(std::string_view code);
// engine/docs/diagnostics.md.
std::string DiagnosticCodesMarkdown();

}  // namespace vigla
