// Reads a pack's lists, from the pack itself or from a file beside it. Cold.
#pragma once

#include <optional>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/base/hash.h"
#include "engine/rule/pack.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// A file holds one item a line; blank lines and lines that begin with `#` are left out. Its
// digest goes to *files. `add` and `remove` are a tuning file's. Empty after an error.
std::optional<NamedList> ReadList(const Pack& pack, const YamlEntry& entry,
                                  const KeyedHasher& hasher, std::vector<RuleFile>* files,
                                  Diagnostics* diagnostics);

}  // namespace vigla
