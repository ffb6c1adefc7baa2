//! Papers: durable, a county's own, kept once, never given out damaged; the same promises in files and in the database.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, stream};
use om_domain::ids::{CountyId, PaperHash};
use om_infra::papers::{
    BucketFault, BucketPapers, FilePapers, Media, Paper, PaperError, PaperStore, Papers, PostgresPapers, s3,
};
use om_tests::bucket::{BucketServer, KEY_ID, SECRET};
use om_tests::postgres::Postgres;
use tempfile::tempdir;

const LIMIT: u64 = 3 * 1_024 * 1_024;
const COMMITMENT: &str = "承诺书：十日内补齐。";
/// SHA-256 of [`COMMITMENT`], by sha256sum.
const ITS_HASH: &str = "2dba2d0087f856fd7c061e3c82e0edb743e4d3d3d43c8aefd948066c1ee5635c";

fn county() -> CountyId {
    "530322".parse().unwrap()
}

fn other() -> CountyId {
    "530323".parse().unwrap()
}

fn hash(text: &str) -> PaperHash {
    text.parse().unwrap()
}

fn pieces(bytes: &[u8]) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<> {
    let pieces: Vec<_> = bytes.chunks(700_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

async fn put(papers: &Papers, bytes: &[u8]) -> Result<Paper, PaperError> {
    papers.take_in(&county(), (None, None), pieces(bytes)).await
}

async fn read(papers: &Papers, hash: &PaperHash) -> Option<Vec<u8>> {
    let mut checked = papers.open(&county(), hash).await.unwrap()?;
    let mut bytes = Vec::new();
    checked.file.read_to_end(&mut bytes).unwrap();
    Some(bytes)
}

/// A PDF by its beginning, longer than a piece of the database's.
fn large() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0_u32..600_000).flat_map(u32::to_le_bytes));
    bytes
}

/// What every engine promises, on an empty store.
async fn keeps_its_promises(store: Arc<dyn PaperStore>, dir: &Path) {
    let papers = Papers::new(store, dir, LIMIT).unwrap();
    let kept = put(&papers, COMMITMENT.as_bytes()).await.unwrap();
    assert_eq!((kept.hash.as_str(), kept.size, kept.media), (ITS_HASH, COMMITMENT.len() as u64, Media::Text));
    assert_eq!(put(&papers, COMMITMENT.as_bytes()).await.unwrap(), kept, "put twice is once");
    assert_eq!(read(&papers, &kept.hash).await.unwrap(), COMMITMENT.as_bytes());
    assert_eq!(papers.find(&county(), &kept.hash).await.unwrap(), Some(kept.clone()));

    assert_eq!(papers.find(&other(), &kept.hash).await.unwrap(), None, "a county reads its own");
    assert!(papers.open(&other(), &kept.hash).await.unwrap().is_none());
    let absent = hash(&"ab".repeat(32));
    assert_eq!(papers.missing(&county(), [&kept.hash, &absent]).await.unwrap(), [absent].into());

    let large = large();
    let pdf = put(&papers, &large).await.unwrap();
    assert_eq!((pdf.size, pdf.media), (large.len() as u64, Media::Pdf));
    assert!(read(&papers, &pdf.hash).await.unwrap() == large, "what comes back is what was put");

    // of twenty at once, one
    let same = futures::future::join_all((0..20).map(|_| put(&papers, b"%PDF-1.4 the same")));
    let same: Vec<Paper> = same.await.into_iter().map(Result::unwrap).collect();
    assert!(same.iter().all(|paper| *paper == same[0]));
    refuses(&papers).await;
    let left = std::fs::read_dir(dir.join("incoming")).unwrap().count();
    assert_eq!(left, 0, "nothing that came in stays");
}

async fn refuses(papers: &Papers) {
    let said = hash(&"cd".repeat(32));
    let wrong = papers.take_in(&county(), (None, Some(&said)), pieces(b"%PDF-1.7 other")).await.unwrap_err();
    let PaperError::WrongHash { got, .. } = &wrong else { panic!("{wrong}") };
    assert_eq!(papers.find(&county(), got).await.unwrap(), None, "nothing is kept under its own hash either");

    let mut too_large = large();
    too_large.resize(usize::try_from(LIMIT).unwrap() + 1, 0);
    assert!(matches!(put(papers, &too_large).await, Err(PaperError::TooLarge { limit: LIMIT })));
    assert!(matches!(put(papers, b"").await, Err(PaperError::Empty)));
    assert!(matches!(put(papers, b"PK\x03\x04").await, Err(PaperError::KindUnclear)));
    let broken = stream::iter([Ok(Bytes::from_static(b"%PDF-1.7")), Err(io::Error::other("gone"))]);
    let broken = papers.take_in(&county(), (None, None), broken).await;
    assert!(matches!(broken, Err(PaperError::BrokeOff)));
}

async fn gives_no_damaged_paper_out(papers: &Papers, damage: impl AsyncFn(&PaperHash)) {
    let kept = put(papers, &large()).await.unwrap();
    damage(&kept.hash).await;
    let error = papers.open(&county(), &kept.hash).await.unwrap_err();
    assert!(matches!(&error, PaperError::Damaged { hash } if *hash == kept.hash), "{error}");
    assert_eq!(put(papers, &large()).await.unwrap(), kept, "handed in again");
    assert!(read(papers, &kept.hash).await.unwrap() == large(), "it is whole again");
}

#[tokio::test]
async fn the_files_keep_their_promises() {
    let dir = tempdir().unwrap();
    keeps_its_promises(Arc::new(FilePapers::open(dir.path()).unwrap()), dir.path()).await;
}

