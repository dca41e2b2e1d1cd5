// Reads YAML through libyaml's events, and JSON through simdjson. Cold.
#include "engine/rule/yaml_tree.h"

#include <yaml.h>

#include <algorithm>
#include <set>
#include <utility>

#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/yaml_advice.h"
#include "simdjson.h"

namespace vigla {
namespace {

// As some editors begin a file of UTF-8. It is no part of the text.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Owns one event of libyaml.
class Event {
 public:
  Event() = default;
  ~Event() { yaml_event_delete(&event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  yaml_event_t* get() { return &event_; }
  yaml_event_type_t type() const { return event_.type; }
  const yaml_event_t& value() const { return event_; }

 private:
  yaml_event_t event_{};
};

YamlNode::Style StyleOf(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return YamlNode::Style::kQuoted;
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE: return YamlNode::Style::kBlock;
    default: return YamlNode::Style::kPlain;
  }
}

class Composer {
 public:
  Composer(const YamlDocument& document, const YamlLimits& limits, Diagnostics* diagnostics)
      : document_(document), limits_(limits), diagnostics_(diagnostics) {
    initialised_ = yaml_parser_initialize(&parser_) != 0;
    if (!initialised_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    input_ = document.source;
    if (input_.starts_with(kByteOrderMark)) input_.remove_prefix(kByteOrderMark.size());
    yaml_parser_set_input_string(
        &parser_, reinterpret_cast<const unsigned char*>(input_.data()), input_.size());
  }
  ~Composer() {
    if (initialised_) yaml_parser_delete(&parser_);
  }
  Composer(const Composer&) = delete;
  Composer& operator=(const Composer&) = delete;

  // False if the tree is not whole.
  bool Compose(YamlNode* root) {
    if (!initialised_) return Fail(diagnostic::kYamlSyntax, {}, "no memory to read the file");
    Event start;
    if (!Next(&start)) return false;
    Event document;
    if (!Next(&document)) return false;
    if (document.type() == YAML_STREAM_END_EVENT) {
      return Fail(diagnostic::kYamlSyntax, {}, "the file is empty",
                  "a pack begins with its name, `pack: …`");
    }
    const auto& head = document.value().data.document_start;
    if (head.version_directive != nullptr ||
        head.tag_directives.start != head.tag_directives.end) {
      Report(diagnostic::kTag, document.value().start_mark, "a directive");
    }
    Event first;
    if (!Next(&first) || !ComposeNode(first, 1, root)) return false;
    Event end;
    if (!Next(&end)) return false;
    Event after;
    if (!Next(&after)) return false;
    if (after.type() != YAML_STREAM_END_EVENT) {
      return Fail(diagnostic::kSecondDocument, after.value().start_mark,
                  "a second document begins here", "keep one pack a file");
    }
    return true;
  }

 private:
  SourcePosition At(const yaml_mark_t& mark) const {
    return {document_.file, static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
  }

  void Report(const DiagnosticCode& code, const yaml_mark_t& mark, std::string message,
              std::string advice = "") {
    if (advice.empty()) advice = code.about;
    diagnostics_->Error(code.code, At(mark), std::move(message), std::move(advice));
  }

  static size_t CodePoints(std::string_view text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
    }));
  }

  yaml_mark_t MarkOf(size_t offset) const {
    const std::vector<size_t>& starts = document_.line_starts;
    const auto next = std::upper_bound(starts.begin(), starts.end(), offset);
    yaml_mark_t mark{};
    if (next == starts.begin()) return mark;
    mark.line = static_cast<size_t>(next - starts.begin()) - 1;
    const size_t start = starts[mark.line];
    mark.column = CodePoints(std::string_view(document_.source).substr(start, offset - start));
    return mark;
  }

  bool Fail(const DiagnosticCode& code, const yaml_mark_t& mark, std::string message,
            std::string advice = "") {
    Report(code, mark, std::move(message), std::move(advice));
    return false;
  }

