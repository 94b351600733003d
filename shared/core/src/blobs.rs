//! S3: every object name and content type, reading by ranges, presigned addresses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use bytes::Bytes;

use crate::error::{Error, Result};
use crate::ids::{JobId, ProjectId};
use crate::job::FileType;
use crate::repository::Oid;
use crate::store::failure;

/// The name of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BlobKey {
    /// The joined log of a job.
    Log(ProjectId, JobId),
    /// A chunk of a growing log that is too large for a row, by the place of its
    /// first byte and the attempt that wrote it.
    LogChunk {
        project_id: ProjectId,
        job_id: JobId,
        offset: u64,
        attempt: String,
    },
    /// A file that a job left behind.
    Artifact {
        project_id: ProjectId,
        job_id: JobId,
        file_type: FileType,
        filename: String,
    },
    /// A growing log as it was at one moment, named by its size and checksum.
    LogSnapshot {
        project_id: ProjectId,
        job_id: JobId,
        size: u64,
        crc32: u32,
    },
    /// The content of a file in a project's repository.
    File(ProjectId, Oid),
    /// The list of the files of a commit.
    Snapshot(ProjectId, Oid),
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(project, job) => write!(f, "logs/{project}/{job}/job.log"),
            Self::LogChunk {
                project_id,
                job_id,
                offset,
                attempt,
            } => {
                write!(f, "logs/{project_id}/{job_id}/chunks/{offset}-{attempt}")
            }
            Self::Artifact {
                project_id,
                job_id,
                file_type,
                filename,
            } => {
                let file_type = file_type.as_str();
                write!(f, "artifacts/{project_id}/{job_id}/{file_type}/{filename}")
            }
            Self::LogSnapshot {
                project_id,
                job_id,
                size,
                crc32,
            } => {
                write!(
                    f,
                    "scratch/logs/{project_id}/{job_id}/{size}-{crc32:08x}.log"
                )
            }
            Self::File(project, id) => write!(f, "repositories/{project}/blobs/{id}"),
            Self::Snapshot(project, commit) => {
                write!(f, "repositories/{project}/commits/{commit}")
            }
        }
    }
}

impl BlobKey {
    pub const fn content_type(&self) -> &'static str {
        match self {
            Self::Log(..) | Self::LogSnapshot { .. } => "text/plain",
            Self::LogChunk { .. } | Self::Artifact { .. } | Self::File(..) | Self::Snapshot(..) => {
                "application/octet-stream"
            }
        }
    }
}

/// The beginning of the names of what belongs to a project, or to one of its jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    Logs(ProjectId, Option<JobId>),
    Snapshots(ProjectId, Option<JobId>),
    Artifacts(ProjectId, Option<JobId>),
    Repositories(ProjectId),
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (folder, project, job) = match self {
            Self::Logs(project, job) => ("logs", project, job),
            Self::Snapshots(project, job) => ("scratch/logs", project, job),
            Self::Artifacts(project, job) => ("artifacts", project, job),
            Self::Repositories(project) => ("repositories", project, &None),
        };
        match job {
            Some(job) => write!(f, "{folder}/{project}/{job}/"),
            None => write!(f, "{folder}/{project}/"),
        }
    }
}

/// What DeleteObjects takes in one call.
const OBJECTS_PER_CALL: usize = 1_000;

/// How long a presigned address is good for.
const PRESIGNED_FOR: Duration = Duration::from_secs(300);

/// The smallest part that S3 joins, but for the last one.
pub const MIN_PART_BYTES: usize = 5 * 1024 * 1024;

/// The bucket.
#[derive(Clone)]
pub struct Blobs {
    client: Client,
    bucket: Arc<str>,
}

impl Blobs {
    pub fn new(client: Client, bucket: &str) -> Self {
        Self {
            client,
            bucket: bucket.into(),
        }
    }

