// YAML is read as texts with positions, and strictly.
#include "engine/rule/yaml_tree.h"

#include <string>

#include "gtest/gtest.h"

namespace vigla {
namespace {

std::unique_ptr<YamlDocument> Read(const std::string& text, Diagnostics* diagnostics,
                                   const YamlLimits& limits = {}) {
  return ReadYaml("a.yaml", text, limits, diagnostics);
}

std::unique_ptr<YamlDocument> ReadGood(const std::string& text) {
  Diagnostics diagnostics;
  auto document = Read(text, &diagnostics);
  EXPECT_NE(document, nullptr);
  EXPECT_TRUE(diagnostics.all().empty());
  return document;
}

std::string CodeOf(const std::string& text, const YamlLimits& limits = {}) {
  Diagnostics diagnostics;
  EXPECT_EQ(Read(text, &diagnostics, limits), nullptr);
  return diagnostics.all().empty() ? "" : diagnostics.all()[0].code;
}

TEST(YamlTree, ScalarsAreTextsWhateverTheyLookLike) {
  const auto document = ReadGood("a: NO\nb: on\nc: 1_000\nd: 0777\ne: ~\nf: 1.50\ng: 2026-03-02\n");
  std::string all;
  for (const YamlEntry& entry : document->root.entries) all += entry.value.text + ",";
  EXPECT_EQ(all, "NO,on,1_000,0777,~,1.50,2026-03-02,");
}

TEST(YamlTree, TellsPlainFromQuotedAndBlock) {
  const auto document = ReadGood("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\n");
  EXPECT_EQ(document->root.Find("a")->style, YamlNode::Style::kPlain);
  EXPECT_EQ(document->root.Find("b")->style, YamlNode::Style::kQuoted);
  EXPECT_EQ(document->root.Find("c")->style, YamlNode::Style::kQuoted);
  EXPECT_EQ(document->root.Find("d")->style, YamlNode::Style::kBlock);
  EXPECT_EQ(document->root.Find("e"), nullptr);
  EXPECT_FALSE(document->root.Find("a")->IsBlank());
}

TEST(YamlTree, ABlankValueIsNoQuotedEmptyText) {
  const auto document = ReadGood("a:\nb: ''\n");
  EXPECT_TRUE(document->root.Find("a")->IsBlank());
  EXPECT_FALSE(document->root.Find("b")->IsBlank());
}

TEST(YamlTree, ColumnsCountCodePoints) {
  const auto document = ReadGood("{ä€: ö, b: c}\n");
  EXPECT_EQ(document->root.Find("b")->column, 12);
  EXPECT_EQ(document->root.entries[1].column, 9);
}

// Where each `@` of a scalar stands, as line:column.
std::string PlacesOfMarks(const std::string& text) {
  const auto document = ReadGood(text);
  const YamlNode& node = *document->root.Find("a");
  const TextPositions positions = document->PositionsIn(node);
  EXPECT_EQ(positions.size(), node.text.size() + 1);
  std::string places;
  for (size_t i = 0; i < node.text.size(); ++i) {
    if (node.text[i] != '@') continue;
    places += std::to_string(positions[i].first) + ":" + std::to_string(positions[i].second) + " ";
  }
  return places;
}

TEST(YamlTree, FindsPlacesThroughFoldingAndQuotes) {
  EXPECT_EQ(PlacesOfMarks("a: x@ y@\n"), "1:5 1:8 ");
  EXPECT_EQ(PlacesOfMarks("a: 'it''s @'\n"), "1:11 ");
  EXPECT_EQ(PlacesOfMarks("a: \"x\\\" @\"\n"), "1:9 ");
  EXPECT_EQ(PlacesOfMarks("a: >-\n  x@\n  é@\n\n  @\n"), "2:4 3:4 5:3 ");
  EXPECT_EQ(PlacesOfMarks("a: |2 # why\n    @\n"), "2:5 ");
  EXPECT_EQ(PlacesOfMarks("a: x\n  y@\n"), "2:4 ");
  EXPECT_EQ(PlacesOfMarks("b: c\r\na: x@\r\n"), "2:5 ");
}

TEST(YamlTree, RefusesWhatIsNotPlain) {
  EXPECT_EQ(CodeOf("a: &x b\n"), "VG1006");
  EXPECT_EQ(CodeOf("a: !x b\n"), "VG1007");
  EXPECT_EQ(CodeOf("a: ! b\n"), "VG1007");
  EXPECT_EQ(CodeOf("%TAG ! x\n--- a\n"), "VG1007");
  EXPECT_EQ(CodeOf("<<: b\n"), "VG1008");
  EXPECT_EQ(CodeOf("a: b\n---\nc: d\n"), "VG1009");
  EXPECT_EQ(CodeOf("a: b\n'a': c\n"), "VG1010");
  EXPECT_EQ(CodeOf("? [a]\n: b\n"), "VG1011");
  EXPECT_EQ(CodeOf(""), "VG1002");
  EXPECT_EQ(CodeOf("a: \"\\0\"\n"), "VG1002");
  EXPECT_EQ(CodeOf("a: \xFF\n"), "VG1002");
  EXPECT_EQ(CodeOf(std::string("a: b\0", 5)), "VG1002");
}

TEST(YamlTree, AQuotedMergeKeyIsAKey) { ReadGood("'<<': b\n"); }

TEST(YamlTree, HoldsItsLimits) {
  YamlLimits limits;
  limits.bytes_max = 10;
  EXPECT_EQ(CodeOf("a: 12345678\n", limits), "VG1003");
  ReadGood(std::string(63, '[') + "a" + std::string(63, ']'));
  EXPECT_EQ(CodeOf(std::string(64, '[') + "a" + std::string(64, ']')), "VG1004");
  EXPECT_EQ(CodeOf(std::string(100'000, '[')), "VG1004");
  limits = {};
  limits.nodes_max = 3;
  EXPECT_EQ(CodeOf("[a, b, c]\n", limits), "VG1005");
}

TEST(YamlTree, ReportsAllFindingsOfAFileWithTheirLines) {
  Diagnostics diagnostics;
  EXPECT_EQ(Read("a: &x b\na: c\n", &diagnostics), nullptr);
  ASSERT_EQ(diagnostics.all().size(), 2u);
  EXPECT_EQ(diagnostics.all()[0].snippet, "a: &x b");
  EXPECT_EQ(diagnostics.all()[1].snippet, "a: c");
  EXPECT_EQ(diagnostics.all()[1].at.line, 2);
}

TEST(YamlTree, ReadsJsonOfStringsOnly) {
  const auto document = ReadJsonTree(R"({"a":["x","\u0000"],"b":{}})");
  ASSERT_NE(document, nullptr);
  EXPECT_EQ(document->root.Find("a")->items[1].text, std::string("\0", 1));
  EXPECT_TRUE(document->root.Find("b")->IsMapping());
  EXPECT_EQ(ReadJsonTree(R"({"a":1})"), nullptr);
  EXPECT_EQ(ReadJsonTree("{"), nullptr);
}

}  // namespace
}  // namespace vigla
