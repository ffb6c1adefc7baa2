//! Papers in a PostgreSQL database that many gateways share, in pieces.
//!
//! Invariants: a paper and its pieces are one transaction, committed before its hash is told; a paper that two gateways
//! put at once is kept once.
//! Deliberately absent: large objects; pieces in a table go with the database's ordinary backup.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use deadpool_postgres::{Object, Transaction};
use om_domain::ids::{CountyId, PaperHash};
use tempfile::NamedTempFile;

use super::{
    Checked, Media, PIECE, Paper, PaperError, PaperStore, blocking, hash_of, make_directory, measured,
    storage,
};
use crate::postgres::{Database, DatabaseError};

/// A number of ours for the lock under which the tables are made.
const SCHEMA_LOCK: i64 = 0x6f6d_7061_7065_7200;
const DDL: &str = "CREATE TABLE IF NOT EXISTS onematter_paper (
    county text NOT NULL, hash text NOT NULL, size bigint NOT NULL, content_type text NOT NULL,
    PRIMARY KEY (county, hash));
    CREATE TABLE IF NOT EXISTS onematter_paper_piece (
    county text NOT NULL, hash text NOT NULL, place integer NOT NULL, bytes bytea NOT NULL,
    PRIMARY KEY (county, hash, place),
    FOREIGN KEY (county, hash) REFERENCES onematter_paper ON DELETE CASCADE);
    ALTER TABLE onematter_paper_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;";

/// Papers in a PostgreSQL database.
pub struct PostgresPapers {
    database: Database,
    /// Where a paper lies while it is checked and given out.
    passing: PathBuf,
}

impl From<DatabaseError> for PaperError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Address { reason } => PaperError::Address { reason },
            DatabaseError::Database { server, source } => PaperError::Database { server, source },
        }
    }
}

impl PostgresPapers {
    /// Connects by a `postgres://` address and makes the tables if they are not there; what passes through lies in
    /// `dir`. The server's certificate is checked against the authorities in `ca` (PEM) where the address says
    /// `sslmode=require`.
    ///
    /// # Errors
    /// When the address or the certificate cannot be used, or the database does not answer.
    pub async fn connect(address: &str, ca: Option<&Path>, dir: &Path) -> Result<Self, PaperError> {
        let database = Database::connect(address, (ca, "--papers-ca"), (SCHEMA_LOCK, DDL)).await?;
        make_directory(dir)?;
        Ok(Self { database, passing: dir.to_owned() })
    }

    fn failed(&self, source: tokio_postgres::Error) -> PaperError {
        self.database.failed(source).into()
    }

    async fn connection(&self) -> Result<Object, PaperError> {
        Ok(self.database.connection().await?)
    }

