// The language server for packs: messages in, messages out, whoever carries them. Cold.
// Diagnostics come from the function that `vigla check` calls (pack_tools.h), so they are its, to
// the byte.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lsp/pack_tools.h"
#include "engine/lsp/text_document.h"

namespace simdjson::dom {
class element;
}  // namespace simdjson::dom

namespace vigla {

// Not thread-safe. Whatever a message holds, the server answers and goes on.
class LanguageServer {
 public:
  explicit LanguageServer(PackTools tools) : tools_(std::move(tools)) {}

  // The bodies to send back, in order: an answer to a request, diagnostics after a change.
  std::vector<std::string> Handle(std::string_view body);

  bool is_over() const { return is_over_; }  // after `exit`
  // As the protocol has it: 0 if `shutdown` came before `exit`, else 1.
  int exit_code() const { return is_shut_down_ ? 0 : 1; }

 private:
  struct OpenDocument {
    TextDocument document;
    std::string path;
    Diagnostics findings;                     // in this file
    std::shared_ptr<const RuleSet> rule_set;  // of its pack, as it last loaded; nullptr: never
  };
  using Element = simdjson::dom::element;

  void Answer(std::string_view id, std::string_view result);
  void Refuse(std::string_view id, int code, std::string_view message);
  void Request(std::string_view id, std::string_view method, const Element& message);
  void Notice(std::string_view method, const Element& message);
  std::string AnswerAt(const Element& message, std::string_view method, const std::string& uri,
                       const OpenDocument& open, std::string_view* refusal) const;
  void Execute(std::string_view id, const Element& message);
  void Change(OpenDocument* open, const Element& message);
  void Close(const std::string& uri);
  UnsavedTexts Unsaved() const;
  // The pack that a file is, or holds the tests of; "" if there is none.
  std::string PackOf(const std::string& path) const;
  void Check(const std::string& uri, OpenDocument* open);
  void CheckOthers(const std::string& pack, std::map<std::string, Diagnostics> by_file);
  void Publish(const std::string& uri, const TextDocument& document, const Diagnostics& findings);
  void Notify(std::string_view method, std::string_view params);

  const PackTools tools_;
  std::map<std::string, OpenDocument> open_;  // by URI
  // By pack: files beside it of which something was said, by path.
  std::map<std::string, std::set<std::string>> elsewhere_;
  std::vector<std::string> out_;
  bool is_initialised_ = false;
  bool is_shut_down_ = false;
  bool is_over_ = false;
};

// The path of a file: URI; the URI itself if it is none.
std::string PathOfUri(std::string_view uri);
std::string UriOfPath(std::string_view path);

}  // namespace vigla
