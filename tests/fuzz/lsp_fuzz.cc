// The language server on arbitrary bytes: framed by the reader, and as the text of a document.
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/json_writer.h"
#include "engine/lsp/language_server.h"
#include "engine/lsp/message_reader.h"

namespace vigla {
namespace {

PackTools Tools() {
  static const auto* const hasher = new KeyedHasher("fuzz");
  PackTools tools;
  tools.check = [](const std::string& pack, const UnsavedTexts& unsaved, Diagnostics* findings) {
    LoadOptions options;
    options.hasher = hasher;
    return LoadUnsavedRuleSet({pack}, unsaved, options, findings);
  };
  return tools;
}

void Read(std::string_view bytes) {
  MessageReader reader;
  LanguageServer server(Tools());
  server.Handle(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})");
  std::string body;
  // However the stream is cut.
  const size_t cut = bytes.size() / 2;
  for (std::string_view part : {bytes.substr(0, cut), bytes.substr(cut)}) {
    reader.Append(part);
    while (true) {
      const auto more = reader.Next(&body);
      if (!more.ok()) return;
      if (!*more) break;
      server.Handle(body);
    }
  }
}

std::string Message(std::string_view method, std::string_view document, int offset) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  if (offset >= 0) json.Field("id", int64_t{offset});
  json.Field("method", method).Key("params").BeginObject().Key("textDocument").BeginObject();
  json.Field("uri", "file:///pack.yaml").Field("text", document).EndObject();
  json.Key("position").BeginObject().Field("line", int64_t{offset / 8});
  json.Field("character", int64_t{offset % 8 * 4}).EndObject().EndObject().EndObject();
  return out;
}

void Ask(std::string_view bytes) {
  LanguageServer server(Tools());
  server.Handle(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})");
  server.Handle(Message("textDocument/didOpen", bytes, -1));
  for (int offset = 0; offset < 64; ++offset) {
    for (std::string_view method : {"textDocument/completion", "textDocument/hover",
                                    "textDocument/definition", "textDocument/documentSymbol",
                                    "textDocument/codeLens"}) {
      CHECK(server.Handle(Message(method, bytes, offset)).size() == 1);
    }
  }
}

}  // namespace
}  // namespace vigla

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  vigla::Read(bytes);
  if (size > 0 && size < 2000) vigla::Ask(bytes);
  return 0;
}
