// The language server: framing, positions in UTF-16, and answers on documents that are half typed.
#include "engine/lsp/language_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/lsp/completion.h"
#include "engine/lsp/hover.h"
#include "engine/lsp/message_reader.h"

namespace vigla {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

PackTools Tools(const LoadOptions& options) {
  PackTools tools;
  tools.check = [options](const std::string& pack, const UnsavedTexts& unsaved,
                          Diagnostics* findings) {
    return LoadUnsavedRuleSet({pack}, unsaved, options, findings);
  };
  return tools;
}

TEST(MessageReaderTest, TakesMessagesHoweverTheyAreCut) {
  const std::string stream = FrameMessage("{\"a\":1}") + FrameMessage("") + FrameMessage("ä");
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    MessageReader reader;
    std::vector<std::string> bodies;
    for (size_t at = 0; at < stream.size(); at += piece) {
      reader.Append(std::string_view(stream).substr(at, piece));
      std::string body;
      while (*reader.Next(&body)) bodies.push_back(body);
    }
    EXPECT_THAT(bodies, ElementsAre("{\"a\":1}", "", "ä"));
  }
}

TEST(MessageReaderTest, RefusesWhatHasNoLength) {
  const std::string no_end(MessageReader::kHeaderBytesMax + 1, 'x');
  for (const std::string& stream :
       {std::string("Content-Type: x\r\n\r\n{}"), std::string("Content-Length: -1\r\n\r\n"),
        std::string("Content-Length: 1x\r\n\r\n1"), std::string("Content-Length:\r\n\r\n"),
        std::string("Content-Length: 99999999999999999999\r\n\r\n"),
        std::string("Content-Length: 999999999\r\n\r\n"), std::string("nothing\r\n\r\n"),
        no_end}) {
    MessageReader reader;
    reader.Append(stream);
    std::string body;
    EXPECT_TRUE(absl::IsInvalidArgument(reader.Next(&body).status())) << stream;
  }
}

TEST(TextDocumentTest, CountsUtf16Units) {
  TextDocument document("a𝄞b\r\nüx\n");
  EXPECT_EQ(document.OffsetOf({0, 1}), 1u);
  EXPECT_EQ(document.OffsetOf({0, 2}), 1u);  // within the pair
  EXPECT_EQ(document.OffsetOf({0, 3}), 5u);
  EXPECT_EQ(document.OffsetOf({0, 99}), 6u);
  EXPECT_EQ(document.OffsetOf({1, 1}), 10u);
  EXPECT_EQ(document.OffsetOf({9, 0}), document.text().size());
  EXPECT_EQ(document.PositionOf(5), (TextPosition{0, 3}));
  EXPECT_EQ(document.PositionOf(10), (TextPosition{1, 1}));
  EXPECT_EQ(document.OffsetOfFinding(1, 3), 5u);  // code points
  document.Replace({{0, 3}, {1, 1}}, "Ω");
  EXPECT_EQ(document.text(), "a𝄞Ωx\n");
}

TEST(TextDocumentTest, ChangesLikeAStringWouldWhateverTheBytes) {
  std::mt19937 random(7);
  const std::string_view pieces[] = {"a", "ü", "\n", "𝄞", "\r\n", "\xF0\x9D", "\xFF", ""};
  TextDocument document;
  for (int i = 0; i < 3000; ++i) {
    const TextPosition begin{static_cast<int>(random() % 6), static_cast<int>(random() % 8)};
    const TextPosition end{static_cast<int>(random() % 6), static_cast<int>(random() % 8)};
    const size_t from = document.OffsetOf(begin);
    const size_t to = std::max(from, document.OffsetOf(end));
    std::string expected = document.text();
    const std::string_view piece = pieces[random() % std::size(pieces)];
    expected.replace(from, to - from, piece);
    document.Replace({begin, end}, piece);
    ASSERT_EQ(document.text(), expected);
    const size_t offset = random() % (expected.size() + 1);
    ASSERT_LE(document.OffsetOf(document.PositionOf(offset)), offset);
    if (expected.size() > 60) document.SetText("");
  }
}

