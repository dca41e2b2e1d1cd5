// The one table of codes: distinct, in order, each with what to do; the docs are made of it.
#include "engine/rule/diagnostic_codes.h"

#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

namespace vigla {
namespace {

TEST(DiagnosticCodes, AreDistinctAndInOrderAndSayWhatToDo) {
  std::string_view last;
  for (const DiagnosticCode& code : DiagnosticCodes()) {
    EXPECT_LT(last, code.code);
    EXPECT_EQ(code.code.size(), 6u);
    EXPECT_FALSE(code.about.empty()) << code.code;
    EXPECT_TRUE(code.help.ends_with('.')) << code.code;
    EXPECT_EQ(FindDiagnosticCode(code.code), &code);
    last = code.code;
  }
  EXPECT_EQ(FindDiagnosticCode("VG9999"), nullptr);
}

TEST(DiagnosticCodes, AreTheDocumentation) {
  std::ifstream file("engine/docs/diagnostics.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), DiagnosticCodesMarkdown())
      << "vigla help codes > engine/docs/diagnostics.md";
}

}  // namespace
}  // namespace vigla
