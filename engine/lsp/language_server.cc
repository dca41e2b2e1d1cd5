// The language server for packs: what is asked, and by whom. Cold.
#include "engine/lsp/language_server.h"

#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>
#include <sstream>

#include "engine/base/json_writer.h"
#include "engine/lsp/language_answers.h"

namespace vigla {
namespace {

constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kNoSuchMethod = -32601;
constexpr int kInvalidParameters = -32602;
constexpr int kNotInitialised = -32002;

using simdjson::dom::element;

std::string TextAt(const element& message, std::string_view pointer) {
  std::string_view text;
  if (message.at_pointer(pointer).get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

std::optional<int> NumberAt(const element& message, std::string_view pointer) {
  int64_t number = 0;
  if (message.at_pointer(pointer).get(number) != simdjson::SUCCESS) return std::nullopt;
  if (number < 0 || number > INT32_MAX) return std::nullopt;
  return static_cast<int>(number);
}

std::optional<TextPosition> PositionAt(const element& message, const std::string& pointer) {
  const auto line = NumberAt(message, pointer + "/line");
  const auto character = NumberAt(message, pointer + "/character");
  if (!line || !character) return std::nullopt;
  return TextPosition{*line, *character};
}

std::optional<TextRange> RangeAt(const element& message, const std::string& pointer) {
  const auto begin = PositionAt(message, pointer + "/start");
  const auto end = PositionAt(message, pointer + "/end");
  if (!begin || !end) return std::nullopt;
  return TextRange{*begin, *end};
}

// As JSON, to be sent back as it came; "" for a notification.
std::string IdOf(const element& message) {
  element id;
  if (message["id"].get(id) != simdjson::SUCCESS) return "";
  return simdjson::minify(id);
}

constexpr std::string_view kCapabilities =
    R"({"capabilities":{"positionEncoding":"utf-16",)"
    R"("textDocumentSync":{"openClose":true,"change":2},)"
    R"("completionProvider":{"triggerCharacters":[".","{","\"","'"]},)"
    R"("hoverProvider":true,"definitionProvider":true,"documentSymbolProvider":true,)"
    R"("codeLensProvider":{"resolveProvider":false},)"
    R"("executeCommandProvider":{"commands":["vigla.runTests"]},)"
    R"("codeActionProvider":{"codeActionKinds":["quickfix"]}},)"
    R"("serverInfo":{"name":"vigla","version":")" VIGLA_VERSION R"("}})";

constexpr std::string_view kPackEnding = ".yaml";
constexpr std::string_view kTestEnding = ".test.yaml";

std::string TestsBeside(const std::string& pack) {
  if (!pack.ends_with(kPackEnding)) return "";
  return pack.substr(0, pack.size() - kPackEnding.size()) + std::string(kTestEnding);
}

// A file that no editor has open; nothing if it can't be read.
std::optional<TextDocument> ReadClosed(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return std::nullopt;
  return TextDocument(std::move(text).str());
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string PathOfUri(std::string_view uri) {
  if (!uri.starts_with("file://")) return std::string(uri);
  uri.remove_prefix(7);
  const size_t slash = uri.find('/');
  if (slash != std::string_view::npos) uri.remove_prefix(slash);  // an authority
  std::string path;
  for (size_t i = 0; i < uri.size(); ++i) {
    const bool is_escape = uri[i] == '%' && i + 2 < uri.size() && HexDigit(uri[i + 1]) >= 0 &&
                           HexDigit(uri[i + 2]) >= 0;
    if (is_escape) {
      path.push_back(static_cast<char>(HexDigit(uri[i + 1]) * 16 + HexDigit(uri[i + 2])));
      i += 2;
    } else {
      path.push_back(uri[i]);
    }
  }
  return path;
}

std::string UriOfPath(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/";
  std::string uri = "file://";
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != kPlain.npos) {
      uri.push_back(c);
      continue;
    }
    constexpr char kDigits[] = "0123456789ABCDEF";
    uri.push_back('%');
    uri.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    uri.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return uri;
}

void LanguageServer::Answer(std::string_view id, std::string_view result) {
  std::string out;
  JsonWriter(&out).BeginObject().Field("jsonrpc", "2.0").Key("id").Raw(id).Key("result").Raw(
      result).EndObject();
  out_.push_back(std::move(out));
}

void LanguageServer::Refuse(std::string_view id, int code, std::string_view message) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field("jsonrpc", "2.0").Key("id").Raw(id.empty() ? "null" : id).Key("error");
  json.BeginObject().Field("code", int64_t{code}).Field("message", message).EndObject();
  json.EndObject();
  out_.push_back(std::move(out));
}

std::vector<std::string> LanguageServer::Handle(std::string_view body) {
  out_.clear();
  simdjson::dom::parser parser;
  element message;
  const simdjson::padded_string padded(body);
  if (parser.parse(padded).get(message) != simdjson::SUCCESS) {
    Refuse("", kParseError, "the message is no JSON");
    return std::move(out_);
  }
  std::string_view method;
  if (!message.is_object() || message["method"].get(method) != simdjson::SUCCESS) {
    // An answer to nothing we asked has no method either; it is passed over.
    const bool is_answer = message.is_object() && (message["result"].error() == 0 ||
                                                   message["error"].error() == 0);
    if (!is_answer) Refuse("", kInvalidRequest, "the message has no method");
    return std::move(out_);
  }
  const std::string id = IdOf(message);
  if (id.empty()) {
    Notice(method, message);
  } else {
    Request(id, method, message);
  }
  return std::move(out_);
}

void LanguageServer::Request(std::string_view id, std::string_view method,
                             const element& message) {
  if (is_shut_down_) return Refuse(id, kInvalidRequest, "the server is shut down");
  if (method == "initialize") {
    is_initialised_ = true;
    return Answer(id, kCapabilities);
  }
  if (!is_initialised_) return Refuse(id, kNotInitialised, "initialize comes first");
  if (method == "shutdown") {
    is_shut_down_ = true;
    return Answer(id, "null");
  }
  if (method == "workspace/executeCommand") return Execute(id, message);
  constexpr std::string_view kOfDocuments[] = {
      "textDocument/codeAction",     "textDocument/codeLens", "textDocument/completion",
      "textDocument/documentSymbol", "textDocument/hover",    "textDocument/definition"};
  if (std::find(std::begin(kOfDocuments), std::end(kOfDocuments), method) ==
      std::end(kOfDocuments)) {
    return Refuse(id, kNoSuchMethod, "no such method");
  }
  const std::string uri = TextAt(message, "/params/textDocument/uri");
  const auto open = open_.find(uri);
  if (open == open_.end()) return Refuse(id, kInvalidParameters, "the document is not open");
  std::string_view refusal;
  const std::string answer = AnswerAt(message, method, uri, open->second, &refusal);
  if (!refusal.empty()) return Refuse(id, kInvalidParameters, refusal);
  Answer(id, answer);
}

std::string LanguageServer::AnswerAt(const element& message, std::string_view method,
                                     const std::string& uri, const OpenDocument& open,
                                     std::string_view* refusal) const {
  const TextDocument& document = open.document;
  if (method == "textDocument/documentSymbol") return SymbolsJson(document);
  if (method == "textDocument/codeLens") {
    const std::string pack = PackOf(open.path);
    const bool has_more = open.path == pack && IsThere(TestsBeside(pack), Unsaved());
    return tools_.run_tests == nullptr ? "[]" : LensesJson(uri, document, has_more);
  }
  if (method == "textDocument/codeAction") {
    const auto range = RangeAt(message, "/params/range");
    if (range) return ActionsJson(uri, document, open.findings, *range);
    *refusal = "a range is missing";
    return "";
  }
  const auto position = PositionAt(message, "/params/position");
  if (!position) {
    *refusal = "a position is missing";
    return "";
  }
  const size_t offset = document.OffsetOf(*position);
  if (method == "textDocument/completion") return CompletionJson(document, offset);
  if (method == "textDocument/hover") return HoverJson(document, offset, open.rule_set.get());
  if (const auto found = DefinitionJson(uri, document, offset)) return *found;
  // What a file of tests names is declared in its pack.
  const std::string pack = PackOf(open.path);
  if (pack == open.path || pack.empty()) return "null";
  const std::string word = std::string(WordTextAt(document, offset));
  for (const auto& [other_uri, other] : open_) {
    if (other.path != pack) continue;
    return DefinitionOfWordJson(other_uri, other.document, word).value_or("null");
  }
  const auto closed = ReadClosed(pack);
  if (!closed) return "null";
  return DefinitionOfWordJson(UriOfPath(pack), *closed, word).value_or("null");
}

void LanguageServer::Execute(std::string_view id, const element& message) {
  const bool is_known = tools_.run_tests != nullptr &&
                        TextAt(message, "/params/command") == kRunTestsCommand;
  if (!is_known) return Refuse(id, kInvalidParameters, "no such command");
  const std::string uri = TextAt(message, "/params/arguments/0");
  if (uri.empty()) return Refuse(id, kInvalidParameters, "the document's URI is missing");
  const PackTestRun run =
      tools_.run_tests(PathOfUri(uri), Unsaved(), TextAt(message, "/params/arguments/1"));
  std::string result;
  JsonWriter(&result)
      .BeginObject()
      .Field("held", run.held)
      .Field("failed", run.failed)
      .Field("report", run.report)
      .EndObject();
  Answer(id, result);
  constexpr int64_t kErrorMessage = 1, kInfoMessage = 3;
  const bool is_well = run.failed == 0 && run.held > 0;
  std::string shown;
  JsonWriter(&shown)
      .BeginObject()
      .Field("type", is_well ? kInfoMessage : kErrorMessage)
      .Field("message", is_well ? std::to_string(run.held) + " tests hold" : run.report)
      .EndObject();
  Notify("window/showMessage", shown);
}

void LanguageServer::Notice(std::string_view method, const element& message) {
  if (method == "exit") {
    is_over_ = true;
    return;
  }
  if (!is_initialised_ || is_shut_down_) return;
  const std::string uri = TextAt(message, "/params/textDocument/uri");
  if (uri.empty()) return;
  if (method == "textDocument/didOpen") {
    OpenDocument& open = open_[uri];
    open.path = PathOfUri(uri);
    open.document.SetText(TextAt(message, "/params/textDocument/text"));
    return Check(uri, &open);
  }
  const auto open = open_.find(uri);
  if (open == open_.end()) return;
  if (method == "textDocument/didChange") {
    Change(&open->second, message);
    Check(uri, &open->second);
  } else if (method == "textDocument/didSave") {
    Check(uri, &open->second);  // a list's file may have changed beside it
  } else if (method == "textDocument/didClose") {
    Close(uri);
  }
}

void LanguageServer::Change(OpenDocument* open, const element& message) {
  simdjson::dom::array changes;
  if (message.at_pointer("/params/contentChanges").get(changes) != simdjson::SUCCESS) return;
  for (const element change : changes) {
    if (!change.is_object()) continue;
    const std::string text = TextAt(change, "/text");
    if (const auto range = RangeAt(change, "/range")) {
      open->document.Replace(*range, text);
    } else {
      open->document.SetText(text);
    }
  }
}

// What was said of the file is taken back, and what hung on its text is said anew.
void LanguageServer::Close(const std::string& uri) {
  const std::string path = open_.at(uri).path;
  const std::string pack = PackOf(path);
  Publish(uri, open_.at(uri).document, Diagnostics());
  open_.erase(uri);
  for (auto& [other_uri, other] : open_) {
    if (pack.empty() || PackOf(other.path) != pack) continue;
    Check(other_uri, &other);
    return;
  }
  CheckOthers(pack, {});
}

UnsavedTexts LanguageServer::Unsaved() const {
  UnsavedTexts texts;
  for (const auto& [uri, open] : open_) texts[open.path] = open.document.text();
  return texts;
}

std::string LanguageServer::PackOf(const std::string& path) const {
  if (!path.ends_with(kTestEnding)) return path;
  std::string pack = path.substr(0, path.size() - kTestEnding.size()) + std::string(kPackEnding);
  return IsThere(pack, Unsaved()) ? pack : "";
}

void LanguageServer::Check(const std::string& uri, OpenDocument* open) {
  const std::string pack = PackOf(open->path);
  std::map<std::string, Diagnostics> by_file;
  if (!pack.empty()) {
    Diagnostics all;
    auto rule_set = tools_.check(pack, Unsaved(), &all);
    if (rule_set != nullptr) open->rule_set = std::move(rule_set);
    for (const Diagnostic& finding : all.all()) by_file[finding.at.file].Add(finding);
  }
  open->findings = std::move(by_file[open->path]);
  by_file.erase(open->path);
  elsewhere_[pack].erase(open->path);
  Publish(uri, open->document, open->findings);
  for (const auto& [other_uri, other] : open_) {
    const bool is_beside = other.path != open->path && PackOf(other.path) == pack;
    if (is_beside && !pack.empty()) by_file[other.path];  // what was said there may be over
  }
  CheckOthers(pack, std::move(by_file));
}

// Files that the findings name beside the one that was changed, open or not.
void LanguageServer::CheckOthers(const std::string& pack,
                                 std::map<std::string, Diagnostics> by_file) {
  std::set<std::string>& said = elsewhere_[pack];
  for (const std::string& path : said) by_file[path];  // to be taken back, if nothing else
  said.clear();
  for (auto& [path, findings] : by_file) {
    if (!findings.all().empty()) said.insert(path);
    const auto is_it = [&path = path](const auto& each) { return each.second.path == path; };
    const auto other = std::find_if(open_.begin(), open_.end(), is_it);
    if (other != open_.end()) {
      other->second.findings = std::move(findings);
      Publish(other->first, other->second.document, other->second.findings);
    } else {
      Publish(UriOfPath(path), ReadClosed(path).value_or(TextDocument()), findings);
    }
  }
  if (said.empty()) elsewhere_.erase(pack);
}

void LanguageServer::Publish(const std::string& uri, const TextDocument& document,
                             const Diagnostics& findings) {
  std::string params;
  JsonWriter(&params)
      .BeginObject()
      .Field("uri", uri)
      .Key("diagnostics")
      .Raw(DiagnosticsJson(document, findings))
      .EndObject();
  Notify("textDocument/publishDiagnostics", params);
}

void LanguageServer::Notify(std::string_view method, std::string_view params) {
  std::string out;
  JsonWriter(&out)
      .BeginObject()
      .Field("jsonrpc", "2.0")
      .Field("method", method)
      .Key("params")
      .Raw(params)
      .EndObject();
  out_.push_back(std::move(out));
}

}  // namespace vigla
