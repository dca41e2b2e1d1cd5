// The list of all codes, and what to do about each. Cold.
#include "engine/rule/diagnostic_codes.h"

#include <algorithm>
#include <iterator>

namespace vigla {
namespace {

constexpr DiagnosticCode With(const DiagnosticCode& code, std::string_view help) {
  return {code.code, code.about, help};
}

constexpr DiagnosticCode kAll[] = {
    With(diagnostic::kConfigUnreadable,
         "Check the path after -c and the file's permissions."),
    With(diagnostic::kUnknownSetting,
         "Write the setting's name as `vigla config show` lists it."),
    With(diagnostic::kBadSetting,
         "Give the setting a value of its type and within its bounds; `vigla config show` "
         "says what each means."),
    With(diagnostic::kNoVariable,
         "Set the variable where the instance runs. `check` needs none: there it is only "
         "a note."),
    With(diagnostic::kNoSecretFile,
         "Create the file, readable for the user that runs the engine. `check` does not "
         "need it."),
    With(diagnostic::kUnreadable,
         "Check the path and who may read it. A list's file is looked for beside its "
         "pack, then in the folder above."),
    With(diagnostic::kYamlSyntax,
         "Look at the line and the one before it: a missing quote, a tab, a bracket or an "
         "indentation. Quote texts that hold `: ` or ` #`, or that begin with one of { [ "
         "! & * %."),
    With(diagnostic::kFileTooLarge,
         "Split the pack, or put long lists into files of their own (`file:`)."),
    With(diagnostic::kTooDeep,
         "No pack needs such nesting: look for a bracket that is never closed."),
    With(diagnostic::kTooManyNodes,
         "Put long lists into files of their own (`file:`), or split the pack."),
    With(diagnostic::kAnchor,
         "Write the value out. What several rules share is a macro, a list, a parameter "
         "or a feature."),
    With(diagnostic::kTag,
         "Take the tag out; types follow from the keys. An expression that begins with ! "
         "has to be quoted."),
    With(diagnostic::kMergeKey,
         "Write the keys out in each place."),
    With(diagnostic::kSecondDocument,
         "Keep one pack a file, and take out the line of three dashes."),
    With(diagnostic::kDuplicateKey,
         "Keep the one that is meant. Many readers would silently take the last."),
    With(diagnostic::kKeyNotText,
         "Quote a key that begins with [ or {; most often a text was meant, and needs "
         "quotes."),
    With(diagnostic::kChangesWhileRead,
         "Write rule files into a new folder and swap it in, or reload once they are at rest."),
    With(diagnostic::kUnknownKey,
         "Write the key as the help says. Keys that packs don't have are never ignored, "
         "since what was meant would not happen."),
    With(diagnostic::kMissingKey,
         "Add the key; the help says what it means."),
    With(diagnostic::kWrongShape,
         "Write a map (`key: value`), a list (`- item`) or a text, as the message says."),
    With(diagnostic::kWrongValue,
         "Write a value of the key's type: a whole number, true or false, a date such as "
         "2027-06-30."),
    With(diagnostic::kUnknownWord,
         "Use one of the words that the help lists."),
    With(diagnostic::kNotSupported,
         "Leave it out: this version would not do what it says. The catalogue in rules.md "
         "lists what is to come."),
    With(diagnostic::kInvalidName,
         "Use letters, digits and _, at most 64 of them, not beginning with a digit."),
    With(diagnostic::kNoPacks,
         "Name a file with a pack, or a folder with *.yaml files."),
    With(diagnostic::kDuplicatePack,
         "Load one of the two files, or give one pack another name."),
    With(diagnostic::kBadToken,
         "Write the expression in CEL: == to compare, && for and, || for or; no units "
         "behind numbers."),
    With(diagnostic::kSyntax,
         "Look at the place under the caret: something is missing or one too many just "
         "before it."),
    With(diagnostic::kTooComplex,
         "Split the rule, or use a list instead of many ||. A macro counts as often as it "
         "is used."),
    With(diagnostic::kBadString,
         "Close the quote. Write \\\\ for a backslash, or r\"…\" for a pattern."),
    With(diagnostic::kConstantWidth,
         "Use a smaller number, or fewer digits: 14 before and 4 after the point for "
         "money."),
    With(diagnostic::kNameTaken,
         "Choose another name: fields and their words can't be redefined."),
    With(diagnostic::kDeclaredTwice,
         "Rename one of the two; parameters, lists, macros and features of a pack share "
         "one space of names."),
    With(diagnostic::kUnknownName,
         "Write the name of a field (`vigla rules --fields` lists them) or of a "
         "parameter, list, macro or feature of this pack."),
    With(diagnostic::kUnknownFunction,
         "Use one of the functions of rules.md, section 2."),
    With(diagnostic::kArgumentCount,
         "Give the function the arguments that its usage shows."),
    With(diagnostic::kThisOutsideWhere,
         "Leave `this.` out: a rule's fields are those of the leg that is judged. Inside "
         "a `where` it tells them from the entry's."),
    With(diagnostic::kFeatureInWhere,
         "A `where` looks at single entries; compare the two features in the rule "
         "instead."),
    With(diagnostic::kMacroRecursion,
         "Break the circle: write out what the macro is to mean."),
    With(diagnostic::kNotCallable,
         "Name it without parentheses."),
    With(diagnostic::kTypeMismatch,
         "Make both sides one type; parameters and lists take theirs from their "
         "declaration."),
    With(diagnostic::kMoneyWithNumber,
         "Give the number a currency: money(\"9200 EUR\"), or a parameter of type money."),
    With(diagnostic::kMoneyTimesMoney,
         "Multiply money by a number or a ratio, or divide it by money to get a ratio."),
    With(diagnostic::kOutsideVocabulary,
         "Use one of the words that there are; a misspelt one would silently never match."),
    With(diagnostic::kStringWithType,
         "Compare it with a literal, or with a field, parameter or list of the same type."),
    With(diagnostic::kNotBool,
         "Compare the value with something: a condition is true or false."),
    With(diagnostic::kArgumentType,
         "Give the function a value of the type that it takes."),
    With(diagnostic::kNotConstant,
         "Write a literal here: what stands there has to be known when the rule is "
         "loaded."),
    With(diagnostic::kBadPattern,
         "Patterns are RE2: no look-around, no back-references, at most 1 KiB."),
    With(diagnostic::kRoundDigits,
         "Write a number from 0 to 12."),
    With(diagnostic::kBadMoney,
         "Write an amount and three capitals: 9200.00 EUR, no thousands separators."),
    With(diagnostic::kNoRate,
         "Add the currency to the pack's `rates`, or write the amount in the base "
         "currency."),
    With(diagnostic::kBadDuration,
         "Write one whole number and ms, s, m, h or d: 72h."),
    With(diagnostic::kNoOrder,
         "Compare with == or !=, or ask `in`."),
    With(diagnostic::kListType,
         "Declare the list `of:` the type of what is looked for in it."),
    With(diagnostic::kBadParameter,
         "Write value, min and max as the parameter's type has them."),
    With(diagnostic::kParameterRange,
         "Move the value inside min and max, or widen them."),
    With(diagnostic::kBadList,
         "Give the list either `items` or a `file` beside the pack."),
    With(diagnostic::kBadItem,
         "Mend the item; each has to be a value of the list's type."),
    With(diagnostic::kListTooLong,
         "Raise max_items if so many are meant, else look at what produced the list."),
    With(diagnostic::kBadRates,
         "Write base units for one unit of the currency: USD: 0.92."),
    With(diagnostic::kOtherRates,
         "Keep one table of rates for all packs that are loaded together."),
    With(diagnostic::kUnknownParameter,
         "Write the name of a parameter that one of the packs declares."),
    With(diagnostic::kAggregateCount,
         "Declare one feature for each figure."),
    With(diagnostic::kDirection,
         "Write debits, credits or both."),
    With(diagnostic::kOf,
         "Say `of: debits`, `of: credits` or `of: both` beside a field; count, seen, age, "
         "idle and share of entries take the direction as their value."),
    With(diagnostic::kAggregateField,
         "Take amount or amount.original; distinct, first and last take any field that "
         "entries keep."),
    With(diagnostic::kOver,
         "Write a window from 10s to 400d, or `ever`."),
    With(diagnostic::kSkip,
         "Make `skip` shorter than `over`: the window is (t - over, t - skip]."),
    With(diagnostic::kEver,
         "Give the feature a window: `ever` is what a subject's record keeps, count, sum, "
         "least, greatest, first and last."),
    With(diagnostic::kShare,
         "Say which part: a `where`."),
    With(diagnostic::kOriginalCurrencies,
         "Add `per: currency`, or currency == \"EUR\" to the where, or take amount."),
    With(diagnostic::kPer,
         "Name fields that entries keep, each once."),
    With(diagnostic::kStatusWord,
         "Write received, authorised, settled, rejected or cancelled, a list of them, or "
         "any."),
    With(diagnostic::kPercentile,
         "Write p: 95, over 0 and up to 100."),
    With(diagnostic::kRetention,
         "Raise engine.retention_days, or shorten the window."),
    With(diagnostic::kNoSuchLegs,
         "Devices and cards have debits, merchants credits; accounts and parties have "
         "both."),
    With(diagnostic::kDuplicateRule,
         "Rename one of the two: ids name rules in alerts and in the audit trail."),
    With(diagnostic::kOtherSubject,
         "Give the feature the rule's `on:`, or the rule the feature's; another subject's "
         "ledger lies in another lane."),
    With(diagnostic::kAction,
         "Leave it out, or make the rule a validity rule: `kind: validity` with an "
         "`action`."),
    With(diagnostic::kRejectFeature,
         "Use hold or flag: a rejected transaction never enters a ledger, so it can't "
         "depend on one."),
    With(diagnostic::kFoldedValidity,
         "Leave `once_per` out: every transaction gets its own verdict."),
    With(diagnostic::kFoldingKey,
         "Begin the key with the rule's subject: key: account, or key: [account, "
         "counterparty]."),
    With(diagnostic::kFoldingTime,
         "Write a duration of up to 400d; a parameter can't stand here."),
    With(diagnostic::kNoSuchSide,
         "Say subject: debtor for devices and cards, subject: creditor for merchants."),
    With(diagnostic::kReason,
         "Write {figure} or {figure|fallback}, and {{ or }} for braces."),
    With(diagnostic::kEvidence,
         "Name features of this pack that have a window; `most` is from 1 to 1000."),
    With(diagnostic::kDuplicateException,
         "Give each exception of a rule an id of its own."),
    With(diagnostic::kTooManyRules,
         "Load fewer packs: 10,000 rules and as many features are the most."),
    With(diagnostic::kUnused,
         "Take the declaration out, or use it: a limit that nothing reads protects "
         "nobody."),
    With(diagnostic::kExpiredException,
         "Have it approved again with a new `until`, or take it out: it no longer "
         "applies."),
    With(diagnostic::kIntegerDivision,
         "Multiply one side by 1.0 if a fraction is meant."),
    With(diagnostic::kMaybeUnknown,
         "Say what is to happen without it: known(x) && …, or !known(x) || …. Otherwise "
         "the rule silently stays away."),
    With(diagnostic::kCountsItself,
         "Add `prior: true` if an earlier leg is meant: the window includes the leg that "
         "is judged."),
    With(diagnostic::kReviewOverdue,
         "Review the rule, then set `reviewed` and `review_by`."),
    With(diagnostic::kNumberNotShown,
         "Put each figure and each limit that decides into the reason, so that an officer "
         "can check it: {figure}, {limit}."),
    With(diagnostic::kUnapproved,
         "Say who approved the exception, and until when it holds."),
    With(diagnostic::kNeverTrue,
         "Look at the limits that contradict each other: the rule can't alert. Change or "
         "take out the part under the caret."),
    With(diagnostic::kAlwaysTrue,
         "Look at the part under the caret: it rules nothing out. Take it out, or write "
         "the limit that was meant."),
    With(diagnostic::kSameRule,
         "Keep one of the two, or say in their conditions how they differ."),
    With(diagnostic::kExpiresSoon,
         "Have it approved again, or let it end: it stops applying after that day."),
    With(diagnostic::kNotJustified,
         "Write why the rule exists (rationale), what it guards against (risk), when it "
         "was last reviewed and when it is due again."),
    With(diagnostic::kWindowTooLong,
         "Shorten `over`: the figures stay the same, and the ledger keeps less."),
    With(diagnostic::kUntested,
         "Add a test in which the rule alerts, and one that comes close and stays silent."),
    With(diagnostic::kOddScore,
         "Let the score follow the severity: officers see the highest score first."),
    With(diagnostic::kTippingOff,
         "Use `flag`, or a risk rule: a held payment tells the customer that somebody is "
         "looking."),
    With(diagnostic::kIdleException,
         "Take the exception out, or mend its condition."),
    With(diagnostic::kEmptyList,
         "Fill the list: as it stands, the condition can't be true."),
    With(diagnostic::kParameterBound,
         "Narrow the parameter's min or max: tuned to that bound, the rule would be off "
         "without saying so."),
    With(diagnostic::kOverBudget,
         "Shorten windows, drop columns that entries have to keep, or raise the budget."),
    With(diagnostic::kTestShape,
         "Write a test's keys as rules/README.md shows them."),
    With(diagnostic::kTestTable,
         "Give each row as many cells as there are columns, separated by |."),
    With(diagnostic::kTestColumn,
         "Name columns as fields are named: creditor.country."),
    With(diagnostic::kTestName,
         "Name a rule, a transaction, a list, an exception or a feature that there is."),
    With(diagnostic::kTestValue,
         "Write the expected value as the feature's type has it: 27900.00 EUR, 3, 72h."),
    With(diagnostic::kTestTwice,
         "Say it once."),
    With(diagnostic::kTestPack,
         "Name the file after its pack (cards.test.yaml beside cards.yaml), or say `pack: "
         "NAME` in it."),
    With(diagnostic::kTuningShape,
         "Write a tuning file's keys as rules/README.md shows them."),
    With(diagnostic::kTuningKey,
         "Tune parameters, lists, state and exceptions; a condition is the pack's own."),
    With(diagnostic::kTuningName,
         "Name a pack, parameter, list or rule that is loaded together with the file."),
    With(diagnostic::kTunedTwice,
         "Say it in one file."),
    With(diagnostic::kTuningException,
         "Give a site's exception an id, a reason, an approver and an end."),
    With(diagnostic::kNotInList,
         "Take the item out of `remove`: the list doesn't have it."),
};

// What the first digit of a code says.
constexpr std::string_view kChapters[] = {
    "the configuration", "the file and its shape", "names, types and expressions", "features",
    "rules", "allowed, but probably not meant (warnings)", "tests", "tuning files",
};

}  // namespace

std::span<const DiagnosticCode> DiagnosticCodes() { return kAll; }

const DiagnosticCode* FindDiagnosticCode(std::string_view code) {
  const auto found = std::find_if(std::begin(kAll), std::end(kAll),
                                  [&](const DiagnosticCode& info) { return info.code == code; });
  return found == std::end(kAll) ? nullptr : &*found;
}

std::string DiagnosticCodesMarkdown() {
  std::string text =
      "# What `vigla check` may say\n\n"
      "Made by `vigla help codes`; a test keeps it so. `vigla help VG2103` prints one of them.\n"
      "A code keeps its meaning for ever; a retired one is not used again.\n";
  char chapter = '\0';
  for (const DiagnosticCode& info : kAll) {
    if (info.code[2] != chapter) {
      chapter = info.code[2];
      text += "\n## VG" + std::string(1, chapter) + "xxx: " +
              std::string(kChapters[static_cast<size_t>(chapter - '0')]) +
              "\n\n| code | what is wrong | what to do |\n|---|---|---|\n";
    }
    const auto cell = [](std::string_view words) {
      std::string escaped;
      for (const char c : words) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
      return escaped;
    };
    text += "| " + std::string(info.code) + " | " + cell(info.about) + " | " + cell(info.help) +
            " |\n";
  }
  return text;
}

}  // namespace vigla
