//! When replies leave, and how long they are: neither may tell more of the data
//! than its order of magnitude.

use std::time::Duration;

use prost::Message as _;
use sekisho_disclosure::Channel;
use sekisho_proto::v1;

/// The shortest reply, in bytes.
const SHORTEST: usize = 4096;

/// What the padding's own field takes beside its bytes, at most.
const FIELD_BYTES: usize = 8;

/// The first tick at or after a visit has taken so long: ticks lie at
/// `tick_ms`, `tick_ms · factor`, `tick_ms · factor²` …
pub(crate) fn after(taken: Duration, channel: &Channel) -> Duration {
    let factor = channel.factor.max(2);
    let mut tick = Duration::from_millis(channel.tick_ms.max(1));
    while tick < taken {
        tick = tick.saturating_mul(factor);
    }
    tick
}

/// Fills a reply up to the next power of two.
pub(crate) fn pad(messages: &mut [v1::QueryResponse]) {
    let length: usize = messages.iter().map(v1::QueryResponse::encoded_len).sum();
    let full = (length + FIELD_BYTES).next_power_of_two().max(SHORTEST);
    let release = messages
        .last_mut()
        .and_then(|message| match &mut message.part {
            Some(v1::query_response::Part::Release(release)) => Some(release),
            _ => None,
        });
    if let Some(release) = release {
        release.padding = vec![0; full - length - FIELD_BYTES];
    }
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
    }

    #[test]
    fn replies_are_of_few_lengths() {
        let reply = |bytes: usize| {
            let mut messages = vec![
                v1::QueryResponse {
                    part: Some(v1::query_response::Part::ArrowIpc(vec![1; bytes])),
                },
                v1::QueryResponse {
                    part: Some(v1::query_response::Part::Release(v1::Release::default())),
                },
            ];
            pad(&mut messages);
            messages
                .iter()
                .map(v1::QueryResponse::encoded_len)
                .sum::<usize>()
        };
        let near = |length: usize, full: usize| full - length <= 2 * FIELD_BYTES;
        for bytes in 0..4_000 {
            assert!(
                near(reply(bytes), 4_096) && reply(bytes) <= 4_096,
                "{bytes}"
            );
        }
        assert!(near(reply(4_096), 8_192), "{}", reply(4_096));
        assert!(near(reply(60_000), 65_536));
    }
}
