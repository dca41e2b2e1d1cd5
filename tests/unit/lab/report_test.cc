// Reports: texts can't break out of their place, figures read the same everywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/hash.h"
#include "engine/lab/report/html_page.h"
#include "engine/lab/report/plot.h"
#include "engine/lab/report/plot_axis.h"
#include "engine/lab/report/text.h"

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHostile = "<script>alert(1)</script>\"'&";

TEST(ReportText, GroupsAndRounds) {
  EXPECT_EQ(GroupDigits(0), "0");
  EXPECT_EQ(GroupDigits(999), "999");
  EXPECT_EQ(GroupDigits(-1234567), "-1,234,567");
  EXPECT_EQ(FormatFigure(1234.25, 1), "1,234.3");
  EXPECT_EQ(FormatFigure(-0.001, 2), "0.00");
  EXPECT_EQ(FormatJsonNumber(1234.5, 4), "1234.5000");
  EXPECT_EQ(FormatShare(std::nullopt), "–");
  EXPECT_EQ(FormatShare(0.1234), "12.3 %");
}

TEST(ReportText, MasksWhatNamesSomebody) {
  EXPECT_EQ(MaskId("DE02120300000000202051"), "DE…51");
  EXPECT_EQ(MaskId("KARL"), "…");
  EXPECT_EQ(MaskId("Jörg-Müller"), "…");
}

TEST(ReportText, CsvQuotesAndDefusesFormulas) {
  std::string csv;
  CsvWriter(&csv).Row({"a", "b,c", "say \"x\"", "line\nend", "=1+1", "-5.25", "@x", ""});
  EXPECT_EQ(csv, "a,\"b,c\",\"say \"\"x\"\"\",\"line\nend\",'=1+1,-5.25,'@x,\r\n");
}

TEST(Report, EscapesEveryText) {
  HtmlPage page(kHostile, kHostile);
  page.Heading(kHostile);
  page.Figures({{std::string(kHostile), std::string(kHostile), std::string(kHostile)}});
  page.Table({{{std::string(kHostile), false}, {"n", true}},
              {{{std::string(kHostile), ""}, {std::string(kHostile), "high"}}},
              ""});
  BarPlot bars{std::string(kHostile), std::string(kHostile), "y", {std::string(kHostile)},
               {{std::string(kHostile), "1", {3}}, {"b", "2", {1}}}};
  page.Plot(RenderBarPlot(bars));
  LinePlot lines;
  lines.about = kHostile;
  lines.series = {{std::string(kHostile), "1", {{0, 1}, {2, 5}}, false, true}};
  lines.markers = {{1, std::string(kHostile)}};
  page.Plot(RenderLinePlot(lines));
  const std::string html = page.Finish();
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("\"'&\"")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
}

TEST(Report, FetchesNothing) {
  const std::string html = HtmlPage("t", "a").Finish();
  for (const char* reference : {"http:", "https:", "//", "src=", "href=", "url(", "@import"}) {
    EXPECT_THAT(html, Not(HasSubstr(reference)));
  }
}

TEST(PlotAxisTest, TicksAreRoundAndHoldTheValues) {
  const PlotAxis axis(3, 1234, 0, 100, 5);
  EXPECT_LE(axis.ticks().front(), 3);
  EXPECT_GE(axis.ticks().back(), 1234);
  EXPECT_EQ(axis.Label(axis.ticks().back()), "1,500");
  EXPECT_EQ(axis.At(axis.ticks().front()), 0);
  EXPECT_EQ(axis.At(axis.ticks().back()), 100);
  const PlotAxis small(0, 0.04, 100, 0, 4);
  EXPECT_EQ(small.Label(0.01), "0.01");
  EXPECT_EQ(small.At(0), 100);
  // Nothing to show is no division by zero.
  EXPECT_EQ(PlotAxis(0, 0, 0, 10, 5).At(0), 0);
}

TEST(PlotAxisTest, CountsOverPowersOfTenHaveAPlaceEach) {
  const PlotAxis axis = PlotAxis::Logarithmic(180'159, 100, 0);
  EXPECT_THAT(axis.ticks(), ElementsAre(0, 1, 10, 100, 1000, 10'000, 100'000, 1'000'000));
  EXPECT_EQ(axis.Label(axis.ticks().back()), "1,000,000");
  EXPECT_EQ(axis.At(0), 100);
  EXPECT_NEAR(axis.At(1'000'000), 0, 1e-9);
  for (size_t i = 1; i < axis.ticks().size(); ++i) {
    EXPECT_GT(axis.At(axis.ticks()[i - 1]) - axis.At(axis.ticks()[i]), 4);
  }
}

TEST(Report, OnlyItsOwnScriptMayRun) {
  const std::string html = HtmlPage("t", "a").Finish();
  const size_t script = html.find("<script>") + 8;
  const std::string text = html.substr(script, html.find("</script>") - script);
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr("script-src 'sha256-" + Base64Of(Sha256::Of(text).View()) + "'"));
}

}  // namespace
}  // namespace vigla
