//! A sheet's page is the same for ever, and what stands in it cannot be anything but text.

use super::{Sheet, page};
use sha2::{Digest, Sha256};

fn sheet() -> Sheet {
    Sheet {
        body: "县自然资源局".into(),
        title: "受理通知书".into(),
        number: "（530322）自然资源受字〔2026〕第12号".into(),
        to: "申请人（city-investment）".into(),
        paragraphs: vec!["你单位提出的申请，决定予以受理。".into()],
        list: vec!["盖章图纸".into()],
        after: vec!["请备齐。".into()],
        rows: vec![("送达日期", "2026年3月2日".into()), ("备注", String::new())],
        date: "二〇二六年三月二日".into(),
        foot: "matter:01J".into(),
    }
}

#[test]
fn the_page_of_a_sheet_is_the_same_for_ever() {
    let page = page(&sheet());
    let digest: String = Sha256::digest(page.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    // a page that looks otherwise is a new edition; sheets that were printed must be printable again
    assert_eq!(digest, "301951781230df8d9ef70e7d066d9f401447a340fa0f16547c2615cd4c9f70ea", "{page}");
}

#[test]
fn what_was_recorded_is_text_and_nothing_else() {
    let hostile = "</p><script>alert('x')</script>&\"";
    let told = Sheet {
        body: hostile.into(),
        title: hostile.into(),
        number: hostile.into(),
        to: hostile.into(),
        paragraphs: vec![hostile.into()],
        list: vec![hostile.into()],
        after: vec![hostile.into()],
        rows: vec![("备注", hostile.into())],
        date: hostile.into(),
        foot: hostile.into(),
    };
    let page = page(&told);
    assert!(!page.contains("<script") && !page.contains("'x'"), "{page}");
    assert_eq!(page.matches("&lt;script&gt;alert(&#39;x&#39;)").count(), 13);
    assert!(!page.contains("http"), "a page loads nothing");
}
