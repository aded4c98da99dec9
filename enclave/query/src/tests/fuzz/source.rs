//! FROM clauses of drawn statements: each knows somebody's rows.

use super::clauses::{Column, Random, columns};
use super::world::{Person, Row, SITES, Value, rows};

/// Nobody carries more.
const CALLS: usize = SITES.len();

/// A FROM clause.
pub(crate) struct Source {
    pub(crate) sql: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) unit: &'static str,
    /// What every statement over it says.
    pub(crate) condition: Option<&'static str>,
    pub(crate) rows: fn(&Person) -> Vec<Row>,
    /// How many rows somebody may have.
    pub(crate) most: usize,
}

/// A FROM clause that is drawn, and what it is.
pub(crate) fn source(random: &mut Random) -> (&'static str, Source) {
    match random.below(13) {
        0..3 => ("source.table", of_individuals("individuals i", "i")),
        3 => ("source.table", samples("samples s")),
        4 => ("source.table", treatments("treatments t")),
        5 => ("source.on", people_and_quality()),
        6 => (
            "source.using",
            people_and_treatments(" JOIN treatments t USING (individual_id)"),
        ),
        7 => (
            "source.left-join",
            people_and_treatments(" LEFT JOIN treatments t ON i.individual_id = t.individual_id"),
        ),
        8 => ("source.sample", samples_and_quality()),
        9 => ("source.annotated", calls()),
        10 => ("source.annotated", people_and_calls()),
        11 => ("source.fan-out", people_samples_and_treatments()),
        _ => {
            let derived = "(SELECT individual_id, sex, diagnosis, stage, age, weight, smoker, \
                               registered_on FROM individuals WHERE age >= 40) i";
            let mut source = of_individuals(derived, "i");
            source.rows = |p| {
                let mut people = rows(p, "individuals", "i");
                people.retain(
                    |row| matches!(row.get("i.age"), Some(Value::Number(age)) if *age >= 40.0),
                );
                people
            };
            ("source.derived", source)
        }
    }
}

/// People, under an alias.
pub(crate) fn of_individuals(sql: &str, alias: &'static str) -> Source {
    Source {
        sql: sql.to_owned(),
        columns: columns("individuals", alias),
        unit: if alias == "i" {
            "i.individual_id"
        } else {
            "o.individual_id"
        },
        condition: None,
        rows: if alias == "i" {
            |p| rows(p, "individuals", "i")
        } else {
            |p| rows(p, "individuals", "o")
        },
        most: 1,
    }
}

fn many(
    sql: &str,
    tables: &[(&str, &str)],
    unit: &'static str,
    most: usize,
    rows: fn(&Person) -> Vec<Row>,
) -> Source {
    Source {
        sql: sql.to_owned(),
        columns: tables
            .iter()
            .flat_map(|(table, alias)| columns(table, alias))
            .collect(),
        unit,
        condition: None,
        rows,
        most,
    }
}

fn samples(sql: &str) -> Source {
    many(sql, &[("samples", "s")], "s.individual_id", 2, |p| {
        rows(p, "samples", "s")
    })
}

fn treatments(sql: &str) -> Source {
    many(sql, &[("treatments", "t")], "t.individual_id", 3, |p| {
        rows(p, "treatments", "t")
    })
}

fn people_and_quality() -> Source {
    let sql = "individuals i JOIN qc_metrics q ON i.individual_id = q.individual_id";
    let tables = [("individuals", "i"), ("qc_metrics", "q")];
    many(sql, &tables, "i.individual_id", 2, |p| {
        product(&rows(p, "individuals", "i"), &rows(p, "qc_metrics", "q"))
    })
}

fn people_and_treatments(join: &str) -> Source {
    let tables = [("individuals", "i"), ("treatments", "t")];
    let unit = if join.contains("USING") {
        "individual_id"
    } else {
        "i.individual_id"
    };
    // A left join keeps who has no treatment; for the others it is a row too many,
    // and the victim is thought to be in a cohort once too often.
    many(&format!("individuals i{join}"), &tables, unit, 3, |p| {
        let people = rows(p, "individuals", "i");
        let treated = product(&people, &rows(p, "treatments", "t"));
        if treated.is_empty() { people } else { treated }
    })
}

fn samples_and_quality() -> Source {
    let sql = "samples s JOIN qc_metrics q \
               ON s.individual_id = q.individual_id AND s.sample_id = q.sample_id";
    let tables = [("samples", "s"), ("qc_metrics", "q")];
    many(sql, &tables, "s.individual_id", 2, |p| {
        let mut pairs = product(&rows(p, "samples", "s"), &rows(p, "qc_metrics", "q"));
        pairs.retain(|row| row.get("s.tissue") == row.get("q.tissue"));
        pairs
    })
}

fn people_samples_and_treatments() -> Source {
    let sql = "individuals i JOIN samples s ON i.individual_id = s.individual_id \
               JOIN treatments t ON i.individual_id = t.individual_id";
    let tables = [("individuals", "i"), ("samples", "s"), ("treatments", "t")];
    many(sql, &tables, "i.individual_id", 6, |p| {
        let sampled = product(&rows(p, "individuals", "i"), &rows(p, "samples", "s"));
        product(&sampled, &rows(p, "treatments", "t"))
    })
}

fn calls() -> Source {
    let sql = "genotypes g JOIN variants v ON g.variant_id = v.variant_id";
    let calls = many(sql, &[("variants", "v")], "g.individual_id", CALLS, |p| {
        rows(p, "variants", "v")
    });
    Source {
        condition: Some("g.dosage >= 1"),
        ..calls
    }
}

fn people_and_calls() -> Source {
    let sql = "individuals i JOIN genotypes g ON i.individual_id = g.individual_id \
               JOIN variants v ON g.variant_id = v.variant_id";
    let tables = [("individuals", "i"), ("variants", "v")];
    let calls = many(sql, &tables, "i.individual_id", CALLS, |p| {
        product(&rows(p, "individuals", "i"), &rows(p, "variants", "v"))
    });
    Source {
        condition: Some("g.dosage >= 1"),
        ..calls
    }
}

/// Every row of the one beside every row of the other.
fn product(left: &[Row], right: &[Row]) -> Vec<Row> {
    let pairs = left.iter().flat_map(|one| {
        right.iter().map(move |other| {
            let mut both = one.clone();
            both.extend(other.clone());
            both
        })
    });
    pairs.collect()
}
