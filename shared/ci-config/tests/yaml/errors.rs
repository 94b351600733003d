//! What is said of a text that is no configuration, and where.

use ci_config::yaml::Documents;

use crate::support::error;

#[test]
fn syntax_errors_are_psychs() {
    for (text, said, place) in [
        (
            "a: 1\n  b: 2\n",
            "(<unknown>): mapping values are not allowed in this context at line 2 column 4",
            (2, 4),
        ),
        (
            "a:\n  - b\n c: 1\n",
            "(<unknown>): did not find expected key while parsing a block mapping at line 1 column 1",
            (3, 2),
        ),
        (
            "a:\n - b\n c\n",
            "(<unknown>): could not find expected ':' while scanning a simple key at line 4 column 1",
            (4, 1),
        ),
        (
            "a: {b: 1\n",
            "(<unknown>): did not find expected ',' or '}' while parsing a flow mapping at line 1 column 4",
            (2, 1),
        ),
        (
            "a: @b\n",
            "(<unknown>): found character that cannot start any token while scanning for the next token at line 1 column 4",
            (1, 4),
        ),
        (
            "a:\n\tb: 1\n",
            "(<unknown>): found character that cannot start any token while scanning for the next token at line 2 column 1",
            (2, 1),
        ),
        (
            "a: \"b\n",
            "(<unknown>): found unexpected end of stream while scanning a quoted scalar at line 1 column 4",
            (1, 4),
        ),
        (
            "a: *b\n",
            "An alias referenced an unknown anchor: b",
            (1, 4),
        ),
        (
            "a: \u{7}\n",
            "(<unknown>): control characters are not allowed at line 1 column 4",
            (1, 4),
        ),
        (
            "spec: {}\n---\na: }\n",
            "(<unknown>): did not find expected node content while parsing a block node at line 3 column 4",
            (3, 4),
        ),
    ] {
        assert_eq!(error(text), (said.to_owned(), Some(place)), "{text}");
    }
}

#[test]
fn a_document_is_a_mapping() {
    for text in [
        "- a\n",
        "text\n",
        "12\n",
        "true",
        "spec: {}\n---\n- a\n",
        "!reference [a]",
    ] {
        assert_eq!(error(text).0, "Invalid configuration format", "{text}");
    }
}

#[test]
fn there_are_two_documents_at_most() {
    for text in [
        "a: 1\n---\nb: 2\n---\nc: 3\n",
        "---\nspec: {a: b}\n---\nb: 2\n---\n\n---\nc: 3\n",
    ] {
        assert_eq!(
            error(text).0,
            "The parsed YAML has too many documents",
            "{text}"
        );
    }
}

#[test]
fn bytes_are_utf_8() {
    let fault = Documents::read(b"a: 1\nb: \xc3(\n", 0).expect_err("an error");
    assert_eq!(fault.text, "Invalid YAML syntax");
    assert_eq!(
        fault.span.map(|span| (span.line, span.column)),
        Some((2, 4))
    );
}