  bool Next(Event* event) {
    if (yaml_parser_parse(&parser_, event->get()) != 0) return true;
    std::string message = parser_.problem != nullptr ? parser_.problem : "unreadable";
    if (parser_.context != nullptr) message = std::string(parser_.context) + ", " + message;
    const yaml_mark_t mark = PlaceOfProblem();
    std::string advice = AdviceForYaml(document_, static_cast<int>(mark.line) + 1, message);
    return Fail(diagnostic::kYamlSyntax, mark, std::move(message), std::move(advice));
  }

  // Where the mistake is rather than where libyaml noticed it.
  yaml_mark_t PlaceOfProblem() const {
    // Where bytes are no text at all, libyaml has read ahead of its mark, but knows the byte.
    if (parser_.error == YAML_READER_ERROR) {
      return MarkOf(parser_.problem_offset + (document_.source.size() - input_.size()));
    }
    if (parser_.context == nullptr) return parser_.problem_mark;
    const std::string_view context = parser_.context, problem = parser_.problem;
    // What is open at the end of the file, or of its line, was opened elsewhere.
    const bool at_end = parser_.problem_mark.index + 1 >= CodePoints(input_);
    const bool lines_later = parser_.problem_mark.line > parser_.context_mark.line;
    const bool is_open = context.find("flow") != std::string_view::npos ||
                         problem == "could not find expected ':'";
    return at_end || (is_open && lines_later) ? parser_.context_mark : parser_.problem_mark;
  }

  void CheckProperties(const yaml_char_t* anchor, const yaml_char_t* tag,
                       const yaml_mark_t& mark) {
    if (anchor != nullptr) {
      Report(diagnostic::kAnchor, mark, "an anchor", "write the value out; use a macro or a list");
    }
    if (tag != nullptr) Report(diagnostic::kTag, mark, "a tag", "leave the tag out");
  }

  bool ComposeNode(Event& event, int depth, YamlNode* node) {
    const yaml_event_t& value = event.value();
    node->line = static_cast<int>(value.start_mark.line) + 1;
    node->column = static_cast<int>(value.start_mark.column) + 1;
    if (++nodes_ > limits_.nodes_max) {
      return Fail(diagnostic::kTooManyNodes, value.start_mark, "too many values in one file",
                  "put long lists into files of their own");
    }
    if (depth > limits_.depth_max) {
      return Fail(diagnostic::kTooDeep, value.start_mark, "nested too deep");
    }
    switch (event.type()) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = value.data.scalar;
        CheckProperties(scalar.anchor, scalar.tag, value.start_mark);
        node->style = StyleOf(scalar.style);
        node->text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
        if (node->text.find('\0') != std::string::npos) {
          Report(diagnostic::kYamlSyntax, value.start_mark, "a text with a NUL character");
        }
        return true;
      }
      case YAML_SEQUENCE_START_EVENT:
        CheckProperties(value.data.sequence_start.anchor, value.data.sequence_start.tag,
                        value.start_mark);
        return ComposeSequence(depth, node);
      case YAML_MAPPING_START_EVENT:
        CheckProperties(value.data.mapping_start.anchor, value.data.mapping_start.tag,
                        value.start_mark);
        return ComposeMapping(depth, node);
      case YAML_ALIAS_EVENT:
        Report(diagnostic::kAnchor, value.start_mark, "an alias",
               "write the value out; use a macro or a list");
        return true;
      default:
        return Fail(diagnostic::kYamlSyntax, value.start_mark, "the document ends too early");
    }
  }

  bool ComposeSequence(int depth, YamlNode* node) {
    node->shape = YamlNode::Shape::kSequence;
    while (true) {
      Event event;
      if (!Next(&event)) return false;
      if (event.type() == YAML_SEQUENCE_END_EVENT) return true;
      if (!ComposeNode(event, depth + 1, &node->items.emplace_back())) return false;
    }
  }

