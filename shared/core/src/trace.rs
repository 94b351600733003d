//! A job's log, wherever it lies: rows and objects while it grows, one object later.

use std::io::{Read as _, Write as _};
use std::ops::Range;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use futures::future::{try_join, try_join_all};
use serde_bytes::ByteBuf;

use crate::blobs::{BlobKey, Blobs, MIN_PART_BYTES};
use crate::error::{Error, Result};
use crate::ids::{JobId, ProjectId};
use crate::job::Job;
use crate::store::Store;
use crate::store::log_chunks::{ChunkBody, LogChunk};

/// A compressed chunk larger than this is an object; its row only says where.
const MAX_INLINE_BYTES: usize = 32 * 1024;

/// Chunks that are read at a time when a whole log is copied.
const CHUNKS_AT_A_TIME: usize = 16;

/// A log at one moment. Bytes are only ever added, so what it says stays true.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    project_id: ProjectId,
    job_id: JobId,
    /// Bytes.
    pub size: u64,
    pub crc32: u32,
    archived: bool,
}

impl Log {
    /// Looks the log up; none if the job has never had one or it was erased.
    pub async fn of(job: &Job, store: &Store) -> Result<Option<Self>> {
        let (project_id, job_id) = (job.build.project_id, job.build.id);
        let log = |size, crc32, archived| Self {
            project_id,
            job_id,
            size,
            crc32,
            archived,
        };
        if let Some(archive) = job.log {
            return Ok(Some(log(archive.size, archive.crc32, true)));
        }
        if job.build.erased_at.is_some() {
            return Ok(None);
        }
        let last = store.last_log_chunk(job_id, i64::MAX as u64).await?;
        Ok(last.map(|chunk| log(chunk.end(), chunk.crc32, false)))
    }

    /// The log of a job that has not written any yet.
    pub fn empty(job: &Job) -> Self {
        Self {
            project_id: job.build.project_id,
            job_id: job.build.id,
            size: 0,
            crc32: 0,
            archived: false,
        }
    }

    /// Names exactly these bytes; archiving does not change it.
    pub fn etag(&self) -> String {
        format!("\"{}-{:08x}\"", self.size, self.crc32)
    }

    /// Reads some of its bytes. The caller bounds the range.
    pub async fn read(&self, range: Range<u64>, store: &Store, blobs: &Blobs) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        if self.archived {
            let key = BlobKey::Log(self.project_id, self.job_id);
            return blobs.read(&key, range.start, range.end - range.start).await;
        }
        let (head, tail) = try_join(
            store.last_log_chunk(self.job_id, range.start),
            store.log_chunks(self.job_id, range.start + 1, range.end, None),
        )
        .await?;
        let chunks: Vec<LogChunk> = head.into_iter().chain(tail).collect();
        let parts = try_join_all(chunks.iter().map(|chunk| self.bytes_of(chunk, blobs))).await?;

        let start = chunks.first().map_or(range.start, |chunk| chunk.offset);
        let whole = parts.concat();
        let from = usize::try_from(range.start.saturating_sub(start)).unwrap_or(usize::MAX);
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let bytes = whole.get(from..).and_then(|rest| rest.get(..length));
        bytes
            .map(Bytes::copy_from_slice)
            .ok_or_else(|| Error::Internal(format!("the log of job {} has a gap", self.job_id)))
    }

    /// The object that holds exactly these bytes, joined under `scratch/` if the log still grows.
    pub async fn object(&self, store: &Store, blobs: &Blobs) -> Result<BlobKey> {
        let Self {
            project_id,
            job_id,
            size,
            crc32,
            archived,
        } = *self;
        if archived {
            return Ok(BlobKey::Log(project_id, job_id));
        }
        let key = BlobKey::LogSnapshot {
            project_id,
            job_id,
            size,
            crc32,
        };
        if blobs.exists(&key).await? {
            return Ok(key);
        }
        let mut upload = blobs.begin(key.clone()).await?;
        let mut part = Vec::with_capacity(MIN_PART_BYTES);
        let mut at = 0;
        while at < size {
            let chunks = store
                .log_chunks(job_id, at, size, Some(CHUNKS_AT_A_TIME))
                .await?;
            let Some(last) = chunks.last() else {
                return Err(Error::Internal(format!(
                    "the log of job {job_id} has a gap"
                )));
            };
            at = last.end();
            for chunk in &chunks {
                part.extend_from_slice(&self.bytes_of(chunk, blobs).await?);
                if part.len() >= MIN_PART_BYTES {
                    upload.add(std::mem::take(&mut part).into()).await?;
                }
            }
        }
        if !part.is_empty() {
            upload.add(part.into()).await?;
        }
        upload.finish().await?;
        Ok(key)
    }

    async fn bytes_of(&self, chunk: &LogChunk, blobs: &Blobs) -> Result<Bytes> {
        let data = match &chunk.body {
            ChunkBody::Deflated(data) => data,
            ChunkBody::Object { attempt } => {
                let key = chunk_key(
                    (self.project_id, self.job_id),
                    chunk.offset,
                    attempt.clone(),
                );
                return blobs.read(&key, 0, chunk.size).await;
            }
        };
        let mut bytes = Vec::with_capacity(usize::try_from(chunk.size).unwrap_or_default());
        // One byte more than promised would show, a compressed bomb stops there.
        let read = DeflateDecoder::new(data.as_slice())
            .take(chunk.size + 1)
            .read_to_end(&mut bytes);
        match read {
            Ok(_) if bytes.len() as u64 == chunk.size => Ok(bytes.into()),
            _ => Err(Error::Internal(format!(
                "a log chunk of job {} is damaged",
                self.job_id
            ))),
        }
    }
}

fn chunk_key((project_id, job_id): (ProjectId, JobId), offset: u64, attempt: String) -> BlobKey {
    BlobKey::LogChunk {
        project_id,
        job_id,
        offset,
        attempt,
    }
}

/// Adds bytes at the end of a growing log.
///
/// The row is put at exactly that end, if absent. Answers the log's size: the new
/// one, or the true one if `offset` was not the end, and then nothing was added.
pub async fn append(
    job: (ProjectId, JobId),
    offset: u64,
    bytes: Bytes,
    store: &Store,
    blobs: &Blobs,
) -> Result<u64> {
    let job_id = job.1;
    let last = store.last_log_chunk(job_id, i64::MAX as u64).await?;
    let (end, crc32) = last.map_or((0, 0), |chunk| (chunk.end(), chunk.crc32));
    if offset != end || bytes.is_empty() {
        return Ok(end);
    }
    let mut checksum = crc32fast::Hasher::new_with_initial(crc32);
    checksum.update(&bytes);
    let compressed = deflate(&bytes)?;
    let size = bytes.len() as u64;
    let body = if compressed.len() <= MAX_INLINE_BYTES {
        ChunkBody::Deflated(ByteBuf::from(compressed))
    } else {
        let attempt = hex::encode(rand::random::<[u8; 8]>());
        blobs
            .write(&chunk_key(job, offset, attempt.clone()), bytes)
            .await?;
        ChunkBody::Object { attempt }
    };
    let chunk = LogChunk {
        job_id,
        offset,
        size,
        crc32: checksum.finalize(),
        body,
    };
    if store.create(&chunk).await? {
        return Ok(chunk.end());
    }
    let last = store.last_log_chunk(job_id, i64::MAX as u64).await?;
    Ok(last.map_or(0, |chunk| chunk.end()))
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|error| Error::Internal(format!("a log chunk cannot be compressed: {error}")))
}
