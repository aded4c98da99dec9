//! Meters in words.

use sekisho_receipt::Metered;

/// One unit of the quantities that are counted in fractions.
const NANO: u64 = 1_000_000_000;

/// What was spent from each account; nothing at all if there is none.
pub(super) fn list(before: &str, meters: &[Metered]) -> String {
    let words: Vec<String> = meters.iter().map(words).collect();
    if words.is_empty() {
        String::new()
    } else {
        format!("{before}{}", words.join("; "))
    }
}

fn words(meter: &Metered) -> String {
    let of = |number| amount(&meter.account, number);
    format!(
        "{} {}, spent {} of {}",
        of(meter.amount),
        whose(&meter.account),
        of(meter.spent_after),
        of(meter.limit)
    )
}

/// An amount as people write it: fractions for the quantities that are counted
/// in units of 1e-9.
pub(super) fn amount(account: &str, number: u64) -> String {
    if !matches!(parts(account), Some(("rho" | "exposure", ..))) {
        return number.to_string();
    }
    let text = format!("{}.{:09}", number / NANO, number % NANO);
    let trimmed = text.trim_end_matches('0').trim_end_matches('.');
    trimmed.to_owned()
}

/// Of what, by whom and where; the account itself if it is of another form.
pub(super) fn whose(account: &str) -> String {
    match parts(account) {
        Some((quantity, "", dataset)) => format!("{quantity} by all projects at {dataset}"),
        Some((quantity, project, dataset)) => format!("{quantity} by {project} at {dataset}"),
        None => account.to_owned(),
    }
}

fn parts(account: &str) -> Option<(&str, &str, &str)> {
    let (quantity, rest) = account.split_once('/')?;
    let (project, dataset) = rest.split_once('/')?;
    (!dataset.contains('/')).then_some((quantity, project, dataset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_people_write_them() {
        for (account, number, expected) in [
            ("rho/P-0001/demo", 5_000_000, "0.005"),
            ("rho//demo", 1_000_000_000, "1"),
            ("exposure//demo", 1_250_000_001, "1.250000001"),
            ("exposure//demo", 0, "0"),
            ("cells/P-0001/demo", 2_000, "2000"),
            ("rho", 2_000, "2000"),
        ] {
            assert_eq!(amount(account, number), expected, "{account}");
        }
    }

    #[test]
    fn accounts_say_whose_they_are() {
        for (account, expected) in [
            ("rho/P-0001/demo", "rho by P-0001 at demo"),
            ("exposure//demo", "exposure by all projects at demo"),
            ("something else", "something else"),
            ("a/b/c/d", "a/b/c/d"),
        ] {
            assert_eq!(whose(account), expected);
        }
    }
}
