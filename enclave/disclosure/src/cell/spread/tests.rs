//! Squared deviations against values worked out by hand.

use super::*;

fn spread(parts: &[(u64, f64, f64)]) -> Deviations {
    let mut spread = Spread::default();
    for &(count, sum, square) in parts {
        spread.add(&Contribution {
            count,
            amount: Amount::Fraction(sum),
            square,
        });
    }
    spread.deviations()
}

fn of_values(values: &[f64]) -> Deviations {
    let parts: Vec<_> = values.iter().map(|x| (1, *x, x * x)).collect();
    spread(&parts)
}

#[test]
fn single_values_deviate_from_their_mean() {
    // Mean 5: 9, 1, 1, 1, 0, 0, 4, 16.
    let deviations = of_values(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
    assert_eq!(deviations.sum, 32.0);
    assert_eq!(deviations.top, [16.0, 9.0]);
}

#[test]
fn an_individuals_rows_deviate_from_each_other_too() {
    // 1, 3 and 5, 7: mean 4, so 9 + 1 and 1 + 9.
    let deviations = spread(&[(2, 4.0, 10.0), (2, 12.0, 74.0)]);
    assert_eq!(deviations.sum, 20.0);
    assert_eq!(deviations.top, [10.0, 10.0]);
}

#[test]
fn integers_deviate_as_fractions_do() {
    let mut spread = Spread::default();
    for value in [1_i128, 2, 6] {
        spread.add(&Contribution {
            count: 1,
            amount: Amount::Integer(value),
            square: (value * value) as f64,
        });
    }
    assert_eq!(spread.deviations().sum, 14.0);
    assert_eq!(spread.deviations().top, [9.0, 4.0]);
}

#[test]
fn a_large_shift_takes_no_digit_away() {
    let near = of_values(&[1.0, 2.0, 3.0, 4.0]);
    let far = of_values(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0, 1e9 + 4.0]);
    assert_eq!(near, far);
}

#[test]
fn equal_values_do_not_deviate_at_all() {
    assert_eq!(of_values(&[0.1; 1000]).sum, 0.0);
    let thrice = (3, 0.1 + 0.1 + 0.1, 3.0 * 0.1 * 0.1);
    assert_eq!(spread(&[thrice; 50]).sum, 0.0);
}

#[test]
fn an_individuals_equal_rows_do_not_deviate_however_many_they_are() {
    for value in [0.1, 0.7, 3.3, 1e9 / 7.0] {
        let (mut sum, mut square) = (0.0, 0.0);
        for count in 1..300 {
            sum += value;
            square += value * value;
            let other = (1, value * 3.0, value * value * 9.0);
            let whole = Part {
                count: f64::from(count),
                sum,
                square,
            };
            assert_eq!(whole.within(), 0.0, "{count} times {value}");
            assert!(spread(&[(count as u64, sum, square), other]).sum > 0.0);
        }
    }
}

#[test]
fn small_values_deviate_as_large_ones_do() {
    let off = 1e-7;
    let (low, high) = (0.1 - off, 0.1 + off);
    let rows = spread(&[(2, low + high, low * low + high * high)]);
    assert!((rows.sum / 2e-14 - 1.0).abs() < 1e-2, "{}", rows.sum);
    let values = of_values(&[1e-8, 3e-8]);
    assert!((values.sum / 2e-16 - 1.0).abs() < 1e-9, "{}", values.sum);
}

#[test]
fn the_two_largest_are_kept_in_order() {
    let mut top = [0.0; 2];
    for value in [3.0, 5.0, 4.0, 4.0, 1.0] {
        keep_largest(&mut top, value);
    }
    assert_eq!(top, [5.0, 4.0]);
    keep_largest(&mut top, 5.0);
    assert_eq!(top, [5.0, 5.0]);
}
