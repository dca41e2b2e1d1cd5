// The language server for packs: messages in, messages out, whoever carries them. Cold.
// Diagnostics come from the loader itself, so they are those of `vigla check`, to the byte.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lsp/text_document.h"
#include "engine/rule/loader.h"

namespace simdjson::dom {
class element;
}  // namespace simdjson::dom

namespace vigla {

// Not thread-safe. Whatever a message holds, the server answers and goes on.
class LanguageServer {
 public:
  // Packs are loaded with these options.
  explicit LanguageServer(const LoadOptions& options) : options_(options) {}

  // The bodies to send back, in order: an answer to a request, diagnostics after a change.
  std::vector<std::string> Handle(std::string_view body);

  bool is_over() const { return is_over_; }  // after `exit`
  // As the protocol has it: 0 if `shutdown` came before `exit`, else 1.
  int exit_code() const { return is_shut_down_ ? 0 : 1; }

 private:
  struct OpenDocument {
    TextDocument document;
    std::string path;
    Diagnostics findings;
    std::shared_ptr<const RuleSet> rule_set;  // as it last loaded; nullptr: never
  };
  using Element = simdjson::dom::element;

  void Answer(std::string_view id, std::string_view result);
  void Refuse(std::string_view id, int code, std::string_view message);
  void Request(std::string_view id, std::string_view method, const Element& message);
  void Notice(std::string_view method, const Element& message);
  void Change(OpenDocument* open, const Element& message);
  void Check(const std::string& uri, OpenDocument* open);
  void Publish(const std::string& uri, const OpenDocument& open);

  const LoadOptions options_;
  std::map<std::string, OpenDocument> open_;  // by URI
  std::vector<std::string> out_;
  bool is_initialised_ = false;
  bool is_shut_down_ = false;
  bool is_over_ = false;
};

// The path of a file: URI; the URI itself if it is none.
std::string PathOfUri(std::string_view uri);

}  // namespace vigla
