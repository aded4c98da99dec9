//! Every language says everything, with the same blanks.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};

use super::*;

/// By entry and part, the blanks.
fn blanks(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let resource = parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut all = BTreeMap::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let id = message.id.name;
                let value = message.value.unwrap();
                assert!(
                    all.insert(id.to_owned(), of(&value)).is_none(),
                    "{id} twice"
                );
                for attribute in message.attributes {
                    let part = format!("{id}.{}", attribute.id.name);
                    assert!(
                        all.insert(part.clone(), of(&attribute.value)).is_none(),
                        "{part}"
                    );
                }
            }
            Entry::Junk { content } => panic!("{content}"),
            _ => {}
        }
    }
    all
}

fn of(pattern: &Pattern<&str>) -> BTreeSet<String> {
    let blanks = pattern.elements.iter().filter_map(|element| match element {
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::VariableReference { id }),
        } => Some(id.name.to_owned()),
        PatternElement::Placeable { .. } => panic!("a blank is a name"),
        PatternElement::TextElement { .. } => None,
    });
    blanks.collect()
}

const ENGLISH: &str = include_str!("en.ftl");
const JAPANESE: &str = include_str!("ja.ftl");

#[test]
fn both_languages_have_the_same_entries_with_the_same_blanks() {
    let (english, japanese) = (blanks(ENGLISH), blanks(JAPANESE));
    let names = |all: &BTreeMap<String, _>| all.keys().cloned().collect::<BTreeSet<String>>();
    let (in_english, in_japanese) = (names(&english), names(&japanese));
    assert_eq!(in_english.difference(&in_japanese).next(), None);
    assert_eq!(in_japanese.difference(&in_english).next(), None);
    for (part, blanks) in &english {
        assert_eq!(Some(blanks), japanese.get(part), "{part}");
    }
}

#[test]
fn every_entry_is_named_in_the_code_and_every_name_is_an_entry() {
    let entries: BTreeSet<String> = blanks(ENGLISH)
        .into_keys()
        .filter(|name| !name.contains('.'))
        .collect();
    let mut code = String::new();
    gather(
        std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut code,
    );
    for entry in &entries {
        assert!(
            code.contains(&format!("\"{entry}\"")),
            "nothing says `{entry}`"
        );
    }
    for (at, _) in code.match_indices("Words::of(\"") {
        let name = code[at..].split('"').nth(1).unwrap();
        assert!(entries.contains(name), "`{name}` is no entry");
    }
}

fn gather(folder: &std::path::Path, code: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn a_refusal_says_why_and_a_reason_against_says_what_to_do() {
    let all = blanks(ENGLISH);
    for (at, _) in ENGLISH.match_indices("\n    .write = ") {
        let before = &ENGLISH[..at];
        let entry = before.rfind("\n    .why").or_else(|| before.rfind('\n'));
        assert!(entry.is_some());
    }
    let against = all.keys().filter(|name| {
        let is_entry = !name.contains('.');
        is_entry
            && (name.ends_with("-fails") || name.ends_with("-fail") || name.starts_with("fit-"))
    });
    for name in against.filter(|name| *name != "fit-permits") {
        assert!(all.contains_key(&format!("{name}.help")), "{name}");
    }
}

#[test]
fn a_sentence_is_said_in_the_language_that_is_asked_for() {
    let words = Words::of("no-day").with("text", "2026/1/1");
    assert_eq!(
        words.say(Language::English),
        "`2026/1/1` is no day of the form YYYY-MM-DD"
    );
    assert_eq!(
        words.say(Language::Japanese),
        "`2026/1/1` は YYYY-MM-DD の形の日付ではありません"
    );
    assert_eq!(
        words.part("why", Language::English).unwrap(),
        "a day that is read otherwise than meant starts or ends a right on the wrong day"
    );
    assert_eq!(words.part("help", Language::English), None);
}

#[test]
fn a_language_is_found_in_what_browsers_and_shells_say() {
    let of = Language::of_tags;
    assert_eq!(of("ja"), Some(Language::Japanese));
    assert_eq!(of("ja-JP,en;q=0.8"), Some(Language::Japanese));
    assert_eq!(of("de-DE, en;q=0.8, ja;q=0.1"), Some(Language::English));
    assert_eq!(of("ja_JP.UTF-8"), Some(Language::Japanese));
    assert_eq!(of("C.UTF-8"), None);
    assert_eq!(of(""), None);
}