  bool ComposeMapping(int depth, YamlNode* node) {
    node->shape = YamlNode::Shape::kMapping;
    std::set<std::string> seen;
    while (true) {
      Event event;
      if (!Next(&event)) return false;
      if (event.type() == YAML_MAPPING_END_EVENT) return true;
      YamlNode key;
      if (!ComposeNode(event, depth + 1, &key)) return false;
      YamlEntry& entry = node->entries.emplace_back();
      entry.line = key.line;
      entry.column = key.column;
      const yaml_mark_t mark = event.value().start_mark;
      if (!key.IsScalar()) {
        Report(diagnostic::kKeyNotText, mark, "a key has to be a plain text",
               "quote a text that begins with [ or {");
      } else if (key.text == "<<" && key.style == YamlNode::Style::kPlain) {
        Report(diagnostic::kMergeKey, mark, "a merge key", "write the keys out");
      } else if (event.type() != YAML_ALIAS_EVENT && !seen.insert(key.text).second) {
        Report(diagnostic::kDuplicateKey, mark, "`" + key.text + "` stands here twice",
               "keep one of the two");
      }
      entry.key = std::move(key.text);
      Event value;
      if (!Next(&value) || !ComposeNode(value, depth + 1, &entry.value)) return false;
    }
  }

  const YamlDocument& document_;
  const YamlLimits& limits_;
  Diagnostics* diagnostics_;
  std::string_view input_;  // the source behind its byte order mark
  yaml_parser_t parser_{};
  bool initialised_ = false;
  int nodes_ = 0;
};

