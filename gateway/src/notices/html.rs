//! A sheet as a page to print: A4, in the form official documents have, by itself.
//!
//! Invariants: every text is escaped; the page runs nothing and loads nothing.
//! Deliberately absent: what a sheet says.

use super::Sheet;

const STYLE: &str = "@page{size:A4;margin:30mm 26mm 28mm 28mm}\
*{box-sizing:border-box}\
html{background:#fff;color:#000}\
body{margin:0 auto;max-width:156mm;font:16pt/30pt FangSong,STFangsong,'仿宋','Noto Serif CJK SC',SimSun,serif}\
@media screen{html{background:#e8e8e8}body{background:#fff;max-width:210mm;min-height:297mm;margin:8mm auto;padding:30mm 26mm 28mm 28mm;box-shadow:0 0 4mm #bbb}}\
h1{margin:0;text-align:center;font:bold 22pt/34pt SimSun,'Noto Serif CJK SC',STSong,serif}\
h1.body{font-size:18pt}\
.number{margin:12pt 0 20pt;text-align:right}\
p{margin:0;text-indent:2em;text-align:justify;overflow-wrap:anywhere}\
p.to{text-indent:0}\
ol{margin:0 0 0 2em;padding:0 0 0 1.5em}\
li{overflow-wrap:anywhere}\
table{width:100%;border-collapse:collapse;margin:10pt 0}\
th,td{border:0.75pt solid #000;padding:3pt 8pt;font:14pt/22pt FangSong,STFangsong,'仿宋','Noto Serif CJK SC',SimSun,serif;text-align:left;vertical-align:middle;overflow-wrap:anywhere}\
th{width:30%;font-weight:normal}\
td.tall{height:14mm}\
.sign{margin:28pt 0 0 45%;text-align:center;break-inside:avoid}\
.sign div{text-indent:0}\
.seal{color:#777;font-size:12pt}\
footer{margin-top:20pt;border-top:0.5pt solid #999;padding-top:4pt;font:9pt/14pt SimSun,'Noto Serif CJK SC',serif;color:#555;overflow-wrap:anywhere}";

/// The page of a sheet.
pub fn page(sheet: &Sheet) -> String {
    let mut out = Out(String::with_capacity(4_096));
    out.raw("<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    out.text(&format!("{} {}", sheet.title, sheet.number));
    out.raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n");
    out.element("h1", "body", &sheet.body);
    out.element("h1", "", &sheet.title);
    if !sheet.number.is_empty() {
        out.element("div", "number", &sheet.number);
    }
    if !sheet.to.is_empty() {
        out.element("p", "to", &format!("{}：", sheet.to));
    }
    for paragraph in &sheet.paragraphs {
        out.element("p", "", paragraph);
    }
    if !sheet.list.is_empty() {
        out.raw("<ol>\n");
        sheet.list.iter().for_each(|item| {
            out.element("li", "", item);
        });
        out.raw("</ol>\n");
    }
    for paragraph in &sheet.after {
        out.element("p", "", paragraph);
    }
    if !sheet.rows.is_empty() {
        out.raw("<table>\n");
        for (name, value) in &sheet.rows {
            out.raw("<tr><th>").text(name).raw(if value.is_empty() {
                "</th><td class=\"tall\">"
            } else {
                "</th><td>"
            });
            out.text(value).raw("</td></tr>\n");
        }
        out.raw("</table>\n");
    }
    out.raw("<div class=\"sign\">\n");
    out.element("div", "", &sheet.body);
    out.element("div", "seal", "（印章）");
    out.element("div", "", &sheet.date);
    out.raw("</div>\n");
    out.element("footer", "", &sheet.foot);
    out.raw("</body>\n</html>\n");
    out.0
}

struct Out(String);

impl Out {
    fn raw(&mut self, html: &str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    fn element(&mut self, name: &str, class: &str, text: &str) -> &mut Self {
        self.raw("<").raw(name);
        if !class.is_empty() {
            self.raw(" class=\"").raw(class).raw("\"");
        }
        self.raw(">").text(text).raw("</").raw(name).raw(">\n")
    }
}
