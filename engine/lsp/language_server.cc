// The language server for packs: what is asked, and by whom. Cold.
#include "engine/lsp/language_server.h"

#include <simdjson.h>

#include <optional>

#include "engine/base/json_writer.h"
#include "engine/lsp/language_answers.h"
#include "engine/rule/pack_text.h"

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
    R"("codeActionProvider":{"codeActionKinds":["quickfix"]}},)"
    R"("serverInfo":{"name":"vigla","version":")" VIGLA_VERSION R"("}})";

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
  const bool takes_range = method == "textDocument/codeAction";
  const bool takes_position = method == "textDocument/completion" ||
                              method == "textDocument/hover" ||
                              method == "textDocument/definition";
  if (!takes_range && !takes_position && method != "textDocument/documentSymbol") {
    return Refuse(id, kNoSuchMethod, "no such method");
  }
  const std::string uri = TextAt(message, "/params/textDocument/uri");
  const auto open = open_.find(uri);
  if (open == open_.end()) return Refuse(id, kInvalidParameters, "the document is not open");
  if (method == "textDocument/documentSymbol") {
    return Answer(id, SymbolsJson(open->second.document));
  }
  if (takes_range) {
    const auto range = RangeAt(message, "/params/range");
    if (!range) return Refuse(id, kInvalidParameters, "a range is missing");
    return Answer(id, ActionsJson(uri, open->second.document, open->second.findings, *range));
  }
  const auto position = PositionAt(message, "/params/position");
  if (!position) return Refuse(id, kInvalidParameters, "a position is missing");
  const TextDocument& document = open->second.document;
  const size_t offset = document.OffsetOf(*position);
  if (method == "textDocument/completion") return Answer(id, CompletionJson(document, offset));
  if (method == "textDocument/definition") {
    return Answer(id, DefinitionJson(uri, document, offset));
  }
  Answer(id, HoverJson(document, offset, open->second.rule_set.get()));
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
    open->second.findings = Diagnostics();
    Publish(uri, open->second);
    open_.erase(open);
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

void LanguageServer::Check(const std::string& uri, OpenDocument* open) {
  open->findings = Diagnostics();
  if (!open->path.ends_with(".test.yaml")) {
    auto rule_set = LoadUnsavedRuleSet({open->path}, {{open->path, open->document.text()}},
                                       options_, &open->findings);
    open->findings.Sort();
    if (rule_set != nullptr) open->rule_set = std::move(rule_set);
  }
  Publish(uri, *open);
}

void LanguageServer::Publish(const std::string& uri, const OpenDocument& open) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Field("jsonrpc", "2.0")
      .Field("method", "textDocument/publishDiagnostics")
      .Key("params")
      .BeginObject()
      .Field("uri", uri)
      .Key("diagnostics")
      .Raw(DiagnosticsJson(open.document, open.findings))
      .EndObject()
      .EndObject();
  out_.push_back(std::move(out));
}

}  // namespace vigla
