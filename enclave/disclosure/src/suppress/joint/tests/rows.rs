//! Figures that count rows, of which individuals may have several.

use super::*;

/// A count of rows: groups of individuals, each with so many.
fn rows(groups: &[(Range<u32>, u64)]) -> CellTable {
    let dimension = Dimension::Declared(groups.len() as u32);
    let mut table = CellTable::new(vec![dimension], vec![statistic(Measure::Count)]);
    for (value, (units, count)) in (0..).zip(groups) {
        for unit in units.clone() {
            let contribution = Contribution {
                count: *count,
                amount: crate::Amount::Integer(i128::from(*count)),
                square: 0.0,
            };
            table
                .add(noise(), unit, vec![Some(value)], &[contribution])
                .unwrap();
        }
    }
    table
}

#[test]
fn rows_of_the_same_individuals_add_up_though_their_groups_overlap() {
    let coarse = rows(&[(0..5, 2), (100..220, 2), (300..500, 2)]);
    let fine = rows(&[(100..220, 1), (100..220, 1), (300..500, 2)]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[1]), [None, None, Some(400)]);
}

#[test]
fn rows_that_are_more_than_those_of_the_whole_do_not_add_up_to_it() {
    let coarse = rows(&[(0..5, 2), (100..220, 2), (300..500, 2)]);
    let fine = rows(&[(100..180, 2), (140..220, 2), (300..500, 2)]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[1]), [Some(160), Some(160), Some(400)]);
}

#[test]
fn rows_add_up_to_individuals_where_everybody_has_one() {
    let individuals = groups(&[0..5, 100..220, 300..500]);
    let parts = |count: u64| {
        let parts = [100..130, 130..170, 170..220, 300..500];
        rows(&parts.map(|units| (units, count)))
    };
    let protected = together(&[&individuals, &parts(1)]);
    assert_eq!(shown(&protected[1]), [None, None, Some(50), Some(200)]);
    let protected = together(&[&individuals, &parts(2)]);
    assert_eq!(
        shown(&protected[1]),
        [Some(60), Some(80), Some(100), Some(400)]
    );
    // Nor do individuals add up to rows.
    let twice = rows(&[(0..5, 2), (100..220, 2), (300..500, 2)]);
    let parts = groups(&[100..130, 130..170, 170..220, 300..500]);
    let protected = together(&[&twice, &parts]);
    assert_eq!(
        shown(&protected[1]),
        [Some(30), Some(40), Some(50), Some(200)]
    );
}

#[test]
fn what_is_more_than_the_whole_is_no_part_of_it() {
    let coarse = rows(&[(0..5, 1), (100..220, 1), (300..500, 1)]);
    let fine = rows(&[(100..160, 3), (160..220, 3), (300..500, 3)]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[1]), [Some(180), Some(180), Some(600)]);
}

#[test]
fn some_of_the_rows_of_the_same_individuals_are_a_part_of_them_all() {
    let coarse = rows(&[(100..220, 3), (300..500, 1)]);
    let fine = rows(&[
        (100..220, 1),
        (100..220, 1),
        (600..605, 1),
        (700..750, 1),
        (300..500, 1),
    ]);
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[0]), [Some(360), Some(200)]);
    assert_eq!(shown(&protected[1]), [None, None, None, None, Some(200)]);
}

#[test]
fn one_row_more_than_the_whole_is_no_part_of_it_either() {
    let coarse = rows(&[(0..5, 1), (100..220, 1), (300..500, 1)]);
    let mut fine = rows(&[(100..219, 1), (300..500, 1)]);
    let two = Contribution {
        count: 2,
        amount: crate::Amount::Integer(2),
        square: 0.0,
    };
    fine.add(noise(), 219, vec![Some(0)], &[two]).unwrap();
    let protected = together(&[&coarse, &fine]);
    assert_eq!(shown(&protected[1]), [Some(120), Some(200)]);
}
