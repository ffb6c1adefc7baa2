//! An S3 server in this process, on a directory: signatures are checked, conditions kept.
//!
//! Invariant: it is the protocol's, not ours: what judges our client was written by somebody else.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The access key's id.
pub const KEY_ID: &str = "onematter-test";
/// Its secret.
pub const SECRET: &str = "a secret that is nowhere else";
/// The bucket.
pub const BUCKET: &str = "papers";

/// A running server.
pub struct BucketServer {
    dir: TempDir,
    /// Where it listens.
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl BucketServer {
    /// Starts one with an empty bucket.
    pub async fn start() -> Self {
        let dir = TempDir::new().unwrap_or_else(|e| panic!("a directory for the bucket: {e}"));
        std::fs::create_dir(dir.path().join(BUCKET)).unwrap_or_else(|e| panic!("the bucket: {e}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap_or_else(|e| panic!("a port: {e}"));
        let address = listener.local_addr().unwrap_or_else(|e| panic!("its address: {e}"));
        let serving = tokio::spawn(serve(listener, dir.path().to_owned()));
        Self { dir, address, serving }
    }

    /// The address of papers in it, with the keys of a file.
    pub fn papers(&self, prefix: &str, key_file: &Path) -> String {
        let (bucket, address, file) = (BUCKET, self.address, key_file.display());
        format!("s3://{bucket}/{prefix}?endpoint=http://{address}&keyFile={file}")
    }

    /// Where the object of a key lies.
    pub fn file(&self, key: &str) -> PathBuf {
        self.dir.path().join(BUCKET).join(key)
    }

    /// Answers nobody any more.
    pub fn stop(&self) {
        self.serving.abort();
    }
}

impl Drop for BucketServer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(listener: TcpListener, dir: PathBuf) {
    let files = FileSystem::new(dir).unwrap_or_else(|e| panic!("the bucket's files: {e:?}"));
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
    let service = builder.build();
    let mut all = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        all.spawn(async move {
            let http = Builder::new(TokioExecutor::new());
            // a client that goes away is no fault of the server's
            let _ = http.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
