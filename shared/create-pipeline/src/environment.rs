//! What GitLab makes of an environment's name: its slug and its tier.

use ci_config::config;
use sha2::{Digest as _, Sha256};
use switchyard::job::Environment;

/// Characters of a slug, and of what stays of a longer one.
const MAX_SLUG: usize = 24;
const KEPT: usize = 17;

/// Digits behind a slug that was changed, so that it stays unique.
const SUFFIX: u32 = 6;

/// The environment as a job shows it.
pub(crate) fn shown(written: &config::Environment) -> Environment {
    let tier = written.deployment_tier.as_deref();
    Environment {
        name: written.name.to_string(),
        slug: slug(&written.name),
        tier: tier.unwrap_or_else(|| guess_tier(&written.name)).to_owned(),
    }
}

/// A name as it may stand in the name of a host. `Gitlab::Slug::Environment`.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        if c != '-' || !slug.ends_with('-') {
            slug.push(c);
        }
    }
    if !slug.starts_with(|c: char| c.is_ascii_lowercase()) {
        slug = format!("env-{}", slug.trim_start_matches('-'));
    }
    if slug.len() <= MAX_SLUG && slug == name {
        return slug.trim_end_matches('-').to_owned();
    }
    slug.truncate(KEPT);
    let dash = if slug.ends_with('-') { "" } else { "-" };
    format!("{slug}{dash}{}", suffix(name))
}

/// The last digits, to the base of 36, of the name's SHA-256.
fn suffix(name: &str) -> String {
    let modulus = 36_u64.pow(SUFFIX);
    let digest = Sha256::digest(name.as_bytes());
    let mut rest = (digest.iter()).fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % modulus);
    let mut digits = Vec::new();
    for _ in 0..SUFFIX {
        let digit = u32::try_from(rest % 36).unwrap_or_default();
        digits.extend(char::from_digit(digit, 36));
        rest /= 36;
    }
    digits.into_iter().rev().collect()
}

/// What a name sounds like. `Environment#guess_tier`.
pub(crate) fn guess_tier(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["dev", "review", "trunk"]) {
        "development"
    } else if has(&[
        "test", "tst", "int", "accept", "acpt", "qa", "qc", "control", "quality",
    ]) {
        "testing"
    } else if has(&["stag", "stg", "model", "modl", "pre", "demo", "non"]) {
        "staging"
    } else if has(&["prod", "prd", "live"]) {
        "production"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By GitLab's rule, worked out apart from this code.
    #[test]
    fn slugs() {
        for (name, expected) in [
            ("staging", "staging"),
            ("production", "production"),
            ("staging-v2", "staging-v2"),
            ("a", "a"),
            ("staging-", "staging"),
            ("staging-1234567890123456", "staging-1234567890123456"),
            ("staging-12345678901234567", "staging-123456789-s729ne"),
            ("9-staging-123456789012345", "env-9-staging-123-f6hm7j"),
            ("1-0-stable", "env-1-0-stable-y9qlop"),
            ("review/fix-foo", "review-fix-foo-v25cyx"),
            ("Review/FIX", "review-fix-ltbxdu"),
            ("$$$", "env-nlz4fg"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }

    #[test]
    fn tiers() {
        for (name, tier) in [
            ("review/main", "development"),
            ("QA", "testing"),
            ("staging", "staging"),
            ("production", "production"),
            ("live-eu", "production"),
            ("blue", "other"),
        ] {
            assert_eq!(guess_tier(name), tier, "{name}");
        }
    }
}