    /// Inserts the paper; tells whether it was not there before.
    async fn insert(&self, county: &str, paper: &Paper, file: File) -> Result<bool, PaperError> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(|e| self.failed(e))?;
        let size = i64::try_from(paper.size).unwrap_or(i64::MAX);
        let sql = "INSERT INTO onematter_paper (county, hash, size, content_type) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (county, hash) DO NOTHING";
        let hash = paper.hash.as_str();
        let inserted = transaction.execute(sql, &[&county, &hash, &size, &paper.media.content_type()]).await;
        if inserted.map_err(|e| self.failed(e))? == 0 {
            return Ok(false);
        }
        self.insert_pieces(&transaction, (county, hash), file).await?;
        transaction.commit().await.map_err(|e| self.failed(e))?;
        Ok(true)
    }

    async fn insert_pieces(
        &self,
        transaction: &Transaction<'_>,
        (county, hash): (&str, &str),
        mut file: File,
    ) -> Result<(), PaperError> {
        let sql = "INSERT INTO onematter_paper_piece (county, hash, place, bytes) VALUES ($1, $2, $3, $4)";
        let statement = transaction.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        for place in 0_i32.. {
            let piece: Vec<u8>;
            (file, piece) = blocking(move || next_piece(file)).await?;
            if piece.is_empty() {
                break;
            }
            let inserted = transaction.execute(&statement, &[&county, &hash, &place, &piece]).await;
            inserted.map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Takes a paper's pieces together in a file of no name.
    async fn gathered(&self, county: &str, hash: &str) -> Result<File, PaperError> {
        let passing = self.passing.clone();
        let mut file = blocking(move || tempfile::tempfile_in(&passing).map_err(storage(&passing))).await?;
        let connection = self.connection().await?;
        let sql = "SELECT bytes FROM onematter_paper_piece WHERE county = $1 AND hash = $2 AND place = $3";
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        for place in 0_i32.. {
            let row = connection.query_opt(&statement, &[&county, &hash, &place]).await;
            let Some(row) = row.map_err(|e| self.failed(e))? else { break };
            let passing = self.passing.clone();
            file = blocking(move || {
                file.write_all(row.get(0)).map_err(storage(&passing))?;
                Ok(file)
            })
            .await?;
        }
        Ok(file)
    }
}

#[async_trait]
impl PaperStore for PostgresPapers {
    async fn keep(&self, county: &CountyId, paper: Paper, file: NamedTempFile) -> Result<Paper, PaperError> {
        let again = |file: &NamedTempFile| file.reopen().map_err(storage(file.path()));
        if self.insert(county.as_str(), &paper, again(&file)?).await? {
            return Ok(paper);
        }
        match self.open(county, &paper.hash).await {
            Ok(Some(kept)) => return Ok(kept.paper),
            Ok(None) | Err(PaperError::Damaged { .. }) => {}
            Err(other) => return Err(other),
        }
        let connection = self.connection().await?;
        let sql = "DELETE FROM onematter_paper WHERE county = $1 AND hash = $2";
        let deleted = connection.execute(sql, &[&county.as_str(), &paper.hash.as_str()]).await;
        deleted.map_err(|e| self.failed(e))?;
        drop(connection);
        self.insert(county.as_str(), &paper, again(&file)?).await?;
        Ok(paper)
    }

    async fn find(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Paper>, PaperError> {
        let connection = self.connection().await?;
        let sql = "SELECT size, content_type FROM onematter_paper WHERE county = $1 AND hash = $2";
        let statement = connection.prepare_cached(sql).await.map_err(|e| self.failed(e))?;
        let row = connection.query_opt(&statement, &[&county.as_str(), &hash.as_str()]).await;
        let Some(row) = row.map_err(|e| self.failed(e))? else { return Ok(None) };
        let damaged = || PaperError::Damaged { hash: hash.clone() };
        let size = u64::try_from(row.get::<_, i64>(0)).map_err(|_| damaged())?;
        let media = Media::of_content_type(row.get(1)).ok_or_else(damaged)?;
        Ok(Some(Paper { hash: hash.clone(), size, media }))
    }

    async fn open(&self, county: &CountyId, hash: &PaperHash) -> Result<Option<Checked>, PaperError> {
        let Some(paper) = self.find(county, hash).await? else { return Ok(None) };
        let mut file = self.gathered(county.as_str(), hash.as_str()).await?;
        let passing = self.passing.clone();
        blocking(move || {
            let (hasher, size) = measured(&mut file).map_err(storage(&passing))?;
            if hash_of(hasher)? != paper.hash || size != paper.size {
                return Err(PaperError::Damaged { hash: paper.hash });
            }
            Ok(Some(Checked { paper, file }))
        })
        .await
    }
}

fn next_piece(mut file: File) -> Result<(File, Vec<u8>), PaperError> {
    let mut piece = Vec::with_capacity(PIECE);
    std::io::Read::take(&mut file, PIECE as u64)
        .read_to_end(&mut piece)
        .map_err(storage(Path::new("incoming")))?;
    Ok((file, piece))
}
