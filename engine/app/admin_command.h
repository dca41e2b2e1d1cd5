// Commands that ask a running instance over its admin port: reload, status. Cold.
#pragma once

#include <string>

#include "engine/app/setting.h"

namespace vigla {

struct AdminCommandOptions {
  std::string url;  // "http://127.0.0.1:9464"; "": admin.listen of the settings
  bool wait = false;
  int timeout_seconds = 30;
  bool as_json = false;
};

// Exit codes: 0 the set is in use (or, without `wait`, will be), 78 it was refused, 75 not now,
// 69 nobody answers.
int ReloadCommand(const Settings& settings, const AdminCommandOptions& options);
int StatusCommand(const Settings& settings, const AdminCommandOptions& options);

}  // namespace vigla
