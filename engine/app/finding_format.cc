// Findings for programs. Cold.
#include "engine/app/finding_format.h"

#include <map>

#include "engine/base/json_writer.h"
#include "engine/rule/diagnostic_codes.h"

namespace vigla {
namespace {

constexpr char kSarifSchema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

void WriteMend(const Replacement& mend, JsonWriter* json) {
  json->Key("mend")
      .BeginObject()
      .Field("line", int64_t{mend.line})
      .Field("column", int64_t{mend.column})
      .Field("end_line", int64_t{mend.end_line})
      .Field("end_column", int64_t{mend.end_column})
      .Field("old_text", mend.old_text)
      .Field("new_text", mend.new_text)
      .EndObject();
}

// The codes that were met, with their place among the run's rules.
std::map<std::string, int64_t> CodesOf(const Diagnostics& diagnostics) {
  std::map<std::string, int64_t> codes;
  for (const Diagnostic& finding : diagnostics.all()) codes[finding.code] = 0;
  int64_t place = 0;
  for (auto& [code, index] : codes) index = place++;
  return codes;
}

void WriteText(std::string_view key, std::string_view text, JsonWriter* json) {
  json->Key(key).BeginObject().Field("text", text).EndObject();
}

void WriteSarifRules(const std::map<std::string, int64_t>& codes, JsonWriter* json) {
  json->Key("rules").BeginArray();
  for (const auto& [code, index] : codes) {
    json->BeginObject().Field("id", code);
    if (const DiagnosticCode* info = FindDiagnosticCode(code)) {
      WriteText("shortDescription", info->about, json);
      WriteText("help", info->help, json);
    }
    json->EndObject();
  }
  json->EndArray();
}

void WriteArtifact(const std::string& file, JsonWriter* json) {
  json->Key("artifactLocation").BeginObject().Field("uri", FileUri(file)).EndObject();
}

void WriteSarifPlace(const Diagnostic& finding, JsonWriter* json) {
  json->Key("locations").BeginArray();
  if (!finding.at.file.empty()) {
    json->BeginObject().Key("physicalLocation").BeginObject();
    WriteArtifact(finding.at.file, json);
    if (finding.at.line > 0) {
      json->Key("region").BeginObject().Field("startLine", int64_t{finding.at.line});
      if (finding.at.column > 0) json->Field("startColumn", int64_t{finding.at.column});
      if (!finding.snippet.empty()) WriteText("snippet", finding.snippet, json);
      json->EndObject();
    }
    json->EndObject().EndObject();
  }
  json->EndArray();
}

void WriteSarifFix(const Diagnostic& finding, JsonWriter* json) {
  const Replacement& mend = *finding.mend;
  json->Key("fixes").BeginArray().BeginObject();
  WriteText("description", "write `" + mend.new_text + "`", json);
  json->Key("artifactChanges").BeginArray().BeginObject();
  WriteArtifact(finding.at.file, json);
  json->Key("replacements").BeginArray().BeginObject();
  json->Key("deletedRegion")
      .BeginObject()
      .Field("startLine", int64_t{mend.line})
      .Field("startColumn", int64_t{mend.column})
      .Field("endLine", int64_t{mend.end_line})
      .Field("endColumn", int64_t{mend.end_column})
      .EndObject();
  WriteText("insertedContent", mend.new_text, json);
  json->EndObject().EndArray().EndObject().EndArray().EndObject().EndArray();
}

std::string MessageOf(const Diagnostic& finding) {
  return finding.advice.empty() ? finding.message : finding.message + " — " + finding.advice;
}

// `%`, and line ends; in a property also what ends it.
std::string GithubText(std::string_view text, bool is_property) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%') {
      escaped += "%25";
    } else if (c == '\r') {
      escaped += "%0D";
    } else if (c == '\n') {
      escaped += "%0A";
    } else if (is_property && c == ':') {
      escaped += "%3A";
    } else if (is_property && c == ',') {
      escaped += "%2C";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string FindingsJson(const Diagnostics& diagnostics, const RuleSet* rule_set) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Field("schema", "vigla.check.v1")
      .Field("ok", !diagnostics.HasErrors())
      .Field("errors", int64_t{diagnostics.errors()})
      .Field("warnings", int64_t{diagnostics.warnings()});
  if (rule_set != nullptr) {
    json.Field("rule_set", rule_set->FingerprintText())
        .Field("rules", static_cast<int64_t>(rule_set->rules.size()));
  }
  json.Key("findings").BeginArray();
  for (const Diagnostic& finding : diagnostics.all()) {
    json.BeginObject()
        .Field("severity", SeverityName(finding.severity))
        .Field("code", finding.code)
        .Field("file", finding.at.file)
        .Field("line", int64_t{finding.at.line})
        .Field("column", int64_t{finding.at.column})
        .Field("message", finding.message)
        .OptionalField("advice", finding.advice)
        .OptionalField("snippet", finding.snippet);
    if (finding.mend && finding.mend->is_located) WriteMend(*finding.mend, &json);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return out;
}

std::string FileUri(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/._-~").find(c) != std::string_view::npos;
    if (plain) {
      uri += c;
    } else {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri;
}

std::string FindingsSarif(const Diagnostics& diagnostics) {
  const std::map<std::string, int64_t> codes = CodesOf(diagnostics);
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field("$schema", kSarifSchema).Field("version", "2.1.0");
  json.Key("runs").BeginArray().BeginObject();
  json.Key("tool").BeginObject().Key("driver").BeginObject();
  json.Field("name", "vigla").Field("version", VIGLA_VERSION);
  WriteSarifRules(codes, &json);
  json.EndObject().EndObject();
  json.Field("columnKind", "unicodeCodePoints");
  json.Key("invocations").BeginArray().BeginObject();
  json.Field("executionSuccessful", true).EndObject().EndArray();
  json.Key("results").BeginArray();
  for (const Diagnostic& finding : diagnostics.all()) {
    json.BeginObject()
        .Field("ruleId", finding.code)
        .Field("ruleIndex", codes.at(finding.code))
        .Field("level", SeverityName(finding.severity));
    WriteText("message", MessageOf(finding), &json);
    WriteSarifPlace(finding, &json);
    if (finding.mend && finding.mend->is_located) WriteSarifFix(finding, &json);
    json.EndObject();
  }
  json.EndArray().EndObject().EndArray().EndObject();
  return out;
}

std::string FindingsGithub(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& finding : diagnostics.all()) {
    // GitHub's third level is called notice.
    const bool is_note = finding.severity == Severity::kNote;
    out += "::" + std::string(is_note ? "notice" : SeverityName(finding.severity)) + " ";
    if (!finding.at.file.empty()) out += "file=" + GithubText(finding.at.file, true) + ",";
    if (finding.at.line > 0) out += "line=" + std::to_string(finding.at.line) + ",";
    if (finding.at.column > 0) out += "col=" + std::to_string(finding.at.column) + ",";
    out += "title=" + GithubText(finding.code, true) + "::" +
           GithubText(MessageOf(finding), false) + "\n";
  }
  return out;
}

}  // namespace vigla
