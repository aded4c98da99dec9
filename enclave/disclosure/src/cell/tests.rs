//! Shapes of tables and what is added to them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn noise() -> Noise {
    Noise::new([1; 32], 10)
}

fn table(dimensions: Vec<Dimension>, measures: &[Measure]) -> CellTable {
    let statistic = |measure: &Measure| Statistic {
        measure: *measure,
        bounds: None,
    };
    CellTable::new(dimensions, measures.iter().map(statistic).collect())
}

#[test]
fn every_combination_of_declared_values_has_a_cell_from_the_start() {
    let declared = vec![Dimension::Declared(2), Dimension::Declared(3)];
    assert_eq!(table(declared, &[]).cells().len(), 6);
    assert_eq!(table(vec![], &[]).cells().len(), 1);
    let of_data = vec![Dimension::Declared(2), Dimension::Data];
    assert_eq!(table(of_data, &[]).cells().len(), 0);
}

#[test]
fn a_contribution_of_another_shape_is_an_error() {
    let mut table = table(vec![Dimension::Declared(2)], &[Measure::Individuals]);
    let mut add =
        |key: Key, contributions: &[Contribution]| table.add(&noise(), 0, key, contributions);
    assert_eq!(add(vec![Some(2)], &[Contribution::ROW]), Err(ShapeError));
    assert_eq!(add(vec![], &[Contribution::ROW]), Err(ShapeError));
    assert_eq!(add(vec![Some(0)], &[]), Err(ShapeError));
    assert_eq!(add(vec![Some(1)], &[Contribution::ROW]), Ok(()));
    assert_eq!(add(vec![None], &[Contribution::ROW]), Ok(()));
}

#[test]
fn a_dimension_of_the_data_takes_any_value() {
    let mut table = table(vec![Dimension::Data], &[]);
    table.add(&noise(), 0, vec![Some(4_000_000)], &[]).unwrap();
    assert_eq!(table.cells().len(), 1);
}

fn add(table: &mut CellTable, unit: u32, contribution: Contribution) {
    table.add(&noise(), unit, vec![], &[contribution]).unwrap();
}

#[test]
fn who_contributes_nothing_is_in_the_group_and_not_behind_the_figure() {
    let mut table = table(vec![], &[Measure::Sum]);
    add(&mut table, 3, Contribution::NONE);
    add(&mut table, 5, Contribution::ROW);
    let cell = &table.cells()[&vec![]];
    assert_eq!(cell.group.individuals(), 2);
    assert_eq!(cell.figures[0].set(), &RoaringBitmap::from([5]));
    assert_eq!(table.everybody(), RoaringBitmap::from([3, 5]));
}

#[test]
fn who_is_in_two_groups_is_among_everybody_once() {
    let mut table = table(vec![Dimension::Declared(2)], &[]);
    for (unit, group) in [(1, 0), (2, 0), (2, 1), (4, 1)] {
        table.add(&noise(), unit, vec![Some(group)], &[]).unwrap();
    }
    assert_eq!(table.everybody(), RoaringBitmap::from([1, 2, 4]));
}

#[test]
fn totals_add_up_what_everybody_contributes() {
    let mut integers = table(vec![], &[Measure::IntegerSum]);
    let mut fractions = table(vec![], &[Measure::Sum]);
    for (unit, value) in [(0, 4), (1, -7), (2, 5)] {
        let contribution = |amount| Contribution {
            count: 2,
            amount,
            square: 1.5,
        };
        add(&mut integers, unit, contribution(Amount::Integer(value)));
        add(
            &mut fractions,
            unit,
            contribution(Amount::Fraction(value as f64)),
        );
    }
    let expected = Totals {
        count: 6,
        integer: 2,
        square: 4.5,
        magnitude: 16.0,
        top: [7.0, 5.0],
        ..Totals::default()
    };
    assert_eq!(integers.cells()[&vec![]].figures[0].totals(), expected);
    let of_fractions = Totals {
        integer: 0,
        fraction: 2.0,
        ..expected
    };
    assert_eq!(fractions.cells()[&vec![]].figures[0].totals(), of_fractions);
}

