// What the language server knows of a document, in the protocol's JSON. Cold.
#include "engine/lsp/language_answers.h"

#include <optional>

#include "engine/base/json_writer.h"
#include "engine/lsp/completion.h"
#include "engine/lsp/hover.h"

namespace vigla {
namespace {

constexpr int kErrorSeverity = 1;
constexpr int kWarningSeverity = 2;
constexpr int kNoteSeverity = 3;

int SeverityOf(const Diagnostic& finding) {
  switch (finding.severity) {
    case Severity::kError: return kErrorSeverity;
    case Severity::kWarning: return kWarningSeverity;
    case Severity::kNote: return kNoteSeverity;
  }
  return kErrorSeverity;
}

void AppendPosition(TextPosition position, JsonWriter* json) {
  json->BeginObject()
      .Field("line", int64_t{position.line})
      .Field("character", int64_t{position.character})
      .EndObject();
}

void AppendRange(const TextDocument& document, size_t begin, size_t end, JsonWriter* json) {
  json->Key("range").BeginObject().Key("start");
  AppendPosition(document.PositionOf(begin), json);
  json->Key("end");
  AppendPosition(document.PositionOf(end), json);
  json->EndObject();
}

// What a finding underlines: the word at its place, or the rest of the line.
std::pair<size_t, size_t> PlaceOf(const TextDocument& document, const Diagnostic& finding) {
  const size_t begin = document.OffsetOfFinding(finding.at.line, finding.at.column);
  size_t end = WordAround(document.text(), begin).second;
  if (end == begin) {
    const int line = document.PositionOf(begin).line;
    end = document.LineStart(line) + document.Line(line).size();
  }
  return {begin, end};
}

void AppendFinding(const TextDocument& document, const Diagnostic& finding, std::string* out) {
  const auto [begin, end] = PlaceOf(document, finding);
  std::string message = finding.message;
  if (!finding.advice.empty()) message += "\nhelp: " + finding.advice;
  JsonWriter json(out);
  json.BeginObject();
  AppendRange(document, begin, end, &json);
  json.Field("severity", int64_t{SeverityOf(finding)})
      .Field("code", finding.code)
      .Field("source", "vigla")
      .Field("message", message)
      .Key("data")  // as `vigla check` prints it
      .BeginObject()
      .Field("text", FormatDiagnostic(finding))
      .EndObject()
      .EndObject();
}

// What a quick fix writes, and instead of what.
struct Fix {
  size_t begin = 0, end = 0;
  std::string text;
};

// The change that `check --fix` would make, else the word that the advice asks about.
std::optional<Fix> FixOf(const TextDocument& document, const Diagnostic& finding) {
  if (finding.mend && finding.mend->is_located) {
    return Fix{finding.mend->begin, finding.mend->end, finding.mend->new_text};
  }
  constexpr std::string_view kQuestion = "did you mean `";
  const size_t question = finding.advice.find(kQuestion);
  if (question == std::string::npos) return std::nullopt;
  const size_t word = question + kQuestion.size();
  const size_t close = finding.advice.find('`', word);
  if (close == std::string::npos) return std::nullopt;
  const auto [begin, end] = PlaceOf(document, finding);
  return Fix{begin, end, finding.advice.substr(word, close - word)};
}

void AppendSymbol(const TextDocument& document, const OutlineEntry& entry, std::string* out) {
  constexpr int kFunction = 12, kVariable = 13, kConstant = 14, kArray = 18, kEvent = 24;
  const int kind = entry.section == "rules"        ? kEvent
                   : entry.section == "parameters" ? kConstant
                   : entry.section == "lists"      ? kArray
                   : entry.section == "features"   ? kVariable
                                                   : kFunction;
  const size_t last =
      document.LineStart(entry.last_line) + document.Line(entry.last_line).size();
  JsonWriter json(out);
  json.BeginObject()
      .Field("name", entry.name.empty() ? "?" : entry.name)
      .Field("detail", entry.section)
      .Field("kind", int64_t{kind});
  AppendRange(document, entry.begin, std::max(last, entry.end), &json);
  std::string selection;
  JsonWriter range(&selection);
  range.BeginObject().Key("start");
  AppendPosition(document.PositionOf(entry.begin), &range);
  range.Key("end");
  AppendPosition(document.PositionOf(entry.end), &range);
  range.EndObject();
  json.Key("selectionRange").Raw(selection).EndObject();
}

std::string LocationJson(const std::string& uri, const TextDocument& document,
                         std::pair<size_t, size_t> place) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field("uri", uri);
  AppendRange(document, place.first, place.second, &json);
  json.EndObject();
  return out;
}

}  // namespace

