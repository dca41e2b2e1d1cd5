// civetweb's client, and answers for people. Cold.
#include "engine/app/admin_command.h"

#include <civetweb.h>

#include <cstdio>
#include <optional>
#include <string_view>

#include "engine/app/exit_code.h"
#include "engine/base/status.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {
namespace {

struct Reply {
  int code = 0;
  std::string body;
};

struct Address {
  std::string host;
  int port = 0;
};

// From "http://127.0.0.1:9464", "127.0.0.1:9464" or "[::1]:9464".
std::optional<Address> ParseAddress(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with(kScheme)) url.remove_prefix(kScheme.size());
  while (url.ends_with('/')) url.remove_suffix(1);
  const size_t colon = url.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Address address;
  address.host = std::string(url.substr(0, colon));
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  address.port = std::atoi(std::string(url.substr(colon + 1)).c_str());
  if (address.port < 1 || address.port > 65'535) return std::nullopt;
  return address;
}

absl::StatusOr<Reply> Ask(const Settings& settings, const AdminCommandOptions& options,
                          std::string_view method, const std::string& page) {
  const std::string url = options.url.empty() ? settings.Text("admin.listen") : options.url;
  const auto address = ParseAddress(url);
  if (!address) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     url.empty() ? "name the instance: --url http://127.0.0.1:9464, or -c with "
                                   "its configuration"
                                 : "'" + url + "' is not of the form http://127.0.0.1:9464");
  }
  char error[256] = "";
  mg_connection* connection =
      mg_connect_client(address->host.c_str(), address->port, 0, error, sizeof(error));
  if (connection == nullptr) {
    return MakeError(absl::StatusCode::kUnavailable, "nobody answers at " + url);
  }
  mg_printf(connection, "%.*s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n",
            static_cast<int>(method.size()), method.data(), page.c_str(), address->host.c_str());
  // Longer than what the instance itself waits.
  const int timeout_ms = (options.timeout_seconds + 60) * 1000;
  absl::StatusOr<Reply> reply = Reply{};
  if (mg_get_response(connection, error, sizeof(error), timeout_ms) < 0) {
    reply = MakeError(absl::StatusCode::kUnavailable,
                      url + " does not answer: " + std::string(error));
  } else {
    reply->code = mg_get_response_info(connection)->status_code;
    char buffer[4096];
    for (int n; (n = mg_read(connection, buffer, sizeof(buffer))) > 0;) {
      reply->body.append(buffer, static_cast<size_t>(n));
    }
  }
  mg_close_connection(connection);
  return reply;
}

int Refuse(std::string_view command, const absl::Status& status) {
  std::fprintf(stderr, "vigla %.*s: %s\n", static_cast<int>(command.size()), command.data(),
               std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : ExitCodeOf(status);
}

std::string TextOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? "" : node->text;
}

void PrintNames(const char* what, const YamlNode* names) {
  if (names == nullptr) return;
  for (const YamlNode& name : names->items) std::printf("  %s %s\n", what, name.text.c_str());
}

void PrintNamesOf(const std::string& what, const YamlNode* changes) {
  if (changes == nullptr) return;
  PrintNames((what + " added").c_str(), changes->Find("added"));
  PrintNames((what + " changed").c_str(), changes->Find("changed"));
  PrintNames((what + " removed").c_str(), changes->Find("removed"));
}

void PrintValues(const char* what, const char* key, const YamlNode* values) {
  if (values == nullptr) return;
  for (const YamlNode& value : values->items) {
    std::printf("  %s %s: %s -> %s\n", what, TextOf(value, key).c_str(),
                TextOf(value, "before").c_str(), TextOf(value, "after").c_str());
  }
}

void PrintChanges(const YamlNode& answer) {
  const YamlNode* changes = answer.Find("changes");
  if (changes == nullptr) return;
  PrintNames("pack added", changes->Find("packs_added"));
  PrintNames("pack removed", changes->Find("packs_removed"));
  PrintNamesOf("rule", changes->Find("rules"));
  PrintValues("state", "rule", changes->Find("states"));
  PrintValues("parameter", "name", changes->Find("parameters"));
  if (const YamlNode* lists = changes->Find("lists")) {
    for (const YamlNode& list : lists->items) {
      std::printf("  list %s: %s added, %s removed\n", TextOf(list, "name").c_str(),
                  TextOf(list, "items_added").c_str(), TextOf(list, "items_removed").c_str());
    }
  }
  PrintNamesOf("feature", changes->Find("features"));
  PrintNamesOf("macro", changes->Find("macros"));
  if (const YamlNode* waits = answer.Find("waits")) {
    for (const YamlNode& wait : waits->items) {
      const std::string span = TextOf(wait, "unknown_for");
      std::printf("  note: %s is unknown for the first %s of event time: %s\n",
                  TextOf(wait, "feature").c_str(), span.empty() ? "while" : span.c_str(),
                  TextOf(wait, "because").c_str());
    }
  }
}

