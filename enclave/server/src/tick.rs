//! When replies leave, and how long they are: neither may tell more of the data
//! than its order of magnitude.

use std::time::Duration;

use prost::Message as _;
use sekisho_disclosure::Channel;
use sekisho_proto::v1;

/// The shortest reply, in bytes.
const SHORTEST: usize = 4096;

/// The most that a reply is filled up by, in bytes.
const MOST_PADDING: usize = 256 * 1024;

/// What the padding's own field takes beside its bytes, at most.
const FIELD_BYTES: usize = 8;

/// The first tick at or after a visit has taken so long: ticks lie at
/// `tick_ms`, `tick_ms · factor`, `tick_ms · factor²` … Without ticks it leaves at once.
pub(crate) fn after(taken: Duration, channel: &Channel) -> Duration {
    if channel.tick_ms == 0 {
        return taken;
    }
    let factor = channel.factor.max(2);
    let mut tick = Duration::from_millis(channel.tick_ms);
    while tick < taken {
        tick = tick.saturating_mul(factor);
    }
    tick
}

/// The end of a reply that has sent so many bytes, filled up to the next power of
/// two, or to a multiple of the longest padding.
pub(crate) fn padded(mut release: v1::Release, sent: usize) -> v1::Release {
    let length = sent + release.encoded_len() + FIELD_BYTES;
    let full = length.next_power_of_two().max(SHORTEST);
    let full = full.min(length.next_multiple_of(MOST_PADDING));
    release.padding = vec![0; full - length];
    release
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(tick_ms: u64, factor: u32) -> Channel {
        Channel { tick_ms, factor }
    }

    #[test]
    fn a_reply_waits_for_the_next_tick_and_no_longer() {
        let after = |ms: u64, channel: &Channel| {
            super::after(Duration::from_millis(ms), channel).as_millis()
        };
        let every = channel(10, 2);
        let ticks: Vec<u128> = [0, 1, 10, 11, 20, 21, 40, 79, 81]
            .map(|ms| after(ms, &every))
            .into();
        assert_eq!(ticks, [10, 10, 10, 20, 20, 40, 40, 80, 160]);
        assert_eq!(after(101, &channel(100, 4)), 400);
        assert_eq!(after(3, &channel(1, 1)), 4);
        assert_eq!(after(37, &channel(0, 2)), 37);
    }

    #[test]
    fn replies_are_of_few_lengths() {
        let reply = |bytes: usize| bytes + padded(v1::Release::default(), bytes).encoded_len();
        let near = |length: usize, full: usize| full - length <= 2 * FIELD_BYTES;
        for bytes in 0..4_000 {
            assert!(
                near(reply(bytes), 4_096) && reply(bytes) <= 4_096,
                "{bytes}"
            );
        }
        assert!(near(reply(4_096), 8_192), "{}", reply(4_096));
        assert!(near(reply(60_000), 65_536));
        // Longer ones are filled up by less than they are long.
        assert!(near(reply(5 << 20), (5 << 20) + (256 << 10)));
        assert!(near(reply((5 << 20) + 1), (5 << 20) + (256 << 10)));
    }
}