#[test]
fn who_adds_nothing_to_a_sum_counts_but_has_no_amount() {
    let mut table = table(vec![], &[Measure::Sum]);
    let amounts = [0.0, 2.5, -0.0, -1.0].map(Amount::Fraction);
    for (unit, amount) in (0..).zip(amounts.into_iter().chain([Amount::Integer(0)])) {
        let contribution = Contribution {
            count: 2,
            amount,
            square: 0.0,
        };
        add(&mut table, unit, contribution);
    }
    let figure = &table.cells()[&vec![]].figures[0];
    assert_eq!((figure.totals().count, figure.individuals()), (10, 5));
    assert_eq!(
        (figure.adding_totals().count, figure.adding().len()),
        (4, 2)
    );
}

#[test]
fn only_a_variance_knows_deviations() {
    for (measure, deviations) in [
        (Measure::Mean, 0.0),
        (Measure::Variance, 8.0),
        (Measure::VariancePopulation, 8.0),
        (Measure::Deviation, 8.0),
        (Measure::DeviationPopulation, 8.0),
    ] {
        let mut table = table(vec![], &[measure]);
        for (unit, value) in [(0, 1.0), (1, 5.0)] {
            let contribution = Contribution {
                count: 1,
                amount: Amount::Fraction(value),
                square: value * value,
            };
            add(&mut table, unit, contribution);
        }
        let totals = table.cells()[&vec![]].figures[0].totals();
        assert_eq!(totals.deviations, deviations, "{measure:?}");
        assert!(totals.sound);
    }
}

fn is_sound(contributions: &[(u32, Contribution)]) -> bool {
    let mut table = table(vec![], &[Measure::Variance]);
    for (unit, contribution) in contributions {
        add(&mut table, *unit, *contribution);
    }
    table.cells()[&vec![]].figures[0].totals().sound
}

#[test]
fn totals_that_are_no_numbers_are_not_sound() {
    let of = |amount, square| Contribution {
        count: 1,
        amount,
        square,
    };
    let large = of(Amount::Fraction(f64::MAX), 0.0);
    let integer = of(Amount::Integer(i128::MAX), 0.0);
    assert!(is_sound(&[(0, Contribution::ROW), (1, Contribution::ROW)]));
    assert!(!is_sound(&[(0, large), (1, large)]));
    assert!(!is_sound(&[(0, integer), (1, integer)]));
    assert!(!is_sound(&[(0, of(Amount::Integer(1), f64::INFINITY))]));
    assert!(!is_sound(&[(0, of(Amount::Fraction(f64::NAN), 0.0))]));
    // Sums that cancel out, of amounts that do not.
    let least = of(Amount::Fraction(f64::MIN), 0.0);
    assert!(!is_sound(&[(0, large), (1, least)]));
}

#[test]
fn an_individual_who_comes_twice_makes_a_figure_unsound() {
    assert!(!is_sound(&[(0, Contribution::ROW), (0, Contribution::ROW)]));
}

#[test]
fn a_figure_has_the_sketch_of_what_is_contributed_to_it() {
    let mut table = table(vec![], &[Measure::IntegerSum]);
    let mut sketch = crate::anchors::ContributionSketch::default();
    for unit in [3, 5] {
        add(&mut table, unit, Contribution::ROW);
        sketch.add(noise().unit(unit), &Contribution::ROW);
    }
    add(&mut table, 7, Contribution::NONE);
    assert_eq!(table.cells()[&vec![]].figures[0].sketch(), &sketch);
}

#[test]
fn a_figure_takes_the_set_and_the_totals_of_an_earlier_release() {
    let mut table = table(vec![], &[Measure::Variance]);
    add(&mut table, 0, Contribution::ROW);
    let earlier = Totals {
        count: 40,
        deviations: 3.0,
        ..Totals::default()
    };
    let (_, cell) = table.cells_mut().next().unwrap();
    cell.figures[0].snap((0..40).collect());
    cell.figures[0].settle(earlier);
    assert_eq!(cell.figures[0].individuals(), 40);
    assert_eq!(cell.figures[0].totals(), earlier);
}
