//! The `Range` header, as RFC 9110 reads it: one range of bytes.

use std::ops::Range;

/// Which bytes were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// No range, or one that is to be ignored: malformed, of other units, several at once.
    Everything,
    Bytes(Range<u64>),
    /// Well formed, but nothing of it is there.
    Nothing,
}

impl Asked {
    pub(crate) fn of(header: Option<&str>, size: u64) -> Self {
        let Some(range) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
            return Self::Everything;
        };
        let Some((first, last)) = range.trim().split_once('-') else {
            return Self::Everything;
        };
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(u64::MAX))
        };
        let bytes = match (first, last) {
            ("", suffix) => match number(suffix) {
                Some(length) => size.saturating_sub(length)..size,
                None => return Self::Everything,
            },
            (first, "") => match number(first) {
                Some(first) => first..size,
                None => return Self::Everything,
            },
            (first, last) => match (number(first), number(last)) {
                (Some(first), Some(last)) if first <= last => {
                    first..last.saturating_add(1).min(size)
                }
                _ => return Self::Everything,
            },
        };
        if bytes.start < bytes.end {
            Self::Bytes(bytes)
        } else {
            Self::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        use Asked::{Bytes, Everything, Nothing};
        for (header, asked) in [
            ("bytes=0-9", Bytes(0..10)),
            ("bytes=5-", Bytes(5..100)),
            ("bytes=-5", Bytes(95..100)),
            ("bytes=-500", Bytes(0..100)),
            ("bytes=90-500", Bytes(90..100)),
            ("bytes=99-99", Bytes(99..100)),
            ("bytes=100-", Nothing),
            ("bytes=-0", Nothing),
            ("bytes=99999999999999999999-", Nothing),
            ("bytes=9-5", Everything),
            ("bytes=0-1,5-6", Everything),
            ("bytes=a-b", Everything),
            ("lines=0-9", Everything),
            ("bytes=", Everything),
        ] {
            assert_eq!(Asked::of(Some(header), 100), asked, "{header}");
        }
        assert_eq!(Asked::of(None, 100), Everything);
        assert_eq!(Asked::of(Some("bytes=0-"), 0), Nothing);
    }
}
