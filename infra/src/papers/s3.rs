//! The address of an S3 bucket, and its keys: `s3://BUCKET/PREFIX?endpoint=URL&region=REGION&keyFile=FILE`.
//!
//! Invariants: no secret stands in the address; the keys are in a file that nobody but its owner reads; plain http goes to
//! this machine only, unless `plainHttp=true` says otherwise.
//! Deliberately absent: keys of the environment, of a profile or of a machine's role.

use std::path::{Path, PathBuf};
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{BackoffConfig, Certificate, ClientOptions, RetryConfig};
use url::{Host, Url};

use super::{BucketPapers, PaperError};

/// How an address in a bucket begins.
const SCHEME: &str = "s3";
/// How long one request may take, connecting and sending or getting a whole paper.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it is tried anew where the store does not answer.
const RETRIES: Duration = Duration::from_secs(10);

/// Whether an address names an S3 bucket.
pub fn is_s3(address: &str) -> bool {
    address.split_once("://").is_some_and(|(scheme, _)| scheme == SCHEME)
}

/// Where papers are, and by what keys.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    bucket: String,
    prefix: String,
    endpoint: Option<Url>,
    region: String,
    key_file: PathBuf,
    plain: bool,
}

fn wrong(reason: impl Into<String>) -> PaperError {
    PaperError::BucketAddress { reason: reason.into() }
}

impl Address {
    fn of(text: &str) -> Result<Self, PaperError> {
        let url: Url = text.parse().map_err(|e| wrong(format!("{e}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("keys do not belong into it: write them into a file and name it by keyFile"));
        }
        let bucket =
            url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no bucket"))?;
        let (mut endpoint, mut region, mut key_file, mut plain) = (None, None, None, false);
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("endpoint", value) => {
                    let parsed: Url = value.parse().map_err(|e| wrong(format!("endpoint={value}: {e}")))?;
                    endpoint = Some(parsed);
                }
                ("region", value) => region = Some(value.to_owned()),
                ("keyFile", value) => key_file = Some(PathBuf::from(value)),
                ("plainHttp", "true") => plain = true,
                ("plainHttp", "false") => plain = false,
                (other, _) => return Err(wrong(format!("it does not know {other}"))),
            }
        }
        let key_file = key_file.ok_or_else(|| wrong("keyFile is missing: the file with the keys"))?;
        if let Some(endpoint) = &endpoint {
            may_be_asked(endpoint, plain)?;
        }
        let prefix = url.path().trim_matches('/').to_owned();
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        Ok(Self { bucket: bucket.to_owned(), prefix, endpoint, region, key_file, plain })
    }

    /// Bucket and store, as a person knows it.
    fn name(&self) -> String {
        let at = self.endpoint.as_ref().map_or_else(
            || format!("AWS {}", self.region),
            |url| {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}{port}", url.host_str().unwrap_or_default())
            },
        );
        format!("{} at {at}", self.bucket)
    }
}

fn may_be_asked(endpoint: &Url, plain: bool) -> Result<(), PaperError> {
    let loopback = match endpoint.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(wrong(format!("the endpoint {endpoint} names no host"))),
    };
    match endpoint.scheme() {
        "https" => Ok(()),
        "http" if loopback || plain => Ok(()),
        "http" => Err(wrong(format!(
            "papers and keys would go to {endpoint} in the open: give an https endpoint, or say plainHttp=true where the \
             network is guarded otherwise"
        ))),
        other => Err(wrong(format!("an endpoint is https or http, not {other}"))),
    }
}

/// The access key's id and its secret, the first two lines of a file.
fn keys(file: &Path) -> Result<(String, String), PaperError> {
    let unreadable = |e: &dyn std::fmt::Display| wrong(format!("the key file {}: {e}", file.display()));
    closed_to_others(file)?;
    let text = std::fs::read_to_string(file).map_err(|e| unreadable(&e))?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(id), Some(secret)) => Ok((id.to_owned(), secret.to_owned())),
        _ => Err(unreadable(&"it has two lines: the access key's id, and its secret")),
    }
}

