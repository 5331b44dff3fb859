//! Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002) on calls.

use super::{BehaviourError, Call, Difference};
use alloy_primitives::U256;

/// A difference with as few calls as can be, found by leaving out runs of them, each half as long as the last. The constructor stays.
/// What is `over` the time stays as it is: the result always replays.
pub(super) fn shortest(
    mut found: Difference,
    replay: impl Fn(&[Call]) -> Result<Option<Difference>, BehaviourError>,
    over: impl Fn() -> bool,
) -> Result<Difference, BehaviourError> {
    let mut length = found.calls.len() / 2;
    while length > 0 {
        let mut start = 1;
        while start + length <= found.calls.len() && !over() {
            let rest = [&found.calls[..start], &found.calls[start + length..]].concat();
            match replay(&rest)? {
                Some(shorter) => found = shorter,
                None => start += length,
            }
        }
        length /= 2;
    }
    plain(found, replay, over)
}

/// Leaves out Ether and waiting that do not matter.
fn plain(
    mut found: Difference,
    replay: impl Fn(&[Call]) -> Result<Option<Difference>, BehaviourError>,
    over: impl Fn() -> bool,
) -> Result<Difference, BehaviourError> {
    let changes: [fn(&mut Call); 2] = [|call| call.value = U256::ZERO, |call| call.wait = 0];
    for at in 0..found.calls.len() {
        for change in changes {
            let mut calls = found.calls.clone();
            let Some(call) = calls.get_mut(at) else { continue };
            change(call);
            if calls == found.calls || over() {
                continue;
            }
            if let Some(plainer) = replay(&calls)? {
                found = plainer;
            }
        }
    }
    Ok(found)
}
