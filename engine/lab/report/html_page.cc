// The page's frame, style and script. Cold.
#include "engine/lab/report/html_page.h"

#include "engine/base/hash.h"
#include "engine/lab/report/text.h"

namespace vigla {
namespace {

constexpr std::string_view kStyle = R"(
:root{--bg:#fcfcfb;--card:#fff;--ink:#1c2430;--soft:#5b6675;--line:#e3e6ea;--grid:#eceff2;
--c1:#2f6f9f;--c2:#d07a2d;--c3:#3f8f6b;--c4:#8460a8;--c5:#b0504a;--c6:#7d8590;
--info:#8a97a6;--low:#5a9bc4;--medium:#e0a93b;--high:#db6b35;--critical:#b3283b;--on:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--card:#1b2026;--ink:#e7eaee;--soft:#9aa5b1;
--line:#2e353d;--grid:#262c33;--c1:#6aa9d8;--c2:#e39a55;--c3:#6cc09a;--c4:#b193d6;--c5:#dd807a;
--c6:#9aa3ad;--info:#8a97a6;--low:#6aaeda;--medium:#e8bb5c;--high:#ee8a57;--critical:#ea5d70;
--on:#14181d}}
*{box-sizing:border-box}
html{color-scheme:light dark}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,
"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:36px 24px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:20px;margin:44px 0 10px;padding-top:14px;border-top:1px solid var(--line)}
h3{font-size:15px;margin:24px 0 8px}
p{margin:0 0 12px;max-width:76ch}
.about,.note{color:var(--soft)}.about{margin-bottom:22px;overflow-wrap:anywhere}
.note{font-size:13px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;
margin:18px 0}
.figure{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.figure b{display:block;font-size:24px;line-height:1.25;font-weight:600;
font-variant-numeric:tabular-nums}
.figure span{color:var(--soft);font-size:13px;display:block}
.scroll{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;width:100%;font-size:14px;background:var(--card)}
th,td{padding:6px 10px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:12.5px;white-space:nowrap;vertical-align:bottom}
td:first-child:not(.n):not(.o):not(:has(.badge)){min-width:220px}
td.o{white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th[aria-sort]{cursor:pointer}th[aria-sort=ascending]::after{content:" ▲";font-size:9px}
th[aria-sort=descending]::after{content:" ▼";font-size:9px}
tbody tr:hover{background:var(--grid)}
.badge{display:inline-block;padding:0 8px;border-radius:10px;color:var(--on);font-size:12px;
font-weight:600;line-height:19px;white-space:nowrap}
.plot{width:100%;height:auto;min-width:600px;display:block;font-size:11.5px}
.plot text{fill:var(--soft)}.plot .axis-label{fill:var(--ink)}.plot .mid{text-anchor:middle}
.plot .end{text-anchor:end}.plot .grid{stroke:var(--grid)}.plot .axis{stroke:var(--soft)}
.plot .marker{stroke:var(--ink);stroke-dasharray:4 3}.plot .marker-label{fill:var(--ink)}
.plot path{fill:none;stroke-width:1.9;stroke-linejoin:round}.plot .dashed{stroke-dasharray:6 3}
.cell{fill:var(--c1)}.cell-back{fill:var(--grid)}.plot .on-cell{fill:var(--on);pointer-events:none}
.plot g text{pointer-events:none}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:2px 0 10px;
padding:0 0 0 12px;font-size:13px;color:var(--soft)}
.swatch{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px}
details{margin:10px 0}summary{cursor:pointer;color:var(--soft)}
footer{margin-top:48px;color:var(--soft);font-size:12.5px}
@media (max-width:640px){main{padding:20px 14px 40px}h1{font-size:23px}th,td{padding:5px 7px}
.plot{min-width:680px}td:first-child:not(.n):not(.o):not(:has(.badge)){min-width:150px}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--grid:#eee;--on:#fff}
main{max-width:none;padding:0}.scroll{overflow:visible}.plot{min-width:0}
h2,h3{break-after:avoid}tr,svg,.figure{break-inside:avoid}thead{display:table-header-group}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)";

// Sorting by a column's header; numbers by value, the rest as text.
constexpr std::string_view kScript = R"(
document.querySelectorAll("table").forEach(function(t){
t.querySelectorAll("th").forEach(function(h,i){h.setAttribute("aria-sort","none");h.tabIndex=0;
function sort(){var up=h.getAttribute("aria-sort")==="descending";
t.querySelectorAll("th").forEach(function(o){o.setAttribute("aria-sort","none");});
h.setAttribute("aria-sort",up?"ascending":"descending");
var b=t.tBodies[0],r=Array.prototype.slice.call(b.rows);
function key(x){return x.cells[i].textContent.trim();}
function num(s){var n=parseFloat(s.replace(/[, %]/g,""));return isNaN(n)?-Infinity:n;}
var n=h.classList.contains("n");
r.sort(function(a,c){var d=n?num(key(a))-num(key(c)):key(a).localeCompare(key(c));return up?d:-d;});
r.forEach(function(x){b.appendChild(x);});}
h.addEventListener("click",sort);
h.addEventListener("keydown",function(e){if(e.key==="Enter")sort();});});});
window.addEventListener("beforeprint",function(){
document.querySelectorAll("details").forEach(function(d){d.open=true;});});
)";

std::string Element(std::string_view name, std::string_view css, std::string_view text) {
  std::string html = "<" + std::string(name);
  if (!css.empty()) html += " class=\"" + std::string(css) + "\"";
  return html + ">" + EscapeHtml(text) + "</" + std::string(name) + ">\n";
}

// Nothing is fetched and only the one script runs, even if a text were not escaped.
std::string Policy() {
  return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" +
         Base64Of(Sha256::Of(kScript).View()) + "'; base-uri 'none'; form-action 'none'";
}

}  // namespace

HtmlPage::HtmlPage(std::string_view title, std::string_view about)
    : title_(title), about_(about) {}

void HtmlPage::Figures(const std::vector<HtmlFigure>& figures) {
  body_ += "<div class=\"figures\">";
  for (const HtmlFigure& figure : figures) {
    body_ += "<div class=\"figure\"><span>" + EscapeHtml(figure.name) + "</span><b>" +
             EscapeHtml(figure.value) + "</b><span>" + EscapeHtml(figure.note) +
             "</span></div>\n";
  }
  body_ += "</div>\n";
}

void HtmlPage::Heading(std::string_view text) { body_ += Element("h2", "", text); }
void HtmlPage::Subheading(std::string_view text) { body_ += Element("h3", "", text); }
void HtmlPage::Paragraph(std::string_view text) { body_ += Element("p", "", text); }
void HtmlPage::Note(std::string_view text) { body_ += Element("p", "note", text); }
void HtmlPage::Plot(std::string_view svg) { body_.append(svg).append("\n"); }

void HtmlPage::Table(const HtmlTable& table) {
  if (table.rows.empty() && !table.none.empty()) return Note(table.none);
  body_ += "<div class=\"scroll\"><table><thead><tr>";
  for (const HtmlTable::Column& column : table.columns) {
    body_ += "<th" + std::string(column.is_figure ? " class=\"n\"" : "") + ">" +
             EscapeHtml(column.name) + "</th>";
  }
  body_ += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    body_ += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      const HtmlCell& cell = row[i];
      const HtmlTable::Column& column = table.columns[i];
      body_ += column.is_figure     ? "<td class=\"n\">"
               : column.is_one_line ? "<td class=\"o\">"
                                    : "<td>";
      body_ += cell.tag.empty() ? EscapeHtml(cell.text)
                                : "<span class=\"badge bg-" + EscapeHtml(cell.tag) + "\">" +
                                      EscapeHtml(cell.text) + "</span>";
      body_ += "</td>";
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void HtmlPage::BeginDetails(std::string_view summary) {
  body_ += "<details><summary>" + EscapeHtml(summary) + "</summary>\n";
}
void HtmlPage::EndDetails() { body_ += "</details>\n"; }

std::string HtmlPage::Finish() const {
  std::string colors;
  for (std::string_view name :
       {"info", "low", "medium", "high", "critical", "1", "2", "3", "4", "5", "6"}) {
    const std::string css(name);
    const std::string variable = "var(--" + std::string(name[0] < 'a' ? "c" : "") + css + ")";
    colors += ".fill-" + css + "{fill:" + variable + "}.bg-" + css + "{background:" + variable +
              "}.plot .line-" + css + "{stroke:" + variable + "}\n";
  }
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n" +
         std::string("<meta http-equiv=\"Content-Security-Policy\" content=\"") + Policy() +
         "\"/>\n<meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\"/>\n<title>" +
         EscapeHtml(title_) + "</title>\n<style>" + std::string(kStyle) + colors +
         "</style></head>\n<body><main>\n<h1>" + EscapeHtml(title_) + "</h1>\n" +
         Element("p", "about", about_) + body_ + "<footer>Vigla " + VIGLA_VERSION +
         ". Names and ids are shown as far as the report needs them.</footer>\n</main>\n<script>" +
         std::string(kScript) + "</script></body></html>\n";
}

}  // namespace vigla