std::string DiagnosticsJson(const TextDocument& document, const Diagnostics& findings) {
  std::string out;
  JsonWriter json(&out);
  json.BeginArray();
  for (const Diagnostic& finding : findings.all()) {
    std::string part;
    AppendFinding(document, finding, &part);
    json.Raw(part);
  }
  json.EndArray();
  return out;
}

std::string CompletionJson(const TextDocument& document, size_t offset) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field("isIncomplete", false).Key("items").BeginArray();
  // What is typed already is replaced, dots included, whatever the editor takes for a word.
  const std::string_view before = std::string_view(document.text()).substr(0, offset);
  const size_t begin = WordAround(before, offset).first;
  for (const Completion& completion : CompletionsAt(document, offset)) {
    json.BeginObject()
        .Field("label", completion.label)
        .Field("kind", static_cast<int64_t>(completion.kind))
        .OptionalField("detail", completion.detail)
        .OptionalField("documentation", completion.about)
        .Field("sortText", (completion.fits_best ? "0" : "1") + completion.label)
        .Key("textEdit")
        .BeginObject();
    AppendRange(document, begin, offset, &json);
    json.Field("newText", completion.insert.empty() ? completion.label : completion.insert)
        .EndObject()
        .EndObject();
  }
  json.EndArray().EndObject();
  return out;
}

std::string HoverJson(const TextDocument& document, size_t offset, const RuleSet* rule_set) {
  const std::optional<Hover> hover = HoverAt(document, offset, rule_set);
  if (!hover) return "null";
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Key("contents")
      .BeginObject()
      .Field("kind", "markdown")
      .Field("value", hover->text)
      .EndObject();
  AppendRange(document, hover->begin, hover->end, &json);
  json.EndObject();
  return out;
}

std::optional<std::string> DefinitionJson(const std::string& uri, const TextDocument& document,
                                          size_t offset) {
  const auto place = DefinitionAt(document, offset);
  return place ? std::optional(LocationJson(uri, document, *place)) : std::nullopt;
}

std::optional<std::string> DefinitionOfWordJson(const std::string& uri,
                                                const TextDocument& document,
                                                std::string_view word) {
  const auto place = DefinitionOf(document, word);
  return place ? std::optional(LocationJson(uri, document, *place)) : std::nullopt;
}

std::string_view WordTextAt(const TextDocument& document, size_t offset) {
  const auto [begin, end] = WordAround(document.text(), offset);
  return std::string_view(document.text()).substr(begin, end - begin);
}

std::string LensesJson(const std::string& uri, const TextDocument& document, bool has_more) {
  std::string out;
  JsonWriter json(&out);
  json.BeginArray();
  const auto add = [&](size_t begin, size_t end, std::string_view title, std::string_view test) {
    json.BeginObject();
    AppendRange(document, begin, end, &json);
    json.Key("command")
        .BeginObject()
        .Field("title", title)
        .Field("command", kRunTestsCommand)
        .Key("arguments")
        .BeginArray()
        .String(uri);
    if (!test.empty()) json.String(test);
    json.EndArray().EndObject().EndObject();
  };
  std::vector<OutlineEntry> tests = OutlineOf(document);
  std::erase_if(tests, [](const OutlineEntry& entry) { return entry.section != "tests"; });
  if (!tests.empty() || has_more) add(0, 0, "run tests", "");
  for (const OutlineEntry& test : tests) add(test.begin, test.end, "run test", test.name);
  json.EndArray();
  return out;
}

std::string SymbolsJson(const TextDocument& document) {
  std::string out;
  JsonWriter json(&out);
  json.BeginArray();
  for (const OutlineEntry& entry : OutlineOf(document)) {
    std::string part;
    AppendSymbol(document, entry, &part);
    json.Raw(part);
  }
  json.EndArray();
  return out;
}

std::string ActionsJson(const std::string& uri, const TextDocument& document,
                        const Diagnostics& findings, const TextRange& range) {
  const size_t first = document.OffsetOf(range.begin), last = document.OffsetOf(range.end);
  std::string out;
  JsonWriter json(&out);
  json.BeginArray();
  for (const Diagnostic& finding : findings.all()) {
    const auto [begin, end] = PlaceOf(document, finding);
    const std::optional<Fix> fix = FixOf(document, finding);
    if (!fix || end < first || begin > last) continue;
    std::string part;
    AppendFinding(document, finding, &part);
    json.BeginObject()
        .Field("title", "Write " + fix->text)
        .Field("kind", "quickfix")
        .Key("diagnostics")
        .BeginArray()
        .Raw(part)
        .EndArray()
        .Key("edit")
        .BeginObject()
        .Key("changes")
        .BeginObject()
        .Key(uri)
        .BeginArray()
        .BeginObject();
    AppendRange(document, fix->begin, fix->end, &json);
    json.Field("newText", fix->text).EndObject().EndArray().EndObject().EndObject().EndObject();
  }
  json.EndArray();
  return out;
}

}  // namespace vigla
