//! What is sticky stays, and draws are distributed as they should be.

use super::*;

fn noise() -> Noise {
    Noise::new([7; 32], 100)
}

#[test]
fn equal_sets_have_equal_keys_and_others_other_ones() {
    let noise = noise();
    let set: RoaringBitmap = (10..40).collect();
    let mut again: RoaringBitmap = (10..50).collect();
    assert_ne!(noise.set(&set), noise.set(&again));
    again.remove_range(40..);
    assert_eq!(noise.set(&set), noise.set(&again));
    let other = Noise::new([8; 32], 100);
    assert_ne!(noise.set(&set), other.set(&set));
}

#[test]
fn who_was_not_foreseen_has_the_same_key_as_if_he_had_been() {
    assert_eq!(noise().unit(99), Noise::new([7; 32], 0).unit(99));
}

#[test]
fn a_set_has_the_same_key_and_sketch_however_they_are_added_up() {
    // By its members, by those outside, and by members of whom some are not foreseen.
    let worlds = [100, 150, 80, 1_000].map(|universe| Noise::new([7; 32], universe));
    for step in [1, 2, 3] {
        let set: RoaringBitmap = (0..100).filter(|unit| unit % step == 0).collect();
        let [first, others @ ..] = worlds.each_ref().map(|noise| noise.described(&set));
        for other in others {
            assert_eq!(other, first, "{step}");
        }
    }
    let (key, sketch) = noise().described(&RoaringBitmap::new());
    assert_eq!((key, sketch), (SetKey(0), SetSketch::default()));
}

#[test]
fn draws_hang_on_every_part_and_on_how_they_are_cut() {
    let noise = noise();
    let draw = |label: &str, parts: &[&[u8]]| noise.uniform(label, parts);
    assert_eq!(draw("a", &[b"bc"]), draw("a", &[b"bc"]));
    assert_ne!(draw("a", &[b"bc"]), draw("a", &[b"b", b"c"]));
    assert_ne!(draw("a", &[b"bc"]), draw("ab", &[b"c"]));
}

/// |N(0, 1)| is below 1 with probability 0.6827 and below 2 with 0.9545.
#[test]
fn half_normal_draws_are_distributed_as_they_should() {
    let noise = noise();
    let draws: Vec<u64> = (0..20_000_u32)
        .map(|trial| noise.half_normal("test", &[&trial.to_be_bytes()], 1.0))
        .collect();
    let share = |below: u64| draws.iter().filter(|draw| **draw < below).count() as f64 / 20_000.0;
    assert!((share(1) - 0.6827).abs() < 0.015, "{}", share(1));
    assert!((share(2) - 0.9545).abs() < 0.007, "{}", share(2));
    assert!((share(3) - 0.9973).abs() < 0.002, "{}", share(3));
}

/// A draw that came out otherwise would be a second one of the same.
#[test]
fn a_half_normal_draw_is_that_of_its_two_uniform_ones() {
    let noise = noise();
    for trial in 0..200_u32 {
        let part = trial.to_be_bytes();
        let radius = noise.uniform("test", &[&part, b"radius"]);
        let angle = noise.uniform("test", &[&part, b"angle"]);
        let normal = (-2.0 * (1.0 - radius).ln()).sqrt() * (angle * TAU).cos();
        for sigma in [1.0, 2.0, 50.0] {
            let drawn = noise.half_normal("test", &[&part], sigma);
            assert_eq!(drawn, (normal * sigma).abs() as u64);
        }
    }
}
