//! From rows to records: one function for each file.

use crate::{
    characters::free,
    consent,
    decision::Tier,
    finding::Slip,
    record::{
        Basis, Dataset, Effect, Grant, Jurisdiction, Member, Period, Person, Project, Purpose,
        Role, Scope, Sector, SectorUse, Stage, Standing, Teammate,
    },
    request::Operation,
    table::{Cells, Schema},
    values::{choice, column, country, day, list, name, number, person, project},
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
};

pub(crate) static PEOPLE: Schema = Schema {
    file: "people.csv",
    columns: &["person", "organisation", "roles", "since", "until"],
};

pub(crate) static JURISDICTIONS: Schema = Schema {
    file: "jurisdictions.csv",
    columns: &["country", "basis", "since", "until"],
};

pub(crate) static DATASETS: Schema = Schema {
    file: "datasets.csv",
    columns: &[
        "dataset",
        "holder",
        "profile",
        "tier_rule",
        "embargo_months",
        "consent_codes",
    ],
};

pub(crate) static PROJECTS: Schema = Schema {
    file: "projects.csv",
    columns: &[
        "project",
        "title",
        "lead",
        "purpose",
        "sector_use",
        "ethics",
        "approved_on",
        "expires_on",
        "status",
        "query_budget",
    ],
};

pub(crate) static TEAMS: Schema = Schema {
    file: "teams.csv",
    columns: &["project", "person"],
};

pub(crate) static GRANTS: Schema = Schema {
    file: "grants.csv",
    columns: &[
        "project",
        "dataset",
        "tier",
        "operations",
        "columns",
        "profile",
        "effect",
        "since",
        "until",
    ],
};

pub(crate) fn member(cells: &mut Cells<'_>) -> Option<Member> {
    const SECTORS: [(&str, Sector); 3] = [
        ("academia", Sector::Academia),
        ("industry", Sector::Industry),
        ("public", Sector::Public),
    ];
    const STANDINGS: [(&str, Standing); 3] = [
        ("active", Standing::Active),
        ("suspended", Standing::Suspended),
        ("removed", Standing::Removed),
    ];
    let organisation = cells.read("organisation", name);
    let title = cells.read("name", title);
    let country = cells.read("country", country);
    let sector = cells.read("sector", |text| choice(text, &SECTORS));
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
    const BASES: [(&str, Basis); 3] = [
        ("domestic", Basis::Domestic),
        ("adequate", Basis::Adequate),
        ("contract", Basis::Contract),
    ];
    let country = cells.read("country", country);
    let basis = cells.read("basis", |text| choice(text, &BASES));
    let period = period(cells, "since", "until");
    Some(Jurisdiction {
        line: cells.row.line,
        country: country?,
        basis: basis?,
        period: period?,
    })
}

/// A dataset; an empty profile is the consortium's `default_profile`.
pub(crate) fn dataset(cells: &mut Cells<'_>, default_profile: &str) -> Option<Dataset> {
    let dataset = cells.read("dataset", name);
    let holder = cells.read("holder", name);
    let profile = cells.read("profile", |text| match text {
        "" => Ok(default_profile.to_owned()),
        text => name(text),
    });
    let deepest = cells.read("tier_rule", |text| choice(text, &TIERS));
    let embargo = cells.read("embargo_months", |text| match number(text) {
        Ok(months) if months > 1200 => Err(Slip::new(
            format!("`{text}` months are more than a century"),
            "an embargo that never ends is a dataset that nobody was meant to visit",
            "<months>",
        )),
        read => read,
    });
    let consent = cells.read("consent_codes", consent::codes);
    embargo?;
    Some(Dataset {
        line: cells.row.line,
        dataset: dataset?,
        holder: holder?,
        profile: profile?,
        deepest: deepest?,
        consent: consent?,
    })
}

pub(crate) fn project_record(cells: &mut Cells<'_>) -> Option<Project> {
    const USES: [(&str, SectorUse); 2] = [
        ("non-commercial", SectorUse::NonCommercial),
        ("commercial", SectorUse::Commercial),
    ];
    const STAGES: [(&str, Stage); 4] = [
        ("draft", Stage::Draft),
        ("approved", Stage::Approved),
        ("suspended", Stage::Suspended),
        ("closed", Stage::Closed),
    ];
    let project = cells.read("project", project);
    let title = cells.read("title", title);
    let lead = cells.read("lead", name);
    let purpose = cells.read("purpose", purpose);
    let sector_use = cells.read("sector_use", |text| choice(text, &USES));
    let ethics = cells.read("ethics", free);
    let period = period(cells, "approved_on", "expires_on");
    let stage = cells.read("status", |text| choice(text, &STAGES));
    let query_budget = cells.read("query_budget", number);
    title?;
    Some(Project {
        line: cells.row.line,
        project: project?,
        lead: lead?,
        purpose: purpose?,
        sector_use: sector_use?,
        ethics: ethics?,
        period: period?,
        stage: stage?,
        query_budget: query_budget?,
    })
}