// The text up to `^` is before the place; the labels offered there.
std::vector<std::string> LabelsAt(std::string text) {
  const size_t place = text.find('^');
  text.erase(place, 1);
  std::vector<std::string> labels;
  for (const Completion& completion : CompletionsAt(TextDocument(text), place)) {
    labels.push_back(completion.label);
  }
  return labels;
}

constexpr std::string_view kHead =
    "pack: p\nversion: 1\nparameters:\n  limit: {type: money, value: 5 EUR}\n"
    "lists:\n  shops: {of: account, items: [A]}\n"
    "macros:\n  cash_in: kind == cash_deposit\n"
    "features:\n  paid: {sum: amount, of: credits, over: 3d, where: cash_in}\n";

std::string WithHead(std::string_view rest) { return std::string(kHead) + std::string(rest); }

TEST(CompletionTest, OffersTheKeysOfTheMapItStandsIn) {
  EXPECT_THAT(LabelsAt(WithHead("^")), Contains("rules"));
  EXPECT_THAT(LabelsAt(WithHead("rules:\n  - rule: r\n    sev^")), Contains("severity"));
  EXPECT_THAT(LabelsAt(WithHead("rules:\n  - ^")), Contains("rule"));
  const auto exception = LabelsAt(WithHead("rules:\n  - rule: r\n    unless:\n      - id: x\n"
                                           "        ^"));
  EXPECT_THAT(exception, Contains("because"));
  EXPECT_THAT(exception, Not(Contains("severity")));
  EXPECT_THAT(LabelsAt(WithHead("  new: {count: debits, ^")), Contains("over"));
  EXPECT_THAT(LabelsAt(WithHead("rules:\n  - rule: r\n    once_per: {^")),
              ElementsAre("key", "for"));
}

TEST(CompletionTest, OffersWhatAnExpressionMayName) {
  const auto when = LabelsAt(WithHead("rules:\n  - rule: r\n    when: >-\n      pa^"));
  for (const char* name : {"limit", "shops", "cash_in", "paid", "amount", "debtor.country",
                           "known", "money"}) {
    EXPECT_THAT(when, Contains(name));
  }
  EXPECT_THAT(when, Not(Contains("this.amount")));
  const auto where = LabelsAt(WithHead("  new: {count: debits, over: 1h, where: a^"));
  EXPECT_THAT(where, Contains("this.amount"));
  EXPECT_THAT(where, Not(Contains("paid")));  // no feature is made of features
  const auto hole = LabelsAt(WithHead("rules:\n  - rule: r\n    reason: >-\n      so {pa^"));
  EXPECT_THAT(hole, Contains("paid"));
  EXPECT_TRUE(LabelsAt(WithHead("rules:\n  - rule: r\n    reason: so pa^")).empty());
}

TEST(CompletionTest, OffersTheWordsThatFit) {
  const std::string rule = "rules:\n  - rule: r\n    ";
  EXPECT_EQ(LabelsAt(WithHead(rule + "when: kind == ca^"))[0], "credit_transfer");
  EXPECT_EQ(LabelsAt(WithHead(rule + "when: status != ^"))[0], "received");
  EXPECT_EQ(LabelsAt(WithHead(rule + "when: channel in [\"atm\", ^"))[0], "branch");
  EXPECT_THAT(LabelsAt(WithHead(rule + "state: ^")), ElementsAre("off", "shadow", "live"));
  EXPECT_THAT(LabelsAt(WithHead(rule + "evidence: {entries_of: ^")), ElementsAre("paid"));
  EXPECT_TRUE(LabelsAt(WithHead(rule + "title: the ^")).empty());
  EXPECT_TRUE(LabelsAt(WithHead(rule + "# when: ^")).empty());
}

std::string HoverOn(std::string text) {
  const size_t place = text.find('^');
  text.erase(place, 1);
  const auto hover = HoverAt(TextDocument(text), place, nullptr);
  return hover ? hover->text : "";
}

