// RFC 4180 by hand (quotes, line ends inside them), JSON by simdjson. Cold.
#include "engine/lab/backtest_rows.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/status.h"

namespace vigla {
namespace {

absl::Status LineError(size_t line, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "line " + std::to_string(line) + ": " + std::string(what));
}

// One record after the other.
class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  // False at the end.
  bool Next(std::vector<std::string>* fields) {
    fields->clear();
    if (at_ >= text_.size()) return false;
    line_ = next_line_;
    bool more = true;
    while (more) more = Field(&fields->emplace_back());
    return true;
  }
  size_t line() const { return line_; }  // on which the record begins

 private:
  // True if another field of the record follows.
  bool Field(std::string* field) {
    bool quoted = false;
    if (at_ < text_.size() && text_[at_] == '"') {
      quoted = true;
      ++at_;
    }
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quoted && c == '"') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          ++at_;
        } else {
          quoted = false;
          continue;
        }
      } else if (!quoted && (c == ',' || c == '\n')) {
        ++at_;
        if (c == '\n') ++next_line_;
        return c == ',';
      } else if (!quoted && c == '\r') {
        continue;
      }
      if (c == '\n') ++next_line_;
      field->push_back(c);
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0, line_ = 1, next_line_ = 1;
};

using Visit = std::function<absl::Status(const NamedRow&, size_t line)>;

absl::Status ReadCsv(std::string_view text, const Visit& visit) {
  CsvRecords records(text);
  std::vector<std::string> names, fields;
  if (!records.Next(&names)) return LineError(1, "there is no header");
  while (records.Next(&fields)) {
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != names.size()) {
      return LineError(records.line(), std::to_string(fields.size()) + " fields, but the header "
                                       "has " + std::to_string(names.size()));
    }
    NamedRow row;
    for (size_t i = 0; i < names.size(); ++i) row[names[i]] = std::move(fields[i]);
    RETURN_IF_ERROR(visit(row, records.line()));
  }
  return absl::OkStatus();
}

absl::Status ReadObject(simdjson::dom::parser* parser, std::string_view line, NamedRow* row) {
  simdjson::dom::object object;
  const simdjson::padded_string padded(line);
  if (parser->parse(padded).get_object().get(object) != simdjson::SUCCESS) {
    return MakeError(absl::StatusCode::kInvalidArgument, "no JSON object");
  }
  for (const auto& [key, value] : object) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) {
      (*row)[std::string(key)] = std::string(text);
    } else if (!value.is_object() && !value.is_array() && !value.is_null()) {
      (*row)[std::string(key)] = simdjson::minify(value);
    }
  }
  return absl::OkStatus();
}

absl::Status ReadNdjson(std::string_view text, const Visit& visit) {
  simdjson::dom::parser parser;
  for (size_t line = 1, at = 0; at < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view record = text.substr(at, end - at);
    at = end + 1;
    if (record.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    NamedRow row;
    const absl::Status read = ReadObject(&parser, record, &row);
    if (!read.ok()) return LineError(line, ToStd(read.message()));
    RETURN_IF_ERROR(visit(row, line));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ForEachRow(std::string_view text, const Visit& visit) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  const bool is_json = start != std::string_view::npos && text[start] == '{';
  return is_json ? ReadNdjson(text, visit) : ReadCsv(text, visit);
}

}  // namespace vigla