pub(crate) fn teammate(cells: &mut Cells<'_>) -> Option<Teammate> {
    let project = cells.read("project", project);
    let person = cells.read("person", person);
    Some(Teammate {
        line: cells.row.line,
        project: project?,
        person: person?,
    })
}

pub(crate) fn grant(cells: &mut Cells<'_>) -> Option<Grant> {
    let project = cells.read("project", project);
    let dataset = cells.read("dataset", name);
    let operations = cells.read("operations", operations);
    let allows = cells.read("effect", |text| {
        choice(text, &[("allow", true), ("deny", false)])
    });
    let period = period(cells, "since", "until");
    let effect = match allows? {
        true => allow(cells).map(Effect::Allow),
        false => deny(cells).map(|()| Effect::Deny),
    };
    Some(Grant {
        line: cells.row.line,
        project: project?,
        dataset: dataset?,
        effect: effect?,
        operations: operations?,
        period: period?,
    })
}

const TIERS: [(&str, Tier); 2] = [("overview", Tier::Overview), ("detailed", Tier::Detailed)];

fn allow(cells: &mut Cells<'_>) -> Option<Scope> {
    let tier = cells.read("tier", |text| choice(text, &TIERS));
    let columns = cells.read("columns", |text| match text {
        "*" => Ok(None),
        text => list(text, column).map(Some),
    });
    let profile = cells.read("profile", |text| match text {
        "" => Ok(None),
        text => name(text).map(Some),
    });
    Some(Scope {
        tier: tier?,
        columns: columns?,
        profile: profile?,
    })
}

/// A deny bars its operations wholly; one that seemed to bar a part would mislead its author.
fn deny(cells: &mut Cells<'_>) -> Option<()> {
    let whole = |column: &'static str, meant: &'static str| {
        move |text: &str| {
            if text == meant {
                return Ok(());
            }
            Err(Slip::new(
                format!("`{text}` in a deny; a deny has `{meant}` for its {column}"),
                "a deny bars its operations wholly; to leave something out, grant only the rest in the rows that allow",
                meant,
            ))
        }
    };
    let tier = cells.read("tier", whole("tier", "*"));
    let columns = cells.read("columns", whole("columns", "*"));
    let profile = cells.read("profile", whole("profile", ""));
    tier.and(columns).and(profile)
}

fn operations(text: &str) -> Result<Vec<Operation>, Slip> {
    if text == "*" {
        return Ok(Operation::ALL.to_vec());
    }
    let words = Operation::ALL.map(|operation| (operation.as_str(), operation));
    let mut operations = list(text, |part| choice(part, &words))?;
    operations.sort();
    operations.dedup();
    Ok(operations)
}

fn purpose(text: &str) -> Result<Purpose, Slip> {
    const WORDS: [&str; 8] = [
        "research",
        "health",
        "disease:MONDO:0000000",
        "population-origins",
        "methods",
        "insurance",
        "employment",
        "re-identification",
    ];
    let lower = text.to_ascii_lowercase();
    if let Some(disease) = lower.strip_prefix("disease:") {
        return consent::mondo(disease).map(Purpose::Disease);
    }
    Ok(match lower.as_str() {
        "research" => Purpose::Research,
        "health" => Purpose::Health,
        "population-origins" => Purpose::PopulationOrigins,
        "methods" => Purpose::Methods,
        "insurance" => Purpose::Insurance,
        "employment" => Purpose::Employment,
        "re-identification" => Purpose::ReIdentification,
        _ => {
            crate::characters::plain(text)?;
            let words = WORDS.join("|");
            return Err(Slip::new(
                format!("`{text}` is none of {words}"),
                "what the individuals consented to is compared with the purpose; one that is not known fits no consent",
                format!("<{words}>"),
            ));
        }
    })
}

/// Text for people to read; it may hold any script, but not nothing.
fn title(text: &str) -> Result<String, Slip> {
    if text.is_empty() {
        return Err(Slip::new(
            "the cell is empty",
            "whoever reviews these files must see what a row is about",
            "<in words>",
        ));
    }
    free(text)
}

fn period(cells: &mut Cells<'_>, first: &str, last: &str) -> Option<Period> {
    let since = cells.read(first, day);
    let until = cells.read(last, day);
    let (since, until) = (since?, until?);
    if until < since {
        let slip = Slip::new(
            format!("{until} lies before the day in `{first}`, {since}"),
            "a span that ends before it begins never holds: an allow in it is lost, and so is a deny",
            format!("<a day from {since} on>"),
        );
        cells.refuse(last, &slip);
        return None;
    }
    Some(Period { since, until })
}

impl Purpose {
    /// The word for it in `projects.csv`.
    pub(crate) fn text(&self) -> String {
        match self {
            Purpose::Research => "research".to_owned(),
            Purpose::Health => "health".to_owned(),
            Purpose::Disease(disease) => format!("disease:{disease}"),
            Purpose::PopulationOrigins => "population-origins".to_owned(),
            Purpose::Methods => "methods".to_owned(),
            Purpose::Insurance => "insurance".to_owned(),
            Purpose::Employment => "employment".to_owned(),
            Purpose::ReIdentification => "re-identification".to_owned(),
        }
    }
}
