//! Tables that are margins of others.

use super::{super::relate::is_margin, *};

#[test]
fn a_margin_costs_a_table_nothing_beyond_its_own_complements() {
    let dimensions = vec![Dimension::Declared(2), Dimension::Declared(3)];
    let cells: Vec<([Option<u32>; 2], Range<u32>)> = vec![
        ([Some(0), Some(0)], 0..40),
        ([Some(0), Some(1)], 40..90),
        ([Some(0), Some(2)], 90..150),
        ([Some(1), Some(0)], 200..204),
        ([Some(1), Some(1)], 204..260),
        ([Some(1), Some(2)], 260..320),
    ];
    let cells: Vec<(&[Option<u32>], Range<u32>)> = cells
        .iter()
        .map(|(key, units)| (&key[..], units.clone()))
        .collect();
    let table = counted(dimensions, &cells);
    let margin = groups(&[0..150, 200..320]);
    let other = groups(&[0..40, 40..90, 90..150]);
    let total = counted(vec![], &[(&[], 0..150)]);
    let protected = together(&[&table, &margin]);
    assert_eq!(protected[0], together(&[&table])[0]);
    assert_eq!(protected[1], together(&[&margin])[0]);
    let cells: [(&[Option<u32>], Range<u32>); 6] = [
        (&[Some(0), Some(0)], 0..40),
        (&[Some(0), Some(1)], 40..90),
        (&[Some(0), Some(2)], 90..150),
        (&[Some(1), Some(0)], 200..204),
        (&[Some(1), Some(1)], 204..207),
        (&[Some(1), Some(2)], 207..320),
    ];
    let two_few = counted(vec![Dimension::Declared(2), Dimension::Declared(3)], &cells);
    let protected = together(&[&two_few, &margin]);
    assert_eq!(protected[0], together(&[&two_few])[0]);
    assert_eq!(shown(&protected[0])[5], Some(115));
    assert!(is_margin(&margin, &table, noise()));
    assert!(!is_margin(&table, &margin, noise()));
    assert!(!is_margin(&other, &table, noise()));
    assert!(is_margin(&total, &other, noise()));
    assert!(!is_margin(&total, &table, noise()));
}

#[test]
fn margins_over_values_of_the_data_are_known_by_their_individuals() {
    let dimensions = vec![Dimension::Data, Dimension::Declared(2)];
    let cells: [(&[Option<u32>], Range<u32>); 4] = [
        (&[Some(0), Some(0)], 0..40),
        (&[Some(0), Some(1)], 40..90),
        (&[Some(1), Some(0)], 100..140),
        (&[Some(1), Some(1)], 140..190),
    ];
    let table = counted(dimensions, &cells);
    // The same values, found in another order.
    let margin = counted(
        vec![Dimension::Data],
        &[(&[Some(0)], 100..190), (&[Some(1)], 0..90)],
    );
    assert!(is_margin(&margin, &table, noise()));
}

#[test]
fn a_margin_may_leave_out_any_dimension_but_of_tables_of_few_dimensions_only() {
    let cells: [(&[Option<u32>], Range<u32>); 4] = [
        (&[Some(0), Some(0)], 0..40),
        (&[Some(0), Some(1)], 40..90),
        (&[Some(1), Some(0)], 100..140),
        (&[Some(1), Some(1)], 140..190),
    ];
    let table = counted(vec![Dimension::Declared(2); 2], &cells);
    let second: Vec<(&[Option<u32>], Range<u32>)> = cells
        .iter()
        .map(|(key, units)| (&key[1..], units.clone()))
        .collect();
    let second = counted(vec![Dimension::Declared(2)], &second);
    assert!(is_margin(&second, &table, noise()));
    let total = counted(vec![], &[(&[], 0..40)]);
    let deep = |dimensions: usize| {
        let key = vec![Some(0); dimensions];
        counted(
            vec![Dimension::Declared(1); dimensions],
            &[(&key[..], 0..40)],
        )
    };
    assert!(is_margin(&total, &deep(8), noise()));
    assert!(!is_margin(&total, &deep(9), noise()));
    assert!(!is_margin(&deep(2), &total, noise()));
}
