//! Sticky randomness: drawn from a dataset's key and from sets of individuals,
//! so that the same question about the same people gets the same draw, however
//! it is phrased, and averaging repeats gains nothing.

use std::f64::consts::TAU;

use hmac::{Hmac, Mac, digest::KeyInit};
use roaring::RoaringBitmap;
use sha2::Sha256;

use crate::anchors::{PLACES, SetSketch};

/// The identity of a set of individuals: the sum of its members' keys modulo
/// 2¹²⁸. Equal for equal sets; nobody without the dataset's key can aim at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetKey(pub u128);

/// What everything sticky of a dataset is drawn from. It belongs to the
/// dataset, not to a snapshot: a new snapshot must not redraw noise.
pub struct Noise {
    mac: Hmac<Sha256>,
    // Apart, since a set's key and sketch do without the third.
    sets: Vec<u128>,
    places: Vec<u16>,
    sketches: Vec<u128>,
    /// The key and sketch of everybody foreseen.
    everybody: (SetKey, SetSketch),
}

/// What an individual adds to the keys and sketches of the sets it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitKey {
    /// Summed into a [`SetKey`].
    pub set: u128,
    /// Picks places and counters of sketches and seeds what is written there.
    pub sketch: u128,
}

impl UnitKey {
    /// The place in a [`SetSketch`]. Other bits than those that a contribution's
    /// counter hangs on.
    pub(crate) fn place(self) -> u16 {
        ((self.sketch >> 32) % PLACES as u128) as u16
    }
}

impl Noise {
    /// The randomness of a dataset whose individuals have indices below `universe`.
    ///
    /// Cost: one HMAC per individual.
    pub fn new(key: [u8; 32], universe: u32) -> Self {
        // HMAC pads a key to its block with zeros.
        let mut padded = [0; 64];
        for (to, from) in padded.iter_mut().zip(key) {
            *to = from;
        }
        let mut noise = Self {
            mac: KeyInit::new(&padded.into()),
            sets: Vec::new(),
            places: Vec::new(),
            sketches: Vec::new(),
            everybody: (SetKey(0), SetSketch::default()),
        };
        for unit in 0..universe {
            let key = noise.derive(unit);
            noise.sets.push(key.set);
            noise.places.push(key.place());
            noise.sketches.push(key.sketch);
        }
        noise.everybody = noise.added_up(0..universe);
        noise
    }

    /// What an individual adds to keys and sketches.
    pub fn unit(&self, unit: u32) -> UnitKey {
        let position = unit as usize;
        match (self.sets.get(position), self.sketches.get(position)) {
            (Some(&set), Some(&sketch)) => UnitKey { set, sketch },
            _ => self.derive(unit),
        }
    }

    fn derive(&self, unit: u32) -> UnitKey {
        let bytes = self.keyed("rk", &[&unit.to_be_bytes()]);
        let (mut set, mut sketch) = ([0; 16], [0; 16]);
        for (to, from) in set.iter_mut().chain(&mut sketch).zip(bytes) {
            *to = from;
        }
        UnitKey {
            set: u128::from_be_bytes(set),
            sketch: u128::from_be_bytes(sketch),
        }
    }

    /// The key of a set.
    ///
    /// Cost: one step per member, or per individual outside, whichever are fewer.
    pub fn set(&self, set: &RoaringBitmap) -> SetKey {
        self.described(set).0
    }

    /// The key of a set that is listed.
    pub(crate) fn set_of(&self, members: &[u32]) -> SetKey {
        self.added_up(members.iter().copied()).0
    }

    /// The key and the sketch of a set, as [`Noise::set`] has the key.
    pub(crate) fn described(&self, set: &RoaringBitmap) -> (SetKey, SetSketch) {
        let universe = self.sets.len();
        let foreseen = set.max().is_none_or(|last| (last as usize) < universe);
        if !foreseen || set.len() <= universe as u64 / 2 {
            return self.added_up(set.iter());
        }
        let mut others = RoaringBitmap::new();
        others.insert_range(..u32::try_from(universe).unwrap_or(u32::MAX));
        others -= set;
        let (key, sketch) = self.added_up(others.iter());
        let (of_everybody, everybody) = &self.everybody;
        let key = SetKey(of_everybody.0.wrapping_sub(key.0));
        (key, sketch.without(everybody))
    }

    fn added_up(&self, units: impl Iterator<Item = u32>) -> (SetKey, SetSketch) {
        let (mut key, mut sketch) = (0_u128, SetSketch::default());
        for unit in units {
            let position = unit as usize;
            let (set, place) = match (self.sets.get(position), self.places.get(position)) {
                (Some(set), Some(place)) => (*set, *place),
                _ => {
                    let unit = self.derive(unit);
                    (unit.set, unit.place())
                }
            };
            key = key.wrapping_add(set);
            sketch.toggle_place(place);
        }
        (SetKey(key), sketch)
    }

    /// A draw from [0, 1), with 53 bits, that hangs on the key, a label and `parts` alone.
    pub fn uniform(&self, label: &str, parts: &[&[u8]]) -> f64 {
        let [a, b, c, d, e, f, g, h, ..] = self.keyed(label, parts);
        let bits = u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let draw = bits as f64 / (1_u64 << 53) as f64;
        draw
    }

    /// ⌊|N(0, sigma)|⌋, drawn as [`Noise::uniform`] draws.
    pub fn half_normal(&self, label: &str, parts: &[&[u8]], sigma: f64) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small and not negative"
        )]
        let whole = (self.normal(label, parts) * sigma).abs().floor() as u64;
        whole
    }

    /// N(0, 1), drawn as [`Noise::uniform`] draws.
    pub fn normal(&self, label: &str, parts: &[&[u8]]) -> f64 {
        let draw = |half: &[u8]| {
            let parts: Vec<&[u8]> = parts.iter().copied().chain([half]).collect();
            self.uniform(label, &parts)
        };
        // Box and Muller 1958. 1 − u is never zero.
        let radius = (-2.0 * (1.0 - draw(b"radius")).ln()).sqrt();
        radius * (TAU * draw(b"angle")).cos()
    }

    /// 32 bytes that nobody without the key can guess, the same for the same parts.
    pub fn salt(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.keyed("salt", parts)
    }

    /// HMAC-SHA-256 over a label and parts, each with its length, so that no two
    /// lists of parts give the same bytes.
    fn keyed(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for part in [label.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl SetKey {
    /// Its bytes, to draw from.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

#[cfg(test)]
#[path = "noise/tests.rs"]
mod tests;