// The line breaks that libyaml counts; 0 if there is none at `at`.
size_t LineBreakBytes(std::string_view text, size_t at) {
  if (text[at] == '\r') return at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
  if (text[at] == '\n') return 1;
  if (text.substr(at, 2) == "\xC2\x85") return 2;
  if (text.substr(at, 3) == "\xE2\x80\xA8" || text.substr(at, 3) == "\xE2\x80\xA9") return 3;
  return 0;
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A place in a file, moved code point by code point.
struct Cursor {
  std::string_view source;
  size_t at = 0;
  int line = 1;
  int column = 1;

  bool AtEnd() const { return at >= source.size(); }
  void Step() {
    if (const size_t bytes = LineBreakBytes(source, at); bytes > 0) {
      at += bytes;
      ++line;
      column = 1;
      return;
    }
    ++at;
    while (at < source.size() && (static_cast<uint8_t>(source[at]) & 0xC0) == 0x80) ++at;
    ++column;
  }
};

bool ToTree(simdjson::dom::element element, int depth, YamlNode* node) {
  if (depth > YamlLimits().depth_max) return false;
  switch (element.type()) {
    case simdjson::dom::element_type::STRING:
      node->style = YamlNode::Style::kQuoted;
      node->text = std::string(std::string_view(element));
      return true;
    case simdjson::dom::element_type::ARRAY:
      node->shape = YamlNode::Shape::kSequence;
      for (simdjson::dom::element item : simdjson::dom::array(element)) {
        if (!ToTree(item, depth + 1, &node->items.emplace_back())) return false;
      }
      return true;
    case simdjson::dom::element_type::OBJECT:
      node->shape = YamlNode::Shape::kMapping;
      for (auto [key, value] : simdjson::dom::object(element)) {
        YamlEntry& entry = node->entries.emplace_back();
        entry.key = std::string(key);
        if (!ToTree(value, depth + 1, &entry.value)) return false;
      }
      return true;
    default: return false;
  }
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

TextPositions YamlDocument::PositionsIn(const YamlNode& scalar) const {
  if (scalar.origin != nullptr && scalar.origin.get() != this) {
    return scalar.origin->PositionsIn(scalar);
  }
  TextPositions positions;
  positions.reserve(scalar.text.size() + 1);
  if (scalar.line == 0 || source.empty()) {
    positions.assign(scalar.text.size() + 1, {0, 0});
    return positions;
  }
  Cursor cursor{source, line_starts[scalar.line - 1], scalar.line};
  while (!cursor.AtEnd() && cursor.line == scalar.line && cursor.column < scalar.column) {
    cursor.Step();
  }
  // A block's header line holds no text.
  if (scalar.style == YamlNode::Style::kBlock) {
    while (!cursor.AtEnd() && cursor.line == scalar.line) cursor.Step();
  }
  if (scalar.style == YamlNode::Style::kQuoted && !cursor.AtEnd()) cursor.Step();
  // Folding and escapes change only white space and backslashes, so the other characters are
  // met in the same order in the text and in the file.
  std::pair<int, int> last{scalar.line, scalar.column};
  bool lost = false;
  for (const char c : scalar.text) {
    const bool follows = (static_cast<uint8_t>(c) & 0xC0) == 0x80;
    if (!IsSpace(c) && !follows && !lost) {
      while (!cursor.AtEnd() && source[cursor.at] != c) cursor.Step();
      lost = cursor.AtEnd();
      if (!lost) {
        last = {cursor.line, cursor.column};
        cursor.Step();
      }
    }
    positions.push_back(last);
  }
  positions.push_back(lost ? last : std::pair(cursor.line, cursor.column));
  return positions;
}

char YamlDocument::QuoteOf(const YamlNode& scalar) const {
  if (scalar.style != YamlNode::Style::kQuoted || scalar.line == 0) return '\0';
  Cursor cursor{source, line_starts[scalar.line - 1]};
  while (!cursor.AtEnd() && cursor.column < scalar.column) cursor.Step();
  return cursor.AtEnd() ? '\0' : source[cursor.at];
}

std::string YamlDocument::Line(int line) const {
  if (line < 1 || static_cast<size_t>(line) > line_starts.size()) return "";
  Cursor cursor{source, line_starts[line - 1]};
  while (!cursor.AtEnd() && LineBreakBytes(source, cursor.at) == 0) cursor.Step();
  const size_t begin = line_starts[line - 1];
  return source.substr(begin, cursor.at - begin);
}

std::unique_ptr<YamlDocument> ReadYaml(std::string file, std::string source,
                                       const YamlLimits& limits, Diagnostics* diagnostics) {
  auto document = std::make_unique<YamlDocument>();
  document->file = std::move(file);
  document->source = std::move(source);
  if (document->source.size() > limits.bytes_max) {
    diagnostics->Error(diagnostic::kFileTooLarge.code, {document->file},
                       std::to_string(document->source.size()) + " bytes; at most " +
                           std::to_string(limits.bytes_max),
                       "put long lists into files of their own, or split the pack");
    return nullptr;
  }
  Cursor cursor{document->source};
  if (document->source.starts_with(kByteOrderMark)) cursor.at = kByteOrderMark.size();
  document->line_starts.push_back(cursor.at);
  while (!cursor.AtEnd()) {
    cursor.Step();
    if (cursor.column == 1) document->line_starts.push_back(cursor.at);
  }
  const int errors_before = diagnostics->errors();
  const size_t findings_before = diagnostics->all().size();
  Composer composer(*document, limits, diagnostics);
  if (composer.Compose(&document->root) && diagnostics->errors() == errors_before) {
    return document;
  }
  for (size_t i = findings_before; i < diagnostics->all().size(); ++i) {
    Diagnostic& finding = diagnostics->all()[i];
    finding.snippet = document->Line(finding.at.line);
    const bool of_yaml = finding.code == diagnostic::kYamlSyntax.code ||
                         finding.code == diagnostic::kTag.code;
    if (of_yaml && i < findings_before + static_cast<size_t>(limits.mends_max)) {
      finding.mend = QuotesFor(*document, finding.at.line, limits);
      if (finding.mend) finding.advice = "quote the text: " + finding.mend->new_text;
    }
    LocateMend(document->source, document->line_starts, &finding);
  }
  return nullptr;
}

std::unique_ptr<YamlDocument> ReadJsonTree(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return nullptr;
  auto document = std::make_unique<YamlDocument>();
  if (!ToTree(root, 1, &document->root)) return nullptr;
  return document;
}

}  // namespace vigla
