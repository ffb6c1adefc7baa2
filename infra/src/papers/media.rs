//! What a paper may be: the kinds that are taken, told by their name and by their first bytes.
//!
//! Invariants: what is said of a paper agrees with how it begins; nothing that a browser would run is among the kinds.
//! Deliberately absent: looking for viruses; that is the office's own guard's, before a paper is handed in.

use super::PaperError;

/// How many first bytes of a paper are looked at.
pub(super) const HEAD: usize = 512;

/// What a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// TIFF, of scanners.
    Tiff,
    /// OFD, GB/T 33190.
    Ofd,
    /// Word, of today.
    Docx,
    /// Excel, of today.
    Xlsx,
    /// `PowerPoint`, of today.
    Pptx,
    /// Word before 2007, and WPS.
    Doc,
    /// Excel before 2007, and WPS.
    Xls,
    /// `PowerPoint` before 2007, and WPS.
    Ppt,
    /// `AutoCAD` drawing.
    Dwg,
    /// Plain text.
    Text,
}

use Media::*;

/// How files begin that cannot be told apart by more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Only(Media),
    Zip,
    Compound,
}

impl Media {
    /// All of them.
    pub const ALL: [Media; 13] = [Pdf, Png, Jpeg, Tiff, Ofd, Docx, Xlsx, Pptx, Doc, Xls, Ppt, Dwg, Text];

    /// Its name in `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Pdf => "application/pdf",
            Png => "image/png",
            Jpeg => "image/jpeg",
            Tiff => "image/tiff",
            Ofd => "application/ofd",
            Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Doc => "application/msword",
            Xls => "application/vnd.ms-excel",
            Ppt => "application/vnd.ms-powerpoint",
            Dwg => "image/vnd.dwg",
            Text => "text/plain",
        }
    }

    /// The ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Pdf => "pdf",
            Png => "png",
            Jpeg => "jpg",
            Tiff => "tif",
            Ofd => "ofd",
            Docx => "docx",
            Xlsx => "xlsx",
            Pptx => "pptx",
            Doc => "doc",
            Xls => "xls",
            Ppt => "ppt",
            Dwg => "dwg",
            Text => "txt",
        }
    }

    /// Whether a browser may show it in its own window: it holds nothing that could be run there.
    pub fn is_shown(self) -> bool {
        matches!(self, Pdf | Png | Jpeg)
    }

    /// The kind of that `Content-Type`, parameters left aside.
    pub fn of_content_type(value: &str) -> Option<Media> {
        let name = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // names that browsers and older registries use for the same thing
        let name = match name.as_str() {
            "image/jpg" | "image/pjpeg" => "image/jpeg",
            "image/x-dwg" | "image/dwg" | "application/acad" | "application/x-dwg" => "image/vnd.dwg",
            "application/vnd.ofd" => "application/ofd",
            other => other,
        };
        Media::ALL.into_iter().find(|media| media.content_type() == name)
    }

    /// The kind whose files end so; `end` is in lower case, without the dot.
    pub fn of_extension(end: &str) -> Option<Media> {
        let end = match end {
            "jpeg" => "jpg",
            "tiff" => "tif",
            "wps" => "doc",
            "et" => "xls",
            "dps" => "ppt",
            other => other,
        };
        Media::ALL.into_iter().find(|media| media.extension() == end)
    }

    fn family(self) -> Family {
        match self {
            Ofd | Docx | Xlsx | Pptx => Family::Zip,
            Doc | Xls | Ppt => Family::Compound,
            only => Family::Only(only),
        }
    }

    /// What a paper that begins so is; what was said of it, if anything, must agree.
    pub(super) fn judged(said: Option<Media>, head: &[u8]) -> Result<Media, PaperError> {
        match (said, family(head)) {
            (None, Some(Family::Only(media))) => Ok(media),
            // browsers have no name for it; its first entry has
            (None, Some(Family::Zip)) if holds(head, b"OFD.xml") => Ok(Ofd),
            (None, _) => Err(PaperError::KindUnclear),
            (Some(said), Some(family)) if family == said.family() => Ok(said),
            (Some(said), _) => Err(PaperError::NotWhatItSays { said: said.content_type() }),
        }
    }
}

fn family(head: &[u8]) -> Option<Family> {
    let begins: [(&[u8], Family); 9] = [
        (b"%PDF-", Family::Only(Pdf)),
        (b"\x89PNG\r\n\x1a\n", Family::Only(Png)),
        (b"\xff\xd8\xff", Family::Only(Jpeg)),
        (b"II*\0", Family::Only(Tiff)),
        (b"MM\0*", Family::Only(Tiff)),
        (b"PK\x03\x04", Family::Zip),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Family::Compound),
        (b"AC10", Family::Only(Dwg)),
        (b"AC1.", Family::Only(Dwg)),
    ];
    let found = begins.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, family)| family);
    found.or_else(|| is_text(head).then_some(Family::Only(Text)))
}

fn holds(head: &[u8], name: &[u8]) -> bool {
    head.windows(name.len()).any(|window| window == name)
}

/// No control characters but those of lines; UTF-8, UTF-16 and GBK alike hold none in what people write, save UTF-16,
/// which is not taken.
fn is_text(head: &[u8]) -> bool {
    !head.is_empty() && head.iter().all(|b| *b >= 0x20 || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_what_it_begins_as() {
        assert_eq!(Media::judged(None, b"%PDF-1.7").unwrap(), Pdf);
        assert_eq!(Media::judged(None, "承诺书".as_bytes()).unwrap(), Text);
        assert_eq!(Media::judged(Some(Ofd), b"PK\x03\x04").unwrap(), Ofd);
        assert_eq!(Media::judged(None, b"PK\x03\x04 ... OFD.xml ...").unwrap(), Ofd);
        assert_eq!(Media::of_content_type("application/x-dwg"), Some(Dwg));
        assert!(matches!(Media::judged(None, b"PK\x03\x04"), Err(PaperError::KindUnclear)));
        assert!(matches!(Media::judged(None, b"\x7fELF\x02\x01\x01\0"), Err(PaperError::KindUnclear)));
        assert!(matches!(Media::judged(Some(Pdf), b"<html>"), Err(PaperError::NotWhatItSays { .. })));
        assert!(matches!(Media::judged(Some(Text), b"%PDF-1.7"), Err(PaperError::NotWhatItSays { .. })));
    }

    #[test]
    fn each_kind_is_found_by_its_name_and_html_is_none() {
        for media in Media::ALL {
            assert_eq!(
                Media::of_content_type(&format!("{}; charset=utf-8", media.content_type())),
                Some(media)
            );
        }
        for active in
            ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "application/zip"]
        {
            assert_eq!(Media::of_content_type(active), None, "{active}");
        }
    }
}
