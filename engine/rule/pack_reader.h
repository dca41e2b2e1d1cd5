// Reads pack files and checks their keys against the table; expressions are not looked at. Cold.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/rule/pack.h"

namespace vigla {

// A file's tree, by the YAML rules alone, for readers of `tests:` and of *.test.yaml. nullptr,
// and an error, if it can't be read.
std::unique_ptr<YamlDocument> LoadPackDocument(const std::string& path, Diagnostics* diagnostics);

// A pack from its tree: every unknown, missing or malformed key is reported. nullptr only if
// there is no telling what the pack is called; a pack with errors is still checked further.
std::unique_ptr<Pack> ReadPack(std::unique_ptr<YamlDocument> document, Diagnostics* diagnostics);

}  // namespace vigla
