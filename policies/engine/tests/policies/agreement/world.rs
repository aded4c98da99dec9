//! What is drawn: small consortia and holders, as numbers.

use std::collections::BTreeSet;

use proptest::prelude::*;

/// Days after 2026-01-01, both ends included.
pub(super) type Span = (i32, i32);

pub(super) const COUNTRIES: [&str; 3] = ["JP", "DE", "US"];
pub(super) const SECTORS: [&str; 3] = ["academia", "industry", "public"];
pub(super) const PURPOSES: [&str; 7] = [
    "research",
    "health",
    "population-origins",
    "methods",
    "employment",
    // Lung adenocarcinoma, a kind of lung cancer; breast cancer, which is not.
    "disease:MONDO:0005061",
    "disease:MONDO:0007254",
];
pub(super) const PERMISSIONS: [&str; 4] = ["GRU", "HMB", "DS:MONDO:0008903", "POA"];
/// `TS` and `MOR` end on the thirteenth day.
pub(super) const MODIFIERS: [&str; 14] = [
    "NPU",
    "NCU",
    "NPUNCU",
    "NPOA",
    "NMDS",
    "IRB",
    "COL",
    "GS:JP",
    "IS:m0",
    "PS:P-0",
    "TS",
    "PUB",
    "TS:2026-01-13",
    "MOR:2026-01-13",
];
pub(super) const LAST: i32 = 24;

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) country: usize,
    pub(super) sector: usize,
    pub(super) active: bool,
    pub(super) span: Span,
}

#[derive(Debug, Clone)]
pub(super) struct Project {
    pub(super) lead: usize,
    pub(super) purpose: usize,
    pub(super) commercial: bool,
    pub(super) ethics: bool,
    pub(super) approved: bool,
    pub(super) span: Span,
}

/// Consent codes: one that permits, and conditions.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    pub(super) permission: usize,
    pub(super) modifiers: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Dataset {
    pub(super) holder: usize,
    pub(super) codes: Codes,
    pub(super) overview_only: bool,
    pub(super) open_to_members: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) project: usize,
    pub(super) dataset: usize,
    /// Operations as bits.
    pub(super) bits: u8,
    pub(super) allow: bool,
    pub(super) overview: bool,
    pub(super) span: Span,
}

/// What somebody judged of a code of the dataset, the `code`th of those that can be.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub(super) project: usize,
    pub(super) dataset: usize,
    pub(super) code: usize,
    pub(super) met: bool,
    pub(super) span: Span,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) members: Vec<Member>,
    /// Member, researcher, span.
    pub(super) people: Vec<(usize, bool, Span)>,
    /// By country: none or one span.
    pub(super) bases: Vec<Option<Span>>,
    pub(super) projects: Vec<Project>,
    pub(super) datasets: Vec<Dataset>,
    pub(super) teams: BTreeSet<(usize, usize)>,
    pub(super) grants: Vec<Grant>,
    pub(super) judgements: Vec<Judgement>,
}

/// A row of a holder's rules; what is none is everybody.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) dataset: Option<usize>,
    pub(super) project: Option<usize>,
    pub(super) organisation: Option<usize>,
    pub(super) country: Option<usize>,
    pub(super) sector: Option<usize>,
    pub(super) allow: bool,
    pub(super) span: Span,
}

#[derive(Debug, Clone)]
pub(super) struct Holder {
    /// By dataset: whether it is open to an overview alone, and its codes; none if not held.
    pub(super) held: Vec<Option<(bool, Codes)>>,
    pub(super) rules: Vec<Rule>,
    pub(super) judgements: Vec<Judgement>,
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        7 => Just((0, LAST)),
        2 => (0..=LAST, 0..=LAST).prop_map(|(a, b)| (a.min(b), a.max(b))),
    ]
}

fn mostly() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.93)
}

fn rarely() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.2)
}

fn codes() -> impl Strategy<Value = Codes> {
    let modifiers = prop_oneof![
        prop::collection::btree_set(0..MODIFIERS.len(), 0..=0),
        prop::collection::btree_set(0..MODIFIERS.len(), 0..=2),
    ];
    (
        prop_oneof![3 => Just(0), 2 => 0..PERMISSIONS.len()],
        modifiers,
    )
        .prop_map(|(permission, modifiers)| Codes {
            permission,
            modifiers,
        })
}

