// The list of all codes. Cold.
#include "engine/rule/diagnostic_codes.h"

namespace vigla {
namespace {

constexpr DiagnosticCode kAll[] = {
    diagnostic::kUnreadable, diagnostic::kYamlSyntax, diagnostic::kFileTooLarge,
    diagnostic::kTooDeep, diagnostic::kTooManyNodes, diagnostic::kAnchor, diagnostic::kTag,
    diagnostic::kMergeKey, diagnostic::kSecondDocument, diagnostic::kDuplicateKey,
    diagnostic::kKeyNotText, diagnostic::kChangesWhileRead,
    diagnostic::kUnknownKey, diagnostic::kMissingKey,
    diagnostic::kWrongShape, diagnostic::kWrongValue, diagnostic::kUnknownWord,
    diagnostic::kNotSupported, diagnostic::kInvalidName, diagnostic::kNoPacks,
    diagnostic::kDuplicatePack, diagnostic::kBadToken, diagnostic::kSyntax,
    diagnostic::kTooComplex, diagnostic::kBadString, diagnostic::kConstantWidth,
    diagnostic::kNameTaken, diagnostic::kDeclaredTwice, diagnostic::kUnknownName,
    diagnostic::kUnknownFunction, diagnostic::kArgumentCount, diagnostic::kThisOutsideWhere,
    diagnostic::kFeatureInWhere, diagnostic::kMacroRecursion, diagnostic::kNotCallable,
    diagnostic::kTypeMismatch, diagnostic::kMoneyWithNumber, diagnostic::kMoneyTimesMoney,
    diagnostic::kOutsideVocabulary, diagnostic::kStringWithType, diagnostic::kNotBool,
    diagnostic::kArgumentType, diagnostic::kNotConstant, diagnostic::kBadPattern,
    diagnostic::kRoundDigits, diagnostic::kBadMoney, diagnostic::kNoRate, diagnostic::kBadDuration,
    diagnostic::kNoOrder, diagnostic::kListType, diagnostic::kBadParameter,
    diagnostic::kParameterRange, diagnostic::kBadList, diagnostic::kBadItem,
    diagnostic::kListTooLong, diagnostic::kBadRates, diagnostic::kOtherRates,
    diagnostic::kUnknownParameter,
    diagnostic::kAggregateCount, diagnostic::kDirection, diagnostic::kOf,
    diagnostic::kAggregateField, diagnostic::kOver, diagnostic::kSkip, diagnostic::kEver,
    diagnostic::kShare, diagnostic::kOriginalCurrencies, diagnostic::kPer, diagnostic::kStatusWord,
    diagnostic::kPercentile, diagnostic::kRetention, diagnostic::kNoSuchLegs,
    diagnostic::kDuplicateRule, diagnostic::kOtherSubject, diagnostic::kAction,
    diagnostic::kRejectFeature, diagnostic::kFoldedValidity, diagnostic::kFoldingKey,
    diagnostic::kFoldingTime, diagnostic::kNoSuchSide, diagnostic::kReason, diagnostic::kEvidence,
    diagnostic::kDuplicateException, diagnostic::kTooManyRules, diagnostic::kUnused,
    diagnostic::kExpiredException, diagnostic::kIntegerDivision, diagnostic::kMaybeUnknown,
    diagnostic::kCountsItself, diagnostic::kReviewOverdue, diagnostic::kNumberNotShown,
    diagnostic::kUnapproved, diagnostic::kTuningShape, diagnostic::kTuningKey,
    diagnostic::kTuningName, diagnostic::kTunedTwice, diagnostic::kTuningException,
    diagnostic::kNotInList,
};

}  // namespace

std::span<const DiagnosticCode> DiagnosticCodes() { return kAll; }

}  // namespace vigla