TEST(HoverTest, SaysWhatAWordMeans) {
  EXPECT_THAT(HoverOn(WithHead("rules:\n  - rule: r\n    when: am^ount > limit")),
              HasSubstr("`amount`: money"));
  EXPECT_THAT(HoverOn(WithHead("rules:\n  - rule: r\n    when: amount > li^mit")),
              HasSubstr("value: 5 EUR"));
  EXPECT_THAT(HoverOn(WithHead("rules:\n  - rule: r\n    when: pa^id > limit")),
              HasSubstr("over: 3d"));
  EXPECT_THAT(HoverOn(WithHead("rules:\n  - rule: r\n    sever^ity: low")),
              HasSubstr("One of: info low"));
  EXPECT_THAT(HoverOn(WithHead("rules:\n  - rule: r\n    when: kn^own(channel)")),
              HasSubstr("function `known`"));
}

TEST(DefinitionTest, FindsNamesAndTests) {
  const auto target = [](std::string text) {
    const size_t place = text.find('^');
    text.erase(place, 1);
    const auto found = DefinitionAt(TextDocument(text), place);
    return found ? text.substr(found->first, found->second - found->first) : std::string();
  };
  EXPECT_EQ(target(WithHead("rules:\n  - rule: r\n    when: cash^_in")), "cash_in");
  EXPECT_EQ(target(WithHead("rules:\n  - rule: r\n    when: amo^unt")), "");
  EXPECT_EQ(target(WithHead("tests:\n  - name: one piece\n  - name: two\n    like: one ^piece\n")),
            "one piece");
}

TEST(LanguageServerTest, SurvivesEveryBeginningOfADocument) {
  const KeyedHasher hasher("test");
  LoadOptions options;
  options.hasher = &hasher;
  const std::string text = WithHead(
      "rules:\n  - rule: r\n    title: \"t\"\n    subject: debtor\n    severity: low\n"
      "    score: 1\n    when: paid > limit && (account in shops || known(channel))\n"
      "    unless: [{id: x, if: cash_in, because: b}]\n    reason: \"{paid|none}\"\n");
  LanguageServer server(Tools(options));
  server.Handle(R"({"id":1,"method":"initialize"})");
  for (size_t size = 0; size <= text.size(); ++size) {
    const TextDocument document(text.substr(0, size));
    CompletionsAt(document, size);
    HoverAt(document, size, nullptr);
    DefinitionAt(document, size);
  }
}

TEST(LanguageServerTest, AnswersWhateverItIsSent) {
  const KeyedHasher hasher("test");
  LoadOptions options;
  options.hasher = &hasher;
  LanguageServer server(Tools(options));
  EXPECT_THAT(server.Handle("{").at(0), HasSubstr("-32700"));
  EXPECT_THAT(server.Handle("[]").at(0), HasSubstr("-32600"));
  EXPECT_THAT(server.Handle(R"({"id":"x","method":"textDocument/hover"})").at(0),
              HasSubstr(R"("id":"x","error":{"code":-32002)"));
  server.Handle(R"({"id":1,"method":"initialize"})");
  EXPECT_THAT(server.Handle(R"({"id":2,"method":"nonsense"})").at(0), HasSubstr("-32601"));
  EXPECT_THAT(server.Handle(R"({"id":3,"method":"textDocument/hover","params":[]})").at(0),
              HasSubstr("-32602"));
  EXPECT_TRUE(server.Handle(R"({"method":"nonsense"})").empty());
  EXPECT_TRUE(server.Handle(R"({"id":4,"result":null})").empty());
  EXPECT_THAT(server.Handle(R"({"id":5,"method":"shutdown"})"),
              ElementsAre(R"({"jsonrpc":"2.0","id":5,"result":null})"));
  EXPECT_THAT(server.Handle(R"({"id":6,"method":"initialize"})").at(0), HasSubstr("-32600"));
  server.Handle(R"({"method":"exit"})");
  EXPECT_TRUE(server.is_over());
  EXPECT_EQ(server.exit_code(), 0);
}

TEST(LanguageServerTest, PathsOfUris) {
  EXPECT_EQ(PathOfUri("file:///a/b%20c%C3%BC.yaml"), "/a/b cü.yaml");
  EXPECT_EQ(PathOfUri("file://host/a%2"), "/a%2");
  EXPECT_EQ(PathOfUri("untitled:1"), "untitled:1");
  EXPECT_EQ(UriOfPath("/a/b cü.yaml"), "file:///a/b%20c%C3%BC.yaml");
}

}  // namespace
}  // namespace vigla
