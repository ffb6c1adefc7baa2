//! A paper is handed in, named by a command, and read again: never without its bytes, never what a browser would run.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use om_tests::house::{Case, House};
use reqwest::StatusCode;
use serde_json::{Value, json};

const PDF: &[u8] = b"%PDF-1.7\n% a commitment\n";
/// SHA-256 of [`PDF`], by sha256sum.
const ITS_HASH: &str = "d139bdc6d33fe3c89112da30f61d6c5a7e3186838c887bdacb208739eeaa0739";

async fn problem(answer: reqwest::Response) -> (StatusCode, String, String) {
    let status = answer.status();
    let answer: Value = answer.json().await.expect("a problem is told as JSON");
    let error = &answer["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (status, text(&error["extensions"]["code"]), text(&error["message"]))
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn a_paper_is_handed_in_once_and_read_by_its_county() {
    let house = House::open().await;
    let first = house.hand_in("clerk", "application/pdf", PDF.to_vec()).await;
    assert_eq!(first.status(), StatusCode::CREATED);
    let first: Value = first.json().await.expect("it is JSON");
    let expected = json!({ "hash": ITS_HASH, "size": PDF.len(), "contentType": "application/pdf",
        "url": format!("/papers/{ITS_HASH}") });
    assert_eq!(first, expected);
    let again = house.hand_in("nr-officer-1", "application/octet-stream", PDF.to_vec()).await;
    assert_eq!(again.json::<Value>().await.expect("it is JSON"), expected, "the bytes say what it is");

    let path = format!("/papers/{ITS_HASH}");
    for user in ["clerk", "nr-officer-1", "auditor"] {
        let read = house.get(user, &path).send().await.expect("it answers");
        assert_eq!(read.status(), StatusCode::OK);
        assert_eq!(header(&read, "content-type"), "application/pdf");
        assert_eq!(
            header(&read, "content-disposition"),
            format!("inline; filename=\"{}.pdf\"", &ITS_HASH[..12])
        );
        assert_eq!(header(&read, "x-content-type-options"), "nosniff");
        assert!(header(&read, "content-security-policy").contains("sandbox"));
        assert_eq!(header(&read, "cache-control"), "private, no-cache", "asked for each time");
        assert_eq!(read.bytes().await.expect("it has a body"), PDF);
    }
    let stranger = house.get("stranger", &path).send().await.expect("it answers");
    assert_eq!(problem(stranger).await.0, StatusCode::NOT_FOUND, "another county's is not there");
    let nobody = house.get("nobody-we-know", &path).send().await.expect("it answers");
    assert_eq!(problem(nobody).await.0, StatusCode::UNAUTHORIZED);

    let known = format!(
        "{{ papers(hashes: [\"{ITS_HASH}\", \"{}\"]) {{ present size contentType url }} }}",
        "0".repeat(64)
    );
    let known = house.ask("auditor", &known, json!({})).await;
    assert_eq!(
        known["papers"][0],
        json!({ "present": true, "size": PDF.len(), "contentType": "application/pdf", "url": path })
    );
    assert_eq!(known["papers"][1]["present"], false);
}

#[tokio::test]
async fn a_part_is_given_and_what_a_browser_has_is_not_sent_again() {
    let house = House::open().await;
    house.hand_in("clerk", "application/pdf", PDF.to_vec()).await;
    let get = || house.get("clerk", &format!("/papers/{ITS_HASH}"));
    let part = get().header("range", "bytes=1-3").send().await.expect("it answers");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(header(&part, "content-range"), format!("bytes 1-3/{}", PDF.len()));
    assert_eq!(part.bytes().await.expect("it has a body"), &PDF[1..=3]);
    let beyond = get().header("range", "bytes=9999-").send().await.expect("it answers");
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let same = get().header("if-none-match", format!("\"{ITS_HASH}\"")).send().await.expect("it answers");
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn what_is_no_paper_is_not_taken_and_said_why() {
    let house = House::open().await;
    let hand_in = async |user: &str, kind: &str, bytes: &[u8]| {
        problem(house.hand_in(user, kind, bytes.to_vec()).await).await
    };
    for (kind, bytes, says) in [
        ("text/html", b"<script>1</script>".as_slice(), "text/html is not taken"),
        ("image/svg+xml", b"<svg/>", "is not taken"),
        ("application/pdf", b"<html></html>", "does not begin like one"),
        ("application/octet-stream", b"\x7fELF\x02\x01\x01\0", "name its type"),
    ] {
        let (status, code, message) = hand_in("clerk", kind, bytes).await;
        assert_eq!(
            (status, code.as_str()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT"),
            "{message}"
        );
        assert!(message.contains(says), "{message}");
    }
    assert_eq!(hand_in("clerk", "text/plain", b"").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(hand_in("auditor", "application/pdf", PDF).await.0, StatusCode::FORBIDDEN);
    let mut large = PDF.to_vec();
    large.resize(64 * 1_024 * 1_024 + 1, 0);
    let (status, code, _) = hand_in("clerk", "application/pdf", &large).await;
    assert_eq!((status, code.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE"));

    let url = format!("http://{}/papers", house.address);
    let post = || reqwest::Client::new().post(&url).bearer_auth("dev:clerk").body(PDF.to_vec());
    let foreign = post().header("origin", "https://evil.example").send().await.expect("it answers");
    assert_eq!(problem(foreign).await.0, StatusCode::FORBIDDEN);
    let wrong = post().header("x-content-sha256", "0".repeat(64)).send().await.expect("it answers");
    let (status, _, message) = problem(wrong).await;
    assert!(status == StatusCode::BAD_REQUEST && message.contains(ITS_HASH), "{message}");
    let unknown = house.get("clerk", &format!("/papers/{ITS_HASH}")).send().await.expect("it answers");
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND, "nothing of it was kept");
}

#[tokio::test]
async fn a_command_that_names_a_paper_waits_for_it() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    let water = case.by("wa-officer-1");
    let offer = || water.offer("W", "natural-resources").with(json!({ "papers": [ITS_HASH] }));
    let refused = offer().refused("PaperMissing").await.says("papers", json!([ITS_HASH]));
    assert!(refused.zh.contains("先上传原件"), "{}", refused.zh);
    case.hand_in("clerk", "application/pdf", PDF.to_vec()).await;
    offer().done().await;
}

#[tokio::test]
async fn a_damaged_paper_is_not_given_out() {
    let house = House::open().await;
    house.hand_in("clerk", "application/pdf", PDF.to_vec()).await;
    let path = format!("papers/530322/{}/{}/{ITS_HASH}.pdf", &ITS_HASH[..2], &ITS_HASH[2..4]);
    std::fs::write(house.dir.path().join(path), &PDF[..10]).expect("the file is there");
    let read = house.get("clerk", &format!("/papers/{ITS_HASH}")).send().await.expect("it answers");
    let (status, _, message) = problem(read).await;
    assert!(status == StatusCode::INTERNAL_SERVER_ERROR && message.contains("damaged"), "{message}");
    house.hand_in("clerk", "application/pdf", PDF.to_vec()).await;
    let read = house.get("clerk", &format!("/papers/{ITS_HASH}")).send().await.expect("it answers");
    assert_eq!(read.bytes().await.expect("it has a body"), PDF, "handed in again, it is whole");
}
