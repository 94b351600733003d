//! The `log_chunks` table: the log of a job while it grows. The chunk row is the commit.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::belongings::Partition;
use super::jobs::items;
use super::{Key, Row, Store, Table, number, row_of};
use crate::error::Result;
use crate::ids::JobId;

/// Some bytes of a log, at their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogChunk {
    pub job_id: JobId,
    /// Where its first byte lies in the log.
    pub offset: u64,
    /// Bytes of the log that it holds.
    pub size: u64,
    /// Checksum of the whole log up to the end of this chunk.
    pub crc32: u32,
    pub body: ChunkBody,
}

/// Where the bytes of a chunk are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChunkBody {
    /// Here, compressed by deflate.
    Deflated(ByteBuf),
    /// In an object of their own, named by offset and by the attempt that wrote it,
    /// so that a writer who lost the race spoils nothing.
    Object { attempt: String },
}

impl LogChunk {
    pub fn end(&self) -> u64 {
        self.offset + self.size
    }
}

impl Row for LogChunk {
    fn key(&self) -> Key {
        Key::LogChunk(self.job_id, self.offset)
    }
}

/// More chunks than any log has: 100 MB in pieces of a kilobyte.
const MAX_CHUNKS: usize = 100_000;

impl Store {
    /// The chunk that begins last, at `offset` or before. Strongly consistent.
    pub async fn last_log_chunk(&self, job: JobId, offset: u64) -> Result<Option<LogChunk>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::LogChunks))
            .key_condition_expression("job_id = :job and #offset <= :offset")
            .expression_attribute_names("#offset", "offset")
            .expression_attribute_values(":job", number(job.0))
            .expression_attribute_values(":offset", number(offset))
            .scan_index_forward(false)
            .consistent_read(true);
        items(query, 1)
            .await?
            .into_iter()
            .next()
            .map(row_of)
            .transpose()
    }

    /// Deletes at most `limit` chunks of a job whose log is marked as gone, and answers how
    /// many there were. Their objects have to be gone before.
    pub async fn delete_log_chunks(&self, job: JobId, limit: usize) -> Result<usize> {
        let keys = self.keys_in(Partition::LogChunks(job), limit).await?;
        self.delete_all(&keys).await?;
        Ok(keys.len())
    }

    /// The chunks that begin from `first` on and before `end`, in order, at most `limit`.
    /// Strongly consistent.
    pub async fn log_chunks(
        &self,
        job: JobId,
        first: u64,
        end: u64,
        limit: Option<usize>,
    ) -> Result<Vec<LogChunk>> {
        if first >= end {
            return Ok(Vec::new());
        }
        let query = self
            .client
            .query()
            .table_name(self.table(Table::LogChunks))
            .key_condition_expression("job_id = :job and #offset between :first and :last")
            .expression_attribute_names("#offset", "offset")
            .expression_attribute_values(":job", AttributeValue::N(job.to_string()))
            .expression_attribute_values(":first", number(first))
            .expression_attribute_values(":last", number(end - 1))
            .consistent_read(true);
        items(query, limit.unwrap_or(MAX_CHUNKS))
            .await?
            .into_iter()
            .map(row_of)
            .collect()
    }
}
