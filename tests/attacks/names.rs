//! Every attack, where it is made, and what it is in words.

/// Name, source below tests/attacks, words.
pub(crate) const ATTACKS: [(&str, &str, &str); 43] = [
    (
        "anchor-edge",
        "edges.rs",
        "a cohort that nine known people and the victim tell from an earlier one",
    ),
    (
        "averaging-dp",
        "perturbed.rs",
        "the mean of one table asked in other words until the budget is spent",
    ),
    (
        "averaging-repeats",
        "averaging.rs",
        "other words for the same people",
    ),
    (
        "collusion-differencing",
        "collusion.rs",
        "three projects share a pair of cohorts",
    ),
    (
        "complement",
        "complement.rs",
        "everybody, less everybody but one",
    ),
    (
        "covariance-one-hot",
        "covariance.rs",
        "products, sums and groups in which one person stands alone",
    ),
    (
        "differencing-after-stepping",
        "differencing.rs",
        "a pair of cohorts where the figure was seen to jump",
    ),
    (
        "differencing-one-pair",
        "differencing.rs",
        "with the victim and without",
    ),
    (
        "digit-smuggling",
        "digits.rs",
        "exact counts in the digits of sums",
    ),
    (
        "error-oracle",
        "failing.rs",
        "expressions that fail for one person's value",
    ),
    (
        "fan-out",
        "fan_out.rs",
        "rows are counted of whom one has hundreds",
    ),
    (
        "group-of-one",
        "groups.rs",
        "a group that exists through one person",
    ),
    (
        "informed-cell-key",
        "perturbed.rs",
        "one figure about known people and the victim",
    ),
    (
        "informed-dp",
        "perturbed.rs",
        "one figure about known people and the victim",
    ),
    (
        "informed-rounding",
        "edges.rs",
        "one figure about known people and the victim, chosen so that one more is rounded up",
    ),
    (
        "membership-frequencies",
        "frequencies.rs",
        "a genome compared with how often variants are carried (Homer)",
    ),
    (
        "membership-frequencies-of-three",
        "frequencies.rs",
        "the same by three projects that share what they get",
    ),
    (
        "membership-frequencies-typed",
        "frequencies.rs",
        "the same with shares to three digits, from the typed analysis",
    ),
    (
        "membership-presence",
        "beacon.rs",
        "a genome compared with which variants are there (Shringarpure and Bustamante)",
    ),
    (
        "membership-rare-variant",
        "membership.rs",
        "a place that few carry, or nobody",
    ),
    (
        "membership-rare-variant-typed",
        "membership.rs",
        "the typed analysis of variants that few carry, or nobody",
    ),
    (
        "model-differencing",
        "models.rs",
        "a curve or a model with the victim and without",
    ),
    (
        "model-exception",
        "models.rs",
        "a model of people whom a rule describes, but for the victim",
    ),
    (
        "model-one-event",
        "models.rs",
        "a curve or a model whose only event, or individual, is the victim",
    ),
    (
        "nested-aggregate",
        "nested.rs",
        "a person's own mean picks them out",
    ),
    (
        "oracle-nobody-or-few",
        "oracle.rs",
        "nobody, or one to nine people",
    ),
    (
        "order-of-hidden",
        "order.rs",
        "rows in the order of hidden figures",
    ),
    (
        "overflow-oracle",
        "failing.rs",
        "sums that overflow or are no number if one person is in them",
    ),
    (
        "question-about-hidden",
        "order.rs",
        "a question that a hidden figure decides",
    ),
    (
        "range-creep",
        "creeping.rs",
        "a bound that moves over one person after the other",
    ),
    (
        "range-creep-jumps",
        "creeping.rs",
        "the same, of those alone where the figure jumps",
    ),
    (
        "row-predicate",
        "rows.rs",
        "rows that only one person has, with and without",
    ),
    (
        "small-cell-one-table",
        "small_cell.rs",
        "the rest of one table",
    ),
    (
        "small-cell-several-tables",
        "small_cell.rs",
        "three rounded figures",
    ),
    (
        "snapshot-differencing",
        "snapshots.rs",
        "before and after somebody joined",
    ),
    (
        "threshold-edge",
        "edges.rs",
        "nine known people and the victim, shown or not",
    ),
    (
        "threshold-edge-anchored",
        "edges.rs",
        "the same after a larger cohort of known people was released",
    ),
    (
        "timing-ticks",
        "timing.rs",
        "how long an answer takes if one person has most of the rows",
    ),
    (
        "tracker-general",
        "tracker.rs",
        "the victim is added to a large cohort and to its complement",
    ),
    (
        "tracker-padded",
        "tracker.rs",
        "the same with eight padding sets",
    ),
    (
        "withdrawn",
        "withdrawn.rs",
        "forty statements about four cohorts, where the victim withdrew and where the victim never was",
    ),
    (
        "worlds-outside",
        "worlds.rs",
        "a hundred statements about others, with the victim in the data and without",
    ),
    (
        "worlds-time",
        "worlds.rs",
        "how long such statements take, with the victim in the data and without",
    ),
];