fn file_of(dir: &Path, hash: &PaperHash) -> PathBuf {
    let text = hash.as_str();
    dir.join("530322").join(&text[..2]).join(&text[2..4]).join(format!("{text}.pdf"))
}

#[tokio::test]
async fn a_damaged_file_is_not_given_out_and_is_mended_by_handing_it_in_again() {
    let dir = tempdir().unwrap();
    let papers = Papers::new(Arc::new(FilePapers::open(dir.path()).unwrap()), dir.path(), LIMIT).unwrap();
    gives_no_damaged_paper_out(&papers, async |hash| {
        let file = std::fs::OpenOptions::new().write(true).open(file_of(dir.path(), hash)).unwrap();
        file.set_len(1_000).unwrap();
    })
    .await;
    gives_no_damaged_paper_out(&papers, async |hash| {
        let file = file_of(dir.path(), hash);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[500] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    })
    .await;
}

#[tokio::test]
async fn papers_survive_reopening_in_files_that_others_cannot_read() {
    let dir = tempdir().unwrap();
    let open = || Papers::new(Arc::new(FilePapers::open(dir.path()).unwrap()), dir.path(), LIMIT).unwrap();
    let kept = put(&open(), &large()).await.unwrap();
    std::fs::write(dir.path().join("incoming/half-a-paper"), "of a process that was killed").unwrap();
    let papers = open();
    assert!(read(&papers, &kept.hash).await.unwrap() == large());
    assert_eq!(std::fs::read_dir(dir.path().join("incoming")).unwrap().count(), 0);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = file_of(dir.path(), &kept.hash);
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
}

#[tokio::test]
async fn the_database_keeps_its_promises_across_its_own_crash() {
    let (server, dir) = (Postgres::start(), tempdir().unwrap());
    let connect = async || PostgresPapers::connect(&server.address(), None, dir.path()).await.unwrap();
    keeps_its_promises(Arc::new(connect().await), dir.path()).await;

    let papers = Papers::new(Arc::new(connect().await), dir.path(), LIMIT).unwrap();
    gives_no_damaged_paper_out(&papers, async |hash| {
        server.sql(
            "onematter",
            &format!("DELETE FROM onematter_paper_piece WHERE hash = '{hash}' AND place = 1"),
        );
    })
    .await;
    let kept = put(&papers, &large()).await.unwrap();
    server.stop();
    let error = papers.open(&county(), &kept.hash).await.unwrap_err();
    assert!(matches!(error, PaperError::Database { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(matches!(put(&papers, b"%PDF-1.7 new").await, Err(PaperError::Database { .. })));
    server.resume();
    assert!(read(&papers, &kept.hash).await.unwrap() == large(), "what was acknowledged is there");
}

fn key_file(dir: &Path, id: &str, secret: &str) -> PathBuf {
    let file = dir.join("keys");
    std::fs::write(&file, format!("{id}\n{secret}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

fn key_of(prefix: &str, hash: &PaperHash) -> String {
    let text = hash.as_str();
    format!("{prefix}530322/{}/{}/{text}", &text[..2], &text[2..4])
}

#[tokio::test]
async fn the_bucket_in_memory_keeps_its_promises() {
    let dir = tempdir().unwrap();
    let store = object_store::memory::InMemory::new();
    let papers = BucketPapers::open(store, "memory", "county/papers", dir.path()).await.unwrap();
    keeps_its_promises(Arc::new(papers), dir.path()).await;
}

#[tokio::test]
async fn the_bucket_behind_an_s3_server_keeps_its_promises_and_mends_what_is_damaged() {
    let (server, dir) = (BucketServer::start().await, tempdir().unwrap());
    let keys = key_file(dir.path(), KEY_ID, SECRET);
    let connect =
        async || s3::connect(&server.papers("county/papers", &keys), None, dir.path()).await.unwrap();
    keeps_its_promises(Arc::new(connect().await), dir.path()).await;

    let papers = Papers::new(Arc::new(connect().await), dir.path(), LIMIT).unwrap();
    gives_no_damaged_paper_out(&papers, async |hash| {
        let file = server.file(&key_of("county/papers/", hash));
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[500] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    })
    .await;
    let kept = put(&papers, &large()).await.unwrap();
    server.stop();
    let error = papers.find(&county(), &kept.hash).await.unwrap_err();
    let PaperError::Bucket { fault: BucketFault::Unreachable(_), .. } = &error else { panic!("{error:?}") };
    assert!(!error.to_string().contains(SECRET), "{error}");
}

#[tokio::test]
async fn a_bucket_that_cannot_be_used_says_why_and_what_to_do_at_once() {
    let (server, dir) = (BucketServer::start().await, tempdir().unwrap());
    let keys = key_file(dir.path(), KEY_ID, SECRET);
    let refused = async |address: &str| {
        let Err(error) = s3::connect(address, None, dir.path()).await else { panic!("{address} is opened") };
        assert!(!error.to_string().contains(SECRET), "{error}");
        error
    };
    let missing = server.papers("p", &keys).replace("s3://papers", "s3://no-such-bucket");
    let error = refused(&missing).await;
    assert!(matches!(&error, PaperError::Bucket { fault: BucketFault::Missing, .. }), "{error:?}");
    assert!(
        error.to_string().contains("no-such-bucket") && error.to_string().contains("Create it"),
        "{error}"
    );
    let wrong = key_file(&tempdir().unwrap().keep(), KEY_ID, "not the secret");
    let error = refused(&server.papers("p", &wrong)).await;
    assert!(matches!(&error, PaperError::Bucket { fault: BucketFault::Denied, .. }), "{error:?}");
    server.stop();
    let error = refused(&server.papers("p", &keys)).await;
    assert!(matches!(&error, PaperError::Bucket { fault: BucketFault::Unreachable(_), .. }), "{error:?}");
}
