// What a run of tests found: for people, for programs, for build servers. Cold.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/lab/pack_tests.h"

namespace vigla {
namespace {

std::string PlaceText(const SourcePosition& at) {
  return absl::StrCat(at.file, ":", at.line, ":", at.column);
}

std::string XmlText(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default:
        // XML 1.0 has no place for other control characters.
        escaped += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return escaped;
}

void AppendIndented(std::string_view lines, std::string* text) {
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    absl::StrAppend(text, "      ", ToAbsl(lines.substr(0, end)), "\n");
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void AppendMember(std::string_view name, std::string_view value, std::string* text) {
  if (text->back() != '{') *text += ',';
  AppendJsonString(name, text);
  *text += ':';
  AppendJsonString(value, text);
}

void AppendPlace(const SourcePosition& at, std::string* text) {
  AppendMember("file", at.file, text);
  absl::StrAppend(text, ",\"line\":", at.line);
}

void AppendResult(const TestResult& result, std::string* text) {
  *text += '{';
  AppendMember("pack", result.pack, text);
  AppendMember("name", result.name, text);
  AppendPlace(result.at, text);
  absl::StrAppend(text, ",\"transactions\":", result.transactions,
                  ",\"passed\":", result.differences.empty() ? "true" : "false");
  if (!result.differences.empty()) AppendMember("reproduce", result.reproduce, text);
  *text += ",\"differences\":[";
  for (size_t i = 0; i < result.differences.size(); ++i) {
    *text += i == 0 ? "{" : ",{";
    AppendMember("text", result.differences[i].text, text);
    AppendPlace(result.differences[i].at, text);
    if (!result.figures[i].empty()) AppendMember("figures", result.figures[i], text);
    *text += '}';
  }
  *text += "]}";
}

}  // namespace

std::string FormatTestReport(const TestReport& report) {
  std::string text;
  for (const TestResult& result : report.results) {
    if (result.differences.empty()) continue;
    absl::StrAppend(&text, "FAILED ", PlaceText(result.at), ": ", result.pack, ": ", result.name,
                    "\n");
    for (size_t i = 0; i < result.differences.size(); ++i) {
      const TestDifference& difference = result.differences[i];
      absl::StrAppend(&text, "  ", PlaceText(difference.at), ": ", difference.text, "\n");
      AppendIndented(result.figures[i], &text);
    }
    absl::StrAppend(&text, "  reproduce: ", result.reproduce, "\n");
  }
  for (const std::string& pack : report.without_tests) {
    absl::StrAppend(&text, "note: ", pack, " has no tests\n");
  }
  const size_t count = report.results.size();
  absl::StrAppend(&text, count, count == 1 ? " test, " : " tests, ", report.failed, " failed\n");
  return text;
}

std::string FormatTestReportJson(const TestReport& report) {
  std::string text = "{\"schema\":\"vigla.test.v1\",\"tests\":";
  JsonWriter json(&text);
  json.Int(static_cast<int64_t>(report.results.size()));
  text += ",\"failed\":";
  json.Int(report.failed);
  text += ",\"errors\":";
  json.Int(report.diagnostics.errors());
  text += ",\"without_tests\":[";
  for (const std::string& pack : report.without_tests) {
    if (text.back() != '[') text += ',';
    AppendJsonString(pack, &text);
  }
  text += "],\"results\":[";
  for (const TestResult& result : report.results) {
    if (text.back() != '[') text += ',';
    AppendResult(result, &text);
  }
  return text + "]}\n";
}

std::string FormatTestReportJunit(const TestReport& report) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  absl::StrAppend(&xml, "<testsuites tests=\"", report.results.size(), "\" failures=\"",
                  report.failed, "\" errors=\"", report.diagnostics.errors(), "\">\n");
  absl::StrAppend(&xml, "<testsuite name=\"vigla test\" tests=\"", report.results.size(),
                  "\" failures=\"", report.failed, "\" errors=\"", report.diagnostics.errors(),
                  "\">\n");
  for (const TestResult& result : report.results) {
    absl::StrAppend(&xml, "<testcase classname=\"", XmlText(result.pack), "\" name=\"",
                    XmlText(result.name), "\" file=\"", XmlText(result.at.file), "\" line=\"",
                    result.at.line, "\"");
    if (result.differences.empty()) {
      xml += "/>\n";
      continue;
    }
    absl::StrAppend(&xml, "><failure message=\"", XmlText(result.differences[0].text), "\">");
    for (size_t i = 0; i < result.differences.size(); ++i) {
      const TestDifference& difference = result.differences[i];
      absl::StrAppend(&xml, XmlText(PlaceText(difference.at)), ": ", XmlText(difference.text),
                      "\n", XmlText(result.figures[i]));
    }
    absl::StrAppend(&xml, "reproduce: ", XmlText(result.reproduce), "</failure></testcase>\n");
  }
  for (const Diagnostic& finding : report.diagnostics.all()) {
    if (finding.severity != Severity::kError) continue;
    absl::StrAppend(&xml, "<testcase classname=\"", XmlText(finding.at.file), "\" name=\"",
                    XmlText(finding.code), "\"><error message=\"", XmlText(finding.message),
                    "\"/></testcase>\n");
  }
  return xml + "</testsuite>\n</testsuites>\n";
}

}  // namespace vigla
