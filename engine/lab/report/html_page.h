// A self-contained HTML page: headings, figures, tables, plots; nothing is fetched. Cold.
// It reads without scripts, and its own policy lets a browser fetch nothing and run no other; a
// small one sorts tables where a browser runs it. Dark and print styles are built in. Everything
// that is text is escaped here, whoever wrote it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigla {

struct HtmlCell {
  std::string text;
  std::string tag;  // a colour of plot.h, shown as a badge; "": plain
};

struct HtmlTable {
  struct Column {
    std::string name;
    bool is_figure = false;    // right-aligned, digits of one width
    bool is_one_line = false;  // never broken, as times and ids are not
  };
  std::vector<Column> columns;
  std::vector<std::vector<HtmlCell>> rows;
  std::string none;  // what stands there where there are no rows
};

// A figure to be seen first.
struct HtmlFigure {
  std::string name, value, note;
};

class HtmlPage {
 public:
  // `about`: a line under the title, such as what was read by what.
  HtmlPage(std::string_view title, std::string_view about);

  void Figures(const std::vector<HtmlFigure>& figures);
  void Heading(std::string_view text);
  void Subheading(std::string_view text);
  void Paragraph(std::string_view text);
  void Note(std::string_view text);
  void Table(const HtmlTable& table);
  // SVG by plot.h, already escaped.
  void Plot(std::string_view svg);
  // Shown after a click, and always in print.
  void BeginDetails(std::string_view summary);
  void EndDetails();

  std::string Finish() const;

 private:
  std::string title_, about_, body_;
};

}  // namespace vigla
