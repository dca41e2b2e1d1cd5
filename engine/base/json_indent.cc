// Adds line ends and blanks. Cold.
#include "engine/base/json_indent.h"

namespace vigla {

std::string IndentJson(std::string_view json) {
  std::string out;
  int depth = 0;
  bool in_string = false;
  const auto line = [&] { out.append("\n").append(static_cast<size_t>(2 * depth), ' '); };
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out.push_back(c);
      if (c == '\\') out.push_back(json[++i]);
      in_string = c != '"';
      continue;
    }
    const bool is_empty = (c == '{' || c == '[') && (json[i + 1] == '}' || json[i + 1] == ']');
    if (is_empty) {
      out.push_back(c);
      out.push_back(json[++i]);
    } else if (c == '{' || c == '[') {
      out.push_back(c);
      ++depth;
      line();
    } else if (c == '}' || c == ']') {
      --depth;
      line();
      out.push_back(c);
    } else {
      out.push_back(c);
      if (c == ',') line();
      if (c == ':') out.push_back(' ');
      in_string = c == '"';
    }
  }
  return out + "\n";
}

}  // namespace vigla
