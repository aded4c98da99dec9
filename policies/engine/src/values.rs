//! What may stand in a cell.

use jiff::civil::Date;

use crate::{characters::plain, finding::Slip};

/// A name of the consortium's own making: an organisation, a dataset, a profile.
pub(crate) fn name(text: &str) -> Result<String, Slip> {
    identifier(text, 40, "a name is 1 to 40 of a-z, 0-9 and -", |c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
    })
}

/// A project's number, as `P-0001`.
pub(crate) fn project(text: &str) -> Result<String, Slip> {
    identifier(
        text,
        40,
        "a project is 1 to 40 of A-Z, a-z, 0-9 and -",
        |c| c.is_ascii_alphanumeric() || c == '-',
    )
}

/// A column of a dataset, as `sex` or `individuals.sex`.
pub(crate) fn column(text: &str) -> Result<String, Slip> {
    identifier(
        text,
        80,
        "a column is 1 to 80 of A-Z, a-z, 0-9, _ and .",
        |c| c.is_ascii_alphanumeric() || c == '_' || c == '.',
    )
}

/// A person, as the URI that stands in the certificate.
pub(crate) fn person(text: &str) -> Result<String, Slip> {
    const RULE: &str = "a person is the URI of the certificate's subject alternative name, in a-z, A-Z, 0-9 and - . _ ~ / @ : +";
    let text = identifier(text, 200, RULE, |c| {
        c.is_ascii_alphanumeric() || "-._~/@:+".contains(c)
    })?;
    let named = text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            && !rest.is_empty()
    });
    if named {
        return Ok(text);
    }
    Err(Slip::new(
        format!("`{text}` is no URI"),
        "the visitor is known by the URI of the certificate alone; any other name is never met",
        "<spiffe://consortium.example/people/given-family>",
    ))
}

/// A country, as two letters of ISO 3166-1, read in any case.
pub(crate) fn country(text: &str) -> Result<String, Slip> {
    plain(text)?;
    if text.len() == 2 && text.chars().all(|c| c.is_ascii_alphabetic()) {
        return Ok(text.to_ascii_uppercase());
    }
    Err(Slip::new(
        format!("`{text}` is no two-letter country code"),
        "whether data may be visited from a country is looked up by its ISO 3166-1 code, as JP, DE or GB",
        "<country code>",
    ))
}

/// A day, as `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<Date, Slip> {
    plain(text)?;
    const WHY: &str =
        "a day that is read otherwise than meant starts or ends a right on the wrong day";
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let parsed = if shape {
        text.parse::<Date>().ok()
    } else {
        None
    };
    match parsed {
        Some(day) if day.year() >= 1900 => Ok(day),
        _ if text.is_empty() => Err(Slip::new(
            "a day is missing",
            "a right without an end is not granted by leaving a cell empty",
            "<YYYY-MM-DD; 9999-12-31 for no end>",
        )),
        _ => Err(Slip::new(
            format!("`{text}` is no day of the form YYYY-MM-DD"),
            WHY,
            iso(text),
        )),
    }
}

/// A whole number, zero or more.
pub(crate) fn number(text: &str) -> Result<u64, Slip> {
    plain(text)?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(number),
        _ => Err(Slip::new(
            format!("`{text}` is no whole number"),
            "a limit that cannot be read is no limit",
            "<a whole number in digits alone>",
        )),
    }
}

/// One word of a closed list, in any case.
pub(crate) fn choice<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Slip> {
    plain(text)?;
    let lower = text.to_ascii_lowercase();
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == lower) {
        return Ok(*value);
    }
    let legal: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let legal = legal.join("|");
    Err(Slip::new(
        format!("`{text}` is none of {legal}"),
        "a word that is not known would be skipped by casbin, and a rule with it",
        format!("<{legal}>"),
    ))
}

/// The parts of a list, each read by `part`; the separator is `;`.
pub(crate) fn list<T>(text: &str, part: impl Fn(&str) -> Result<T, Slip>) -> Result<Vec<T>, Slip> {
    plain(text)?;
    if text.is_empty() {
        return Err(Slip::new(
            "a list is empty",
            "an empty list could be read as nothing or as everything",
            "<one or more, separated by ;>",
        ));
    }
    text.split(';').map(|item| part(item.trim())).collect()
}

fn identifier(
    text: &str,
    longest: usize,
    rule: &str,
    legal: impl Fn(char) -> bool,
) -> Result<String, Slip> {
    plain(text)?;
    let first = text.chars().next();
    if text.is_empty() || text.len() > longest {
        return Err(Slip::new(
            format!("`{text}` is empty or longer than {longest} characters"),
            rule,
            "<a name>",
        ));
    }
    if let Some(odd) = text.chars().find(|c| !legal(*c)) {
        let (why, cleaned) = if odd.is_ascii_uppercase() {
            (
                format!("{rule}; names are compared letter by letter"),
                text.to_ascii_lowercase(),
            )
        } else {
            (
                format!(
                    "{rule}; patterns are not matched here, so that `malice` never meets a rule about `alice`"
                ),
                text.to_owned(),
            )
        };
        let cleaned: String = cleaned.chars().filter(|c| legal(*c)).collect();
        return Err(Slip::new(
            format!("`{odd}` stands in `{text}`"),
            why,
            cleaned,
        ));
    }
    if !first.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return Err(Slip::new(
            format!("`{text}` does not begin with a letter or digit"),
            format!("{rule}; spreadsheets read a leading mark as a formula"),
            text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()),
        ));
    }
    Ok(text.to_owned())
}

/// The ISO form of a day written with other separators or without leading zeros, year first.
fn iso(text: &str) -> String {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    if let [year, month, day] = parts.as_slice()
        && let (4, Ok(month), Ok(day)) = (year.len(), month.parse::<u8>(), day.parse::<u8>())
    {
        let guess = format!("{year}-{month:02}-{day:02}");
        if guess.parse::<Date>().is_ok() {
            return guess;
        }
    }
    "<YYYY-MM-DD>".to_owned()
}
