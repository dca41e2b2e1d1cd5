// `vigla lsp`: the language server over stdin and stdout. Cold.
#include "engine/app/lsp_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "engine/app/exit_code.h"
#include "engine/app/rule_loading.h"
#include "engine/lsp/language_server.h"
#include "engine/lsp/message_reader.h"

namespace vigla {
namespace {

bool WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

int Serve(LanguageServer* server) {
  MessageReader reader;
  std::string body;
  char bytes[64 << 10];
  while (!server->is_over()) {
    const absl::StatusOr<bool> more = reader.Next(&body);
    if (!more.ok()) {
      std::fprintf(stderr, "vigla lsp: %s\n", std::string(more.status().message()).c_str());
      return kExitInputData;
    }
    if (*more) {
      for (const std::string& answer : server->Handle(body)) {
        if (!WriteAll(FrameMessage(answer))) return kExitInputOutput;
      }
      continue;
    }
    const ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // the editor is gone
    reader.Append({bytes, static_cast<size_t>(got)});
  }
  return server->exit_code();
}

}  // namespace

int LspCommand(const Settings& settings) {
  const KeyedHasher hasher(settings.Text("engine.identity_key"));
  const auto options = MakeLoadOptions(settings, &hasher);
  if (!options.ok()) {
    std::fprintf(stderr, "vigla lsp: %s\n", std::string(options.status().message()).c_str());
    return ExitCodeOf(options.status());
  }
  LanguageServer server(*options);
  return Serve(&server);
}

}  // namespace vigla
