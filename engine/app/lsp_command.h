// `vigla lsp`: the language server over stdin and stdout. Cold.
#pragma once

#include <string>

#include "engine/app/setting.h"

namespace vigla {

// Serves one editor until it says `exit`. `today` as of `check`, "" for every day's own. Exit 0
// after `shutdown`, else 1; 65 if the stream of messages is broken.
int LspCommand(const Settings& settings, const std::string& today);

}  // namespace vigla