fn judgement() -> impl Strategy<Value = Judgement> {
    (0..2_usize, 0..2_usize, 0..3_usize, mostly(), span()).prop_map(
        |(project, dataset, code, met, span)| Judgement {
            project,
            dataset,
            code,
            met,
            span,
        },
    )
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let member = (0..3_usize, 0..3_usize, mostly(), span());
    let project = (
        0..3_usize,
        0..PURPOSES.len(),
        rarely(),
        mostly(),
        mostly(),
        span(),
    );
    let dataset = (0..3_usize, codes(), rarely(), any::<bool>());
    let grant = (
        (0..2_usize, 0..2_usize),
        prop_oneof![Just(31_u8), 1..32_u8],
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.3),
        span(),
    );
    let organisations = (
        prop::collection::vec(member, 3),
        prop::collection::vec((0..3_usize, mostly(), span()), 3),
        prop::collection::vec(prop::option::weighted(0.9, span()), 2),
    );
    let rest = (
        prop::collection::vec(project, 2),
        prop::collection::vec(dataset, 2),
        prop::collection::btree_set((0..2_usize, 0..3_usize), 3..=6),
        prop::collection::vec(grant, 1..=6),
        prop::collection::vec(judgement(), 0..=2),
    );
    (organisations, rest, prop::bool::weighted(0.9)).prop_map(|(organisations, rest, tidy)| {
        let (members, people, mut bases) = organisations;
        let (projects, datasets, teams, grants, judgements) = rest;
        bases.insert(0, Some((0, LAST)));
        let members = members
            .into_iter()
            .map(|(country, sector, active, span)| Member {
                country,
                sector,
                active,
                span,
            });
        let projects =
            projects
                .into_iter()
                .map(
                    |(lead, purpose, commercial, ethics, approved, span)| Project {
                        lead,
                        purpose,
                        commercial,
                        ethics,
                        approved,
                        span,
                    },
                );
        let datasets: Vec<Dataset> = datasets
            .into_iter()
            .map(|(holder, codes, overview_only, open_to_members)| Dataset {
                holder,
                codes,
                overview_only,
                open_to_members,
            })
            .collect();
        let grants: Vec<Grant> = grants
            .into_iter()
            .map(|((project, dataset), bits, allow, overview, span)| Grant {
                project,
                dataset,
                bits,
                allow,
                // Else most worlds would grant too much, or two tiers at once.
                overview: match tidy {
                    true => datasets[dataset].overview_only || project == 1,
                    false => overview,
                },
                span,
            })
            .collect();
        World {
            members: members.collect(),
            people,
            bases,
            projects: projects.collect(),
            datasets,
            teams,
            grants,
            judgements,
        }
    })
}

pub(super) fn holder() -> impl Strategy<Value = Holder> {
    let one_in_three = |most: usize| prop::option::weighted(0.33, 0..most);
    let rule = (
        (one_in_three(2), one_in_three(5)),
        (one_in_three(3), one_in_three(3), one_in_three(3)),
        prop::bool::weighted(0.75),
        span(),
    );
    let rule = rule.prop_map(
        |((dataset, project), (organisation, country, sector), allow, span)| Rule {
            dataset,
            project,
            organisation,
            country,
            sector,
            allow,
            span,
        },
    );
    let rules = (
        prop::collection::vec(rule, 1..=3),
        prop::bool::weighted(0.8),
    );
    // Else most rules of most holders would meet nobody.
    let rules = rules.prop_map(|(mut rules, open)| {
        if open {
            rules.push(Rule {
                dataset: None,
                project: None,
                organisation: None,
                country: None,
                sector: None,
                allow: true,
                span: (0, LAST),
            });
        }
        rules
    });
    (
        prop::collection::vec(prop::option::weighted(0.9, (rarely(), codes())), 2),
        rules,
        prop::collection::vec(judgement(), 0..=2),
    )
        .prop_map(|(held, rules, judgements)| Holder {
            held,
            rules,
            judgements,
        })
}
