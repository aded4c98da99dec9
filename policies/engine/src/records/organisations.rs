//! Organisations, their people, and the countries they are in.

use super::period;
use crate::{
    purpose::{Basis, Sector, Word as _},
    record::{Jurisdiction, Member, Person, Role, Standing},
    table::{Cells, Schema},
    values::{choice, country, list, name, person, title},
};

pub(crate) static MEMBERS: Schema = Schema {
    file: "members.csv",
    columns: &[
        "organisation",
        "name",
        "country",
        "sector",
        "status",
        "since",
        "until",
    ],
    private: false,
};

pub(crate) static PEOPLE: Schema = Schema {
    file: "people.csv",
    columns: &["person", "organisation", "roles", "since", "until"],
    private: false,
};

pub(crate) static JURISDICTIONS: Schema = Schema {
    file: "jurisdictions.csv",
    columns: &["country", "basis", "since", "until"],
    private: false,
};

pub(crate) fn member(cells: &mut Cells<'_>) -> Option<Member> {
    const STANDINGS: [(&str, Standing); 3] = [
        ("active", Standing::Active),
        ("suspended", Standing::Suspended),
        ("removed", Standing::Removed),
    ];
    let organisation = cells.read("organisation", name);
    let title = cells.read("name", title);
    let country = cells.read("country", country);
    let sector = cells.read("sector", |text| choice(text, Sector::WORDS));
    let standing = cells.read("status", |text| choice(text, &STANDINGS));
    let period = period(cells, "since", "until");
    title?;
    Some(Member {
        line: cells.row.line,
        organisation: organisation?,
        country: country?,
        sector: sector?,
        standing: standing?,
        period: period?,
    })
}

pub(crate) fn person_record(cells: &mut Cells<'_>) -> Option<Person> {
    const ROLES: [(&str, Role); 4] = [
        ("researcher", Role::Researcher),
        ("committee", Role::Committee),
        ("auditor", Role::Auditor),
        ("operator", Role::Operator),
    ];
    let person = cells.read("person", person);
    let organisation = cells.read("organisation", name);
    let roles = cells.read("roles", |text| list(text, |part| choice(part, &ROLES)));
    let period = period(cells, "since", "until");
    Some(Person {
        line: cells.row.line,
        person: person?,
        organisation: organisation?,
        roles: roles?,
        period: period?,
    })
}

pub(crate) fn jurisdiction(cells: &mut Cells<'_>) -> Option<Jurisdiction> {
    let country = cells.read("country", country);
    let basis = cells.read("basis", |text| choice(text, Basis::WORDS));
    let period = period(cells, "since", "until");
    Some(Jurisdiction {
        line: cells.row.line,
        country: country?,
        basis: basis?,
        period: period?,
    })
}
