//! Sticky randomness: drawn from a dataset's key and from sets of individuals,
//! so that the same question about the same people gets the same draw, however
//! it is phrased, and averaging repeats gains nothing.

use std::f64::consts::TAU;

use hmac::{Hmac, Mac, digest::KeyInit};
use roaring::RoaringBitmap;
use sha2::Sha256;

/// The identity of a set of individuals: the sum of its members' keys modulo
/// 2¹²⁸. Equal for equal sets; nobody without the dataset's key can aim at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetKey(pub u128);

/// What everything sticky of a dataset is drawn from. It belongs to the
/// dataset, not to a snapshot: a new snapshot must not redraw noise.
pub struct Noise {
    mac: Hmac<Sha256>,
    units: Vec<UnitKey>,
}

/// What an individual adds to the keys and sketches of the sets it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitKey {
    /// Summed into a [`SetKey`].
    pub set: u128,
    /// Picks counters of sketches and seeds what is written there.
    pub sketch: u128,
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
            units: Vec::new(),
        };
        noise.units = (0..universe).map(|unit| noise.derive(unit)).collect();
        noise
    }

    /// What an individual adds to keys and sketches.
    pub fn unit(&self, unit: u32) -> UnitKey {
        match self.units.get(unit as usize) {
            Some(key) => *key,
            None => self.derive(unit),
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
    pub fn set(&self, set: &RoaringBitmap) -> SetKey {
        let sum = |sum: u128, unit| sum.wrapping_add(self.unit(unit).set);
        SetKey(set.iter().fold(0, sum))
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
        let draw = |half: &[u8]| {
            let parts: Vec<&[u8]> = parts.iter().copied().chain([half]).collect();
            self.uniform(label, &parts)
        };
        // Box and Muller 1958. 1 − u is never zero.
        let radius = (-2.0 * (1.0 - draw(b"radius")).ln()).sqrt();
        let normal = radius * (TAU * draw(b"angle")).cos();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small and not negative"
        )]
        let whole = (normal * sigma).abs().floor() as u64;
        whole
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