    /// Reads `length` bytes from `offset` on; the caller knows that they are there.
    pub async fn read(&self, key: &BlobKey, offset: u64, length: u64) -> Result<Bytes> {
        if length == 0 {
            return Ok(Bytes::new());
        }
        let range = format!("bytes={offset}-{}", offset + length - 1);
        let object = self
            .client
            .get_object()
            .bucket(&*self.bucket)
            .key(key.to_string())
            .range(range)
            .send()
            .await
            .map_err(|error| failure("GetObject", error))?;
        let body = object.body.collect().await;
        let bytes = body
            .map_err(|error| Error::Unavailable(format!("GetObject: {error}")))?
            .into_bytes();
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(Error::Internal(format!(
                "{key} has {} bytes where {length} were written",
                bytes.len()
            )))
        }
    }

    /// Reads an object that its writer kept small; none if it is not there.
    pub async fn read_whole(&self, key: &BlobKey) -> Result<Option<Bytes>> {
        let object = self
            .client
            .get_object()
            .bucket(&*self.bucket)
            .key(key.to_string())
            .send()
            .await;
        let object = match object {
            Ok(object) => object,
            Err(SdkError::ServiceError(error)) if error.err().is_no_such_key() => return Ok(None),
            // Without the right to list, S3 answers 403 for what is not there.
            Err(error) if error.code() == Some("AccessDenied") => return Ok(None),
            Err(error) => return Err(failure("GetObject", error)),
        };
        let body = object.body.collect().await;
        let body = body.map_err(|error| Error::Unavailable(format!("GetObject: {error}")))?;
        Ok(Some(body.into_bytes()))
    }

    pub async fn exists(&self, key: &BlobKey) -> Result<bool> {
        let head = self
            .client
            .head_object()
            .bucket(&*self.bucket)
            .key(key.to_string())
            .send()
            .await;
        match head {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => Ok(false),
            // Without the right to list, S3 answers 403 for what is not there.
            Err(error) if error.code() == Some("AccessDenied") => Ok(false),
            Err(error)
                if error
                    .raw_response()
                    .is_some_and(|raw| raw.status().as_u16() == 403) =>
            {
                Ok(false)
            }
            Err(error) => Err(failure("HeadObject", error)),
        }
    }

    pub async fn write(&self, key: &BlobKey, bytes: Bytes) -> Result<()> {
        self.client
            .put_object()
            .bucket(&*self.bucket)
            .key(key.to_string())
            .content_type(key.content_type())
            .body(bytes.into())
            .send()
            .await
            .map_err(|error| failure("PutObject", error))?;
        Ok(())
    }

    /// Deletes at most `limit` objects whose names begin so, at most 1,000, and answers how
    /// many there were.
    pub async fn delete_below(&self, prefix: &Prefix, limit: usize) -> Result<usize> {
        let limit = limit.min(OBJECTS_PER_CALL);
        let listed = self
            .client
            .list_objects_v2()
            .bucket(&*self.bucket)
            .prefix(prefix.to_string())
            .max_keys(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| failure("ListObjectsV2", error))?;
        let names = listed.contents.unwrap_or_default().into_iter();
        let objects: Vec<ObjectIdentifier> = names
            .filter_map(|object| object.key)
            .map(|key| ObjectIdentifier::builder().key(key).build())
            .collect::<Result<_, _>>()
            .map_err(|error| Error::Internal(error.to_string()))?;
        let count = objects.len();
        if count == 0 {
            return Ok(0);
        }
        let delete = Delete::builder()
            .set_objects(Some(objects))
            .quiet(true)
            .build()
            .map_err(|error| Error::Internal(error.to_string()))?;
        let deleted = self
            .client
            .delete_objects()
            .bucket(&*self.bucket)
            .delete(delete)
            .send()
            .await
            .map_err(|error| failure("DeleteObjects", error))?;
        match deleted.errors.unwrap_or_default().first() {
            None => Ok(count),
            Some(error) => Err(Error::Unavailable(format!(
                "DeleteObjects: {} stays: {}",
                error.key().unwrap_or_default(),
                error.code().unwrap_or_default()
            ))),
        }
    }

    /// Starts an object that is written part by part.
    pub async fn begin(&self, key: BlobKey) -> Result<Parts> {
        let begun = self
            .client
            .create_multipart_upload()
            .bucket(&*self.bucket)
            .key(key.to_string())
            .content_type(key.content_type())
            .send()
            .await
            .map_err(|error| failure("CreateMultipartUpload", error))?;
        let upload_id = begun
            .upload_id
            .ok_or_else(|| Error::Internal("CreateMultipartUpload: no upload id".to_owned()))?;
        Ok(Parts {
            blobs: self.clone(),
            key,
            upload_id,
            done: Vec::new(),
        })
    }

    /// An address that gives the object to whoever has it, for five minutes, by `GET`.
    pub async fn presigned_get(&self, key: &BlobKey, filename: &str) -> Result<String> {
        let config = PresigningConfig::expires_in(PRESIGNED_FOR)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let request = self
            .client
            .get_object()
            .bucket(&*self.bucket)
            .key(key.to_string())
            .response_content_type(key.content_type())
            .response_content_disposition(format!("infile; filename=\"{filename}\""))
            .presigned(config)
            .await
            .map_err(|error| failure("presigning", error))?;
        Ok(request.uri().to_owned())
    }
}

/// An unfinished upload. What is never finished is removed by the bucket's lifecycle rule.
pub struct Parts {
    blobs: Blobs,
    key: BlobKey,
    upload_id: String,
    done: Vec<CompletedPart>,
}

impl Parts {
    /// Adds a part of at least [`MIN_PART_BYTES`], unless it is the last one.
    pub async fn add(&mut self, bytes: Bytes) -> Result<()> {
        let number = i32::try_from(self.done.len() + 1)
            .map_err(|_| Error::Internal("too many parts".to_owned()))?;
        let part = self
            .blobs
            .client
            .upload_part()
            .bucket(&*self.blobs.bucket)
            .key(self.key.to_string())
            .upload_id(&self.upload_id)
            .part_number(number)
            .body(bytes.into())
            .send()
            .await
            .map_err(|error| failure("UploadPart", error))?;
        self.done.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(part.e_tag)
                .build(),
        );
        Ok(())
    }

    pub async fn finish(self) -> Result<()> {
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(self.done))
            .build();
        self.blobs
            .client
            .complete_multipart_upload()
            .bucket(&*self.blobs.bucket)
            .key(self.key.to_string())
            .upload_id(self.upload_id)
            .multipart_upload(parts)
            .send()
            .await
            .map_err(|error| failure("CompleteMultipartUpload", error))?;
        Ok(())
    }
}
