// A YAML file as a tree of texts with positions, read strictly. Cold.
// Every scalar is text: NO, on, 1_000 and 0777 mean nothing until a key's type gives them one.
// Anchors, aliases, merge keys, tags, second documents and duplicate keys are errors.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.h"

namespace vigla {

struct YamlDocument;
struct YamlEntry;

// `line` and `column` are 1-based, columns in code points; 0 where there is no source.
struct YamlNode {
  enum class Shape : uint8_t { kScalar, kSequence, kMapping };
  enum class Style : uint8_t { kPlain, kQuoted, kBlock };

  Shape shape = Shape::kScalar;
  Style style = Style::kPlain;     // of a scalar
  int line = 0;
  int column = 0;
  std::string text;                // of a scalar
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a mapping, in the file's order, keys distinct
  // Where it was written, if not in the document whose tree it stands in.
  std::shared_ptr<const YamlDocument> origin;

  bool IsScalar() const { return shape == Shape::kScalar; }
  bool IsSequence() const { return shape == Shape::kSequence; }
  bool IsMapping() const { return shape == Shape::kMapping; }
  // A key without value (`when:` and nothing after it).
  bool IsBlank() const { return IsScalar() && style == Style::kPlain && text.empty(); }
  // The value of a key, or nullptr.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  int line = 0;
  int column = 0;
  YamlNode value;
};

struct YamlLimits {
  size_t bytes_max = 1 << 20;
  int depth_max = 64;
  int nodes_max = 200'000;
  int mends_max = 20;  // findings for which a way out is tried, each by reading again
};

// (line, column) of each byte of a scalar's text, and of its end.
using TextPositions = std::vector<std::pair<int, int>>;

struct YamlDocument {
  std::string file;
  std::string source;
  std::vector<size_t> line_starts;  // byte offsets into source
  YamlNode root;

  SourcePosition At(const YamlNode& node) const {
    return {node.origin != nullptr ? node.origin->file : file, node.line, node.column};
  }
  SourcePosition At(const YamlEntry& entry) const { return {file, entry.line, entry.column}; }
  // Through folding and most escapes. All (0, 0) where there is no source.
  TextPositions PositionsIn(const YamlNode& scalar) const;
  // The quote that a scalar stands in; '\0' if it is plain or a block.
  char QuoteOf(const YamlNode& scalar) const;
  // The source line, without its end; "" beyond the file.
  std::string Line(int line) const;
};

// nullptr, and at least one error, if the text breaks a rule. Stops at the first syntax error;
// all other findings are reported together.
std::unique_ptr<YamlDocument> ReadYaml(std::string file, std::string source,
                                       const YamlLimits& limits, Diagnostics* diagnostics);

// Quotes around the text that is the value of a key for people or expressions on that line, if
// YAML took the text for something else, and reads the line with them.
std::optional<Replacement> QuotesFor(const YamlDocument& document, int line,
                                     const YamlLimits& limits);

// The same tree from JSON whose scalars are all strings, as canonical bodies are. Positions are
// all 0. nullptr if it is anything else.
std::unique_ptr<YamlDocument> ReadJsonTree(std::string_view json);

}  // namespace vigla
