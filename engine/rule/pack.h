// A pack as read from its file: its tree, whose keys and shapes have been checked. Cold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/pack_keys.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {

struct Pack {
  std::unique_ptr<YamlDocument> document;
  std::string name;
  int version = 1;
  std::string folder;  // where its lists are looked for; "" when it came from a body

  const YamlNode& root() const { return document->root; }
};

// Typed access to a map's values. What is absent or malformed is empty: CheckKeys has said so.
std::optional<std::string> TextAt(const YamlNode& map, std::string_view key);
std::optional<int> IntegerAt(const YamlNode& map, std::string_view key);
std::optional<bool> FlagAt(const YamlNode& map, std::string_view key);
std::optional<int32_t> DateAt(const YamlNode& map, std::string_view key);
// The scalars of a name or of a list of names, with their positions.
std::vector<const YamlNode*> NamesAt(const YamlNode& map, std::string_view key);
// The place of a scalar among its key's words.
std::optional<int> WordAt(const YamlNode& map, PackNode node, std::string_view key);
// The entries of a map under `key`; empty if it is no map.
const std::vector<YamlEntry>& EntriesAt(const YamlNode& map, std::string_view key);
// The items of a list under `key`; empty if it is no list.
const std::vector<YamlNode>& ItemsAt(const YamlNode& map, std::string_view key);

// `text` without white space at its ends: block scalars end with a line break.
std::string Trimmed(std::string_view text);

}  // namespace vigla
