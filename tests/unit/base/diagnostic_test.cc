// Findings are complete, in reading order, and point at the place.
#include "engine/base/diagnostic.h"

#include <gtest/gtest.h>

#include <string>

namespace vigla {
namespace {

TEST(Diagnostics, CountsErrorsAndWarningsApart) {
  Diagnostics diagnostics;
  EXPECT_FALSE(diagnostics.HasErrors());
  diagnostics.Warning("VG1", {"a.yaml", 1, 1}, "w");
  EXPECT_FALSE(diagnostics.HasErrors());
  diagnostics.Error("VG2", {"a.yaml", 1, 1}, "e", "do this");
  EXPECT_TRUE(diagnostics.HasErrors());
  EXPECT_EQ(diagnostics.errors(), 1);
  EXPECT_EQ(diagnostics.warnings(), 1);
  EXPECT_EQ(diagnostics.all()[1].advice, "do this");
}

TEST(Diagnostics, SortsAsPeopleRead) {
  Diagnostics diagnostics;
  diagnostics.Error("VG3", {"b.yaml", 1, 1}, "5");
  diagnostics.Error("VG2", {"a.yaml", 10, 2}, "4");
  diagnostics.Error("VG9", {"a.yaml", 2, 7}, "3");
  diagnostics.Error("VG1", {"a.yaml", 2, 7}, "2");
  diagnostics.Warning("VG1", {"a.yaml", 0, 0}, "1");
  diagnostics.Sort();
  std::string order;
  for (const Diagnostic& diagnostic : diagnostics.all()) order += diagnostic.message;
  EXPECT_EQ(order, "12345");
}

TEST(FormatDiagnostic, ShowsPlaceSnippetCaretAndAdvice) {
  Diagnostic diagnostic{Severity::kError,
                        "VG2103",
                        {"p.yaml", 12, 13},
                        "unknown field 'creditor.contry'",
                        "did you mean 'creditor.country'?",
                        "      when: creditor.contry == 'DE'"};
  EXPECT_EQ(FormatDiagnostic(diagnostic),
            "error[VG2103]: p.yaml:12:13: unknown field 'creditor.contry'\n"
            "  12 |       when: creditor.contry == 'DE'\n"
            "     |             ^\n"
            "  help: did you mean 'creditor.country'?\n");
  diagnostic = {Severity::kWarning, "VG9", {"p.yaml", 0, 0}, "empty", "", ""};
  EXPECT_EQ(FormatDiagnostic(diagnostic), "warning[VG9]: p.yaml: empty\n");
}

TEST(FormatDiagnostic, CaretCountsCodePointsAndKeepsTabs) {
  const Diagnostic diagnostic{Severity::kError, "VG1", {"p.yaml", 3, 4}, "m", "", "\tüß = x"};
  EXPECT_NE(FormatDiagnostic(diagnostic).find("    | \t  ^\n"), std::string::npos)
      << FormatDiagnostic(diagnostic);
}

TEST(FormatDiagnostic, ShowsOfALongLineWhatStandsAroundTheColumn) {
  const std::string line = std::string(300, 'a') + "ü" + std::string(300, 'b');
  const auto shown = [&line](int column) {
    return FormatDiagnostic({Severity::kError, "VG1", {"p.yaml", 3, column}, "m", "", line});
  };
  EXPECT_NE(shown(301).find("  3 | …" + std::string(99, 'a') + "ü" + std::string(50, 'b') +
                            "…\n    | " + std::string(100, ' ') + "^\n"),
            std::string::npos)
      << shown(301);
  EXPECT_NE(shown(1).find("  3 | " + std::string(160, 'a') + "…\n    | ^\n"), std::string::npos)
      << shown(1);
  EXPECT_NE(shown(601).find("b\n"), std::string::npos) << "no dots at the end";
}

TEST(FormatDiagnostic, KeepsControlCharactersFromTheTerminal) {
  const std::string line("a\0\x1B[2Jb", 7);
  EXPECT_EQ(FormatDiagnostic({Severity::kError, "VG1", {"p.yaml", 3, 0}, "m", "do", line}),
            "error[VG1]: p.yaml:3: m\n  3 | a??[2Jb\n  help: do\n");
}

TEST(NearestWord, LooksPastInvisibleCharacters) {
  EXPECT_EQ(NearestWord("high\u200B", {"high", "low"}), "high");
  EXPECT_EQ(OnlyNearestWord("\uFEFFlow", {"high", "low"}), "low");
}

TEST(NearestWord, OffersOnlyWhatIsLikelyMeant) {
  const std::vector<std::string_view> words = {"creditor", "debtor", "amount", "currency", "id"};
  EXPECT_EQ(NearestWord("creditr", words), "creditor");
  EXPECT_EQ(NearestWord("cerditor", words), "creditor") << "swapped neighbours";
  EXPECT_EQ(NearestWord("amuont", words), "amount");
  EXPECT_EQ(NearestWord("debtor", words), "debtor");
  EXPECT_EQ(NearestWord("merchant", words), "");
  EXPECT_EQ(NearestWord("creditrrrr", words), "") << "three edits away";
  EXPECT_EQ(NearestWord("ix", words), "") << "half the word would have to change";
  EXPECT_EQ(NearestWord("", words), "");
  EXPECT_EQ(NearestWord("aaaa", {"aaab", "aaac"}), "aaab") << "the first of equals";
}

}  // namespace
}  // namespace vigla