#[cfg(unix)]
fn closed_to_others(file: &Path) -> Result<(), PaperError> {
    use std::os::unix::fs::PermissionsExt as _;
    let about =
        std::fs::metadata(file).map_err(|e| wrong(format!("the key file {}: {e}", file.display())))?;
    if about.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(wrong(format!("others may read the key file {0}: chmod 600 {0}", file.display())))
}

#[cfg(not(unix))]
fn closed_to_others(_: &Path) -> Result<(), PaperError> {
    Ok(())
}

fn authorities(file: &Path) -> Result<Vec<Certificate>, PaperError> {
    let unreadable = |e: &dyn std::fmt::Display| wrong(format!("--papers-ca {}: {e}", file.display()));
    let pem = std::fs::read(file).map_err(|e| unreadable(&e))?;
    let all = Certificate::from_pem_bundle(&pem).map_err(|e| unreadable(&e))?;
    if all.is_empty() { Err(unreadable(&"there is no certificate in it")) } else { Ok(all) }
}

/// Opens the papers in a bucket by its address; what passes through lies in `dir`. A store of one's own is trusted by the
/// authorities in `ca` (PEM), if given.
///
/// # Errors
/// When the address, the keys or the certificates cannot be used, or the bucket cannot.
pub async fn connect(
    address: &str,
    ca: Option<&Path>,
    dir: &Path,
) -> Result<BucketPapers<AmazonS3>, PaperError> {
    let address = Address::of(address)?;
    let (id, secret) = keys(&address.key_file)?;
    let plain = address.endpoint.as_ref().is_some_and(|endpoint| endpoint.scheme() == "http");
    let mut client = ClientOptions::new()
        .with_timeout(PATIENCE)
        .with_connect_timeout(Duration::from_secs(5))
        .with_allow_http(plain);
    for certificate in ca.map(authorities).transpose()?.unwrap_or_default() {
        client = client.with_root_certificate(certificate);
    }
    let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: 3, retry_timeout: RETRIES };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&address.bucket)
        .with_region(&address.region)
        .with_access_key_id(id)
        .with_secret_access_key(secret)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &address.endpoint {
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
    }
    let store = builder.build().map_err(|e| wrong(e.to_string()))?;
    BucketPapers::open(store, &address.name(), &address.prefix, dir).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_bucket_prefix_endpoint_region_and_key_file() {
        let address = Address::of(
            "s3://papers/county/530322?endpoint=https://s3.example.gov.cn:9000&region=cn-1&keyFile=/etc/onematter/s3",
        )
        .unwrap();
        assert_eq!(
            (&*address.bucket, &*address.prefix, &*address.region),
            ("papers", "county/530322", "cn-1")
        );
        assert_eq!(address.name(), "papers at s3.example.gov.cn:9000");
        assert_eq!(address.key_file, Path::new("/etc/onematter/s3"));
        assert!(is_s3("s3://papers") && !is_s3("postgres://papers"));
    }

    #[test]
    fn keys_in_the_address_and_an_open_wire_are_refused() {
        let refused = |text: &str| Address::of(text).unwrap_err().to_string();
        assert!(refused("s3://id:secret@papers?keyFile=k").contains("keyFile"));
        assert!(refused("s3://papers/p").contains("keyFile is missing"));
        assert!(refused("s3://papers?keyFile=k&secret=x").contains("does not know secret"));
        let open = "s3://papers?keyFile=k&endpoint=http://s3.example.gov.cn";
        assert!(refused(open).contains("in the open"));
        assert!(Address::of(&format!("{open}&plainHttp=true")).is_ok());
        for loopback in ["http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost:9000"] {
            assert!(Address::of(&format!("s3://papers?keyFile=k&endpoint={loopback}")).is_ok(), "{loopback}");
        }
        assert!(refused("s3://papers?keyFile=k&endpoint=ftp://there").contains("https or http"));
    }

    #[test]
    fn keys_come_from_a_file_of_two_lines_that_nobody_else_reads() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "id\r\nsecret\n").unwrap();
        assert_eq!(keys(file.path()).unwrap(), ("id".to_owned(), "secret".to_owned()));
        std::fs::write(file.path(), "id\n").unwrap();
        assert!(keys(file.path()).unwrap_err().to_string().contains("two lines"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(keys(file.path()).unwrap_err().to_string().contains("chmod 600"));
        }
    }
}
