//! Analyses as text: gateway, enclave and visitors must agree on it to the byte.

use std::fmt::Write as _;

use crate::v1::{Analysis, Frequencies, analysis::Kind, frequencies::Sites};

/// What is asked, in one line that reads like a call. No two analyses share it.
#[must_use]
pub fn text(analysis: &Analysis) -> String {
    match &analysis.kind {
        None => String::new(),
        Some(Kind::Frequencies(frequencies)) => of_frequencies(frequencies),
    }
}

fn of_frequencies(asked: &Frequencies) -> String {
    let Frequencies { sites, r#where, by } = asked;
    let sites = match sites {
        None => String::new(),
        Some(Sites::Region(region)) => format!("region={}", quoted(region)),
        Some(Sites::Gene(gene)) => format!("gene={}", quoted(gene)),
        Some(Sites::Variants(named)) => format!("variants={}", list(&named.ids)),
    };
    format!(
        "frequencies({sites}, where={}, by={})",
        quoted(r#where),
        list(by)
    )
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| self::quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A text between quotes, of which it holds none that is not behind a backslash.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            control if control.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::v1::VariantNames;

    fn asked(sites: Option<Sites>, condition: &str, by: &[&str]) -> String {
        text(&Analysis {
            kind: Some(Kind::Frequencies(Frequencies {
                sites,
                r#where: condition.to_owned(),
                by: by.iter().map(|&column| column.to_owned()).collect(),
            })),
        })
    }

    #[test]
    fn an_analysis_reads_like_a_call() {
        let region = Some(Sites::Region("22:1-5".to_owned()));
        assert_eq!(
            asked(region, "sex = 'female'", &["diagnosis", "stage"]),
            r#"frequencies(region="22:1-5", where="sex = 'female'", by=["diagnosis", "stage"])"#
        );
    }

    #[test]
    fn no_two_analyses_share_their_text() {
        let gene = |gene: &str| Some(Sites::Gene(gene.to_owned()));
        let variants = |ids: &[&str]| {
            let ids = ids.iter().map(|&id| id.to_owned()).collect();
            Some(Sites::Variants(VariantNames { ids }))
        };
        let texts = [
            text(&Analysis { kind: None }),
            asked(None, "", &[]),
            asked(gene("A"), "", &[]),
            asked(Some(Sites::Region("A".to_owned())), "", &[]),
            asked(variants(&["A"]), "", &[]),
            asked(variants(&[]), "", &[]),
            asked(variants(&["A", "B"]), "", &[]),
            asked(variants(&["A\", \"B"]), "", &[]),
            asked(gene("A\", where=\""), "", &[]),
            asked(gene("A"), "\n", &[]),
            asked(gene("A"), "\\u{a}", &[]),
            asked(gene("A"), "", &["a"]),
            asked(gene("A"), "", &["a", "b"]),
            asked(gene("A"), "", &["a\", \"b"]),
        ];
        let distinct: HashSet<&String> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len(), "{texts:?}");
    }
}
