//! The rows of the lint API.

use ci_config::lint::{LintJob, jobs};

use crate::support::valid;

fn rows(yaml: &str, check: impl Fn(&[LintJob<'_>])) {
    let config = valid(yaml);
    check(&jobs(&config));
}

#[test]
fn rows_come_by_stage() {
    let yaml = "
stages: [one, two]
c: {script: x, stage: .post}
b: {script: x, stage: two}
a: {script: x, stage: one}
d: {trigger: g/p, stage: two}
";
    rows(yaml, |rows| {
        let names: Vec<_> = rows.iter().map(|row| (row.name, row.stage)).collect();
        assert_eq!(
            names,
            [("a", "one"), ("b", "two"), ("d", "two"), ("c", ".post")]
        );
    });
}

#[test]
fn a_row_says_what_a_job_is() {
    let yaml = "
default: {before_script: [b1, b2], tags: [t]}
z: {script: x, stage: build}
a:
  script: [s1, [s2]]
  after_script: after
  environment: {name: prod}
  when: manual
  except: [tags]
  needs: [{job: z, artifacts: false}]
";
    rows(yaml, |rows| {
        let row = &rows[1];
        assert_eq!(row.before_script, ["b1".into(), "b2".into()]);
        assert_eq!(row.script, ["s1".into(), "s2".into()]);
        assert_eq!(row.after_script, ["after".into()]);
        assert_eq!(row.tag_list, ["t".into()]);
        assert_eq!(row.environment, Some("prod"));
        assert_eq!((row.when, row.allow_failure), ("manual", true));
        let refs = row.only.and_then(|only| only.refs.as_deref());
        assert_eq!(refs, Some(&["branches".into(), "tags".into()][..]));
        let refs = row.except.and_then(|except| except.refs.as_deref());
        assert_eq!(refs, Some(&["tags".into()][..]));
        let needs = row.needs.expect("needs");
        assert_eq!((&*needs[0].job, needs[0].artifacts), ("z", false));
        assert_eq!(rows[0].needs, None);
    });
}

#[test]
fn a_bridge_has_no_script() {
    rows("a: {trigger: g/p}", |rows| {
        assert!(rows[0].script.is_empty() && rows[0].tag_list.is_empty());
        assert_eq!((rows[0].when, rows[0].allow_failure), ("on_success", false));
    });
}
