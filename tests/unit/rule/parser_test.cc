// Expressions read as CEL reads them, and print the same for every layout.
#include "engine/rule/parser.h"

#include <string>

#include "engine/rule/compiler.h"
#include "gtest/gtest.h"

namespace vigla {
namespace {

std::string Printed(const std::string& text) {
  const ParsedExpression parsed = ParseExpression(text);
  if (parsed.root != nullptr) return SyntaxText(*parsed.root);
  EXPECT_EQ(parsed.errors.size(), 1u);
  const SyntaxError& error = parsed.errors.at(0);
  return std::string(error.code->code) + "@" + std::to_string(error.offset);
}

// With every operator in parentheses: how the text was understood.
std::string Structure(const Syntax& syntax) {
  std::string text;
  for (const auto& operand : syntax.operands) text += " " + Structure(*operand);
  switch (syntax.kind) {
    case SyntaxKind::kOperator:
      if (syntax.operation == ExpressionKind::kConditional) return "(?" + text + ")";
      return "(" + std::string(OperatorText(syntax.operation)) + text + ")";
    case SyntaxKind::kCall: return "(" + syntax.text + "()" + text + ")";
    case SyntaxKind::kSelect: return "(." + syntax.text + text + ")";
    case SyntaxKind::kIndex: return "([]" + text + ")";
    case SyntaxKind::kList: return "[" + text + " ]";
    case SyntaxKind::kString: return "'" + syntax.text + "'";
    default: return syntax.text;
  }
}

std::string Understood(const std::string& text) {
  const ParsedExpression parsed = ParseExpression(text);
  return parsed.root != nullptr ? Structure(*parsed.root) : "error";
}

TEST(Parser, BindsAsTheGrammarSays) {
  EXPECT_EQ(Understood("a || b && c == d + e * -f"),
            "(|| a (&& b (== c (+ d (* e (- f))))))");
  EXPECT_EQ(Understood("a - b - c"), "(- (- a b) c)");
  EXPECT_EQ(Understood("a / b * c % d"), "(% (* (/ a b) c) d)");
  EXPECT_EQ(Understood("a ? b : c ? d : e"), "(? a b (? c d e))");
  EXPECT_EQ(Understood("!a && !!b"), "(&& (! a) (! (! b)))");
  EXPECT_EQ(Understood("x in [1, 'b', true,]"), "(in x [ 1 'b' true ])");
  EXPECT_EQ(Understood("a.b.f(c, d).e"), "(.e (f() (.b a) c d))");
  EXPECT_EQ(Understood("f()"), "(f())");
  EXPECT_EQ(Understood("a[b + 1]"), "([] a (+ b 1))");
  EXPECT_EQ(Understood("(a || b) && c"), "(&& (|| a b) c)");
}

TEST(Parser, AMinusBeforeANumberIsPartOfIt) {
  EXPECT_EQ(Printed("-0x1f + 0X7FFFFFFFFFFFFFFF"), "-31 + 9223372036854775807");
  EXPECT_EQ(Printed("0x10000000000000000"), "VG2005@0");
  EXPECT_EQ(Understood("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Understood("a - 5"), "(- a 5)");
  EXPECT_EQ(Understood("a - -0.5"), "(- a -0.5)");
  EXPECT_EQ(Understood("--5"), "(- -5)");
  EXPECT_EQ(Understood("-(5)"), "(- 5)");
}

TEST(Parser, ReadsStringsWithEveryQuoteAndEscape) {
  EXPECT_EQ(Understood(R"("a'b")"), "'a'b'");
  EXPECT_EQ(Understood(R"('a"b')"), "'a\"b'");
  EXPECT_EQ(Understood(R"("\x41\u00e9\U0001F600\101\n\\")"), "'Aé😀A\n\\'");
  EXPECT_EQ(Understood(R"(r"a\d+")"), "'a\\d+'");
  EXPECT_EQ(Understood("'''a'\nb'''"), "'a'\nb'");
  EXPECT_EQ(Printed("\"a"), "VG2004@0");
  EXPECT_EQ(Printed("'a\nb'"), "VG2004@0");
  EXPECT_EQ(Printed(R"("\z")"), "VG2004@1");
  EXPECT_EQ(Printed(R"("\uD800")"), "VG2004@1");
  EXPECT_EQ(Printed(R"("\x00")"), "VG2004@1");
}

TEST(Parser, PrintsOneTextForEveryLayout) {
  const std::string text = "a && (b || !c) && f(d, -1) >= x.g(\"q\\\"\\n\") ? [1, 2] : e.h";
  EXPECT_EQ(Printed("a&&(b||!c)  &&f( d,-1)>=x . g('q\"\\n')?[1,2,]: // why\n e.h"), text);
  EXPECT_EQ(Printed(text), text);
}

TEST(Parser, SaysWhereItStopped) {
  EXPECT_EQ(Printed(""), "VG2002@0");
  EXPECT_EQ(Printed("a b"), "VG2002@2");
  EXPECT_EQ(Printed("a +"), "VG2002@3");
  EXPECT_EQ(Printed("(a"), "VG2002@2");
  EXPECT_EQ(Printed("a ? b"), "VG2002@5");
  EXPECT_EQ(Printed("f(a,)"), "VG2002@4");
  EXPECT_EQ(Printed("a.1"), "VG2002@2");
  EXPECT_EQ(Printed("a == b == c"), "VG2002@7");
  EXPECT_EQ(Printed("in"), "VG2002@0");
  EXPECT_EQ(Printed("null"), "VG2002@0");
  EXPECT_EQ(Printed("a = b"), "VG2001@2");
  EXPECT_EQ(Printed("a & b"), "VG2001@2");
  EXPECT_EQ(Printed("a # b"), "VG2001@2");
  EXPECT_EQ(Printed("1e3"), "VG2001@0");
  EXPECT_EQ(Printed("0x1G"), "VG2001@0");
  EXPECT_EQ(Printed("5u"), "VG2001@0");
  EXPECT_EQ(Printed("a == é"), "VG2001@5");
}

TEST(Parser, HoldsItsLimits) {
  const auto nested = [](int depth) {
    return std::string(depth, '(') + "a" + std::string(depth, ')');
  };
  EXPECT_EQ(Understood(nested(kExpressionDepthMax - 1)), "a");
  EXPECT_EQ(Printed(nested(kExpressionDepthMax)).substr(0, 6), "VG2003");
  EXPECT_EQ(Printed(std::string(100, '!') + "a").substr(0, 6), "VG2003");
  EXPECT_EQ(Printed(std::string(100'000, '(')).substr(0, 6), "VG2003");
  std::string chain = "a";
  for (int i = 1; i < 1'999; ++i) chain += "&&a";
  EXPECT_NE(Understood(chain), "error");
  for (int i = 0; i < 10; ++i) chain += "&&a";
  EXPECT_EQ(Printed(chain).substr(0, 6), "VG2003");
  EXPECT_EQ(Printed(std::string(kExpressionBytesMax + 1, ' ')), "VG2003@0");
}

TEST(Parser, AHoleEndsAtABraceOrALonePipe) {
  const auto hole = [](const std::string& text) {
    const ParsedExpression parsed = ParseHole(text, 1);
    return parsed.root == nullptr ? "error" : SyntaxText(*parsed.root) + text.substr(parsed.end);
  };
  EXPECT_EQ(hole("{a} b"), "a} b");
  EXPECT_EQ(hole("{a | none}"), "a| none}");
  EXPECT_EQ(hole("{a || b|none}"), "a || b|none}");
  EXPECT_EQ(hole("{'}|' == a}"), "\"}|\" == a}");
  EXPECT_EQ(hole("{}"), "error");
  EXPECT_EQ(hole("{a b}"), "error");
}

}  // namespace
}  // namespace vigla