void PrintFindings(const YamlNode& answer) {
  const YamlNode* check = answer.Find("check");
  const YamlNode* findings = check == nullptr ? nullptr : check->Find("findings");
  if (findings == nullptr) return;
  for (const YamlNode& finding : findings->items) {
    Diagnostic diagnostic;
    diagnostic.severity =
        TextOf(finding, "severity") == "error" ? Severity::kError : Severity::kWarning;
    diagnostic.code = TextOf(finding, "code");
    diagnostic.at = {TextOf(finding, "file"), std::atoi(TextOf(finding, "line").c_str()),
                     std::atoi(TextOf(finding, "column").c_str())};
    diagnostic.message = TextOf(finding, "message");
    diagnostic.advice = TextOf(finding, "advice");
    diagnostic.snippet = TextOf(finding, "snippet");
    std::fprintf(stderr, "%s\n", FormatDiagnostic(diagnostic).c_str());
  }
}

void PrintReload(const YamlNode& answer) {
  const std::string result = TextOf(answer, "result");
  const std::string epoch = TextOf(answer, "epoch");
  if (result == "refused") PrintFindings(answer);
  std::printf("%s", result.c_str());
  if (!epoch.empty()) {
    std::printf(" since epoch %s, sequence %s", epoch.c_str(),
                TextOf(answer, "first_sequence").c_str());
  }
  std::printf("\n");
  for (const char* key : {"before", "after"}) {
    const std::string fingerprint = TextOf(answer, key);
    if (!fingerprint.empty()) std::printf("  %-6s %s\n", key, fingerprint.c_str());
  }
  PrintChanges(answer);
}

int ExitCodeOfReload(const Reply& reply, const YamlNode& answer, bool wait) {
  switch (reply.code) {
    case 200: return kExitOk;
    case 202: return wait ? kExitTryAgain : kExitOk;  // not committed in time
    case 422: return kExitConfiguration;
    default: return TextOf(answer, "result").empty() ? kExitUnavailable : kExitTryAgain;
  }
}

}  // namespace

int ReloadCommand(const Settings& settings, const AdminCommandOptions& options) {
  std::string page = "/-/reload";
  if (options.wait) page += "?wait=1&timeout=" + std::to_string(options.timeout_seconds);
  const auto reply = Ask(settings, options, "POST", page);
  if (!reply.ok()) return Refuse("reload", reply.status());
  Diagnostics unreadable;
  const auto answer = ReadYaml("answer", reply->body, {}, &unreadable);  // JSON is YAML
  if (answer == nullptr || !answer->root.IsMapping()) {
    std::fprintf(stderr, "vigla reload: HTTP %d: %s\n", reply->code, reply->body.c_str());
    return kExitUnavailable;
  }
  if (options.as_json) {
    std::fputs(reply->body.c_str(), stdout);
  } else {
    PrintReload(answer->root);
  }
  return ExitCodeOfReload(*reply, answer->root, options.wait);
}

int StatusCommand(const Settings& settings, const AdminCommandOptions& options) {
  const auto reply = Ask(settings, options, "GET", "/status");
  if (!reply.ok()) return Refuse("status", reply.status());
  Diagnostics unreadable;
  const auto answer = ReadYaml("answer", reply->body, {}, &unreadable);
  if (reply->code != 200 || answer == nullptr) {
    std::fprintf(stderr, "vigla status: HTTP %d: %s\n", reply->code, reply->body.c_str());
    return kExitUnavailable;
  }
  if (options.as_json) {
    std::printf("%s\n", reply->body.c_str());
    return kExitOk;
  }
  for (const YamlEntry& entry : answer->root.entries) {
    if (entry.value.IsScalar()) {
      std::printf("%-20s %s\n", entry.key.c_str(), entry.value.text.c_str());
    }
  }
  if (const YamlNode* last = answer->root.Find("last_reload")) {
    std::printf("%-20s %s by %s at %s\n", "last_reload", TextOf(*last, "result").c_str(),
                TextOf(*last, "by").c_str(), TextOf(*last, "at").c_str());
    const std::string error = TextOf(*last, "error");
    if (!error.empty()) std::printf("%s\n", error.c_str());
  }
  return kExitOk;
}

}  // namespace vigla
