//! Answers and reasons of a preflight, as numbers and in words.

use core::ffi::c_char;

use migcore::compat::preflight::{Answer, Reason};

/// It loads, as far as items, types and versions tell. What hooks refuse is not known before.
pub const MIGCORE_ANSWER_LOADS: u32 = 0;
/// It loads, and what was found is lost.
pub const MIGCORE_ANSWER_LOSSES: u32 = 1;
/// It is refused.
pub const MIGCORE_ANSWER_REFUSED: u32 = 2;
/// That depends on what is not known here.
pub const MIGCORE_ANSWER_CANNOT_TELL: u32 = 3;

const ANSWERS: [(u32, Answer); 4] = [
    (MIGCORE_ANSWER_LOADS, Answer::Loads),
    (MIGCORE_ANSWER_LOSSES, Answer::Losses),
    (MIGCORE_ANSWER_REFUSED, Answer::Refused),
    (MIGCORE_ANSWER_CANNOT_TELL, Answer::CannotTell),
];

/// The worse of two answers, to come from findings to an answer of one's own: MIGCORE_ANSWER_REFUSED is worse than
/// MIGCORE_ANSWER_CANNOT_TELL, that than MIGCORE_ANSWER_LOSSES, and that than MIGCORE_ANSWER_LOADS. The numbers are not in
/// this order. A number that is no answer counts as MIGCORE_ANSWER_REFUSED.
#[no_mangle]
pub extern "C" fn migcore_answer_worse(a: u32, b: u32) -> u32 {
    let worse =
        answer_of(a).unwrap_or(Answer::Refused).and(answer_of(b).unwrap_or(Answer::Refused));
    worse.number().into()
}

/// An answer in a few words: `loads`, `loads with losses`, `refused`, `cannot tell`; `unknown answer` for a number that
/// is none.
#[no_mangle]
pub extern "C" fn migcore_answer_text(answer: u32) -> *const c_char {
    answer_of(answer).map_or(c"unknown answer", Answer::c_text).as_ptr()
}

fn answer_of(number: u32) -> Option<Answer> {
    ANSWERS.iter().find(|(other, _)| *other == number).map(|(_, answer)| *answer)
}

/// The constants of reasons, each of which is the number of one; that there are all of them is checked.
macro_rules! reasons {
    ($($(#[doc = $text:literal])+ $name:ident = $number:literal, $reason:ident;)*) => {
        $($(#[doc = $text])+ pub const $name: u32 = $number;)*

        const _: () = {
            $(assert!(Reason::$reason.number() == $number);)*
            assert!([$($number),*].len() == Reason::ALL.len());
        };
    };
}

reasons! {
    /// The receiver does not have this device.
    MIGCORE_REASON_UNKNOWN_DEVICE = 1, UnknownDevice;
    /// The receiver needs this device, and the state does not have it.
    MIGCORE_REASON_MISSING_DEVICE = 2, MissingDevice;
    /// The state has this device twice.
    MIGCORE_REASON_REPEATED_DEVICE = 3, RepeatedDevice;
    /// The state is of a newer version than the receiver loads.
    MIGCORE_REASON_TOO_NEW = 4, TooNew;
    /// The state is of an older version than the receiver loads.
    MIGCORE_REASON_TOO_OLD = 5, TooOld;
    /// The receiver does not know this item.
    MIGCORE_REASON_UNKNOWN_ITEM = 6, UnknownItem;
    /// The receiver does not know this subsection.
    MIGCORE_REASON_UNKNOWN_SUBSECTION = 7, UnknownSubsection;
    /// The receiver needs this item, and the state does not have it.
    MIGCORE_REASON_MISSING_ITEM = 8, MissingItem;
    /// The item is of a type that the receiver cannot take.
    MIGCORE_REASON_WRONG_TYPE = 9, WrongType;
    /// The receiver takes another number of elements or bytes.
    MIGCORE_REASON_WRONG_COUNT = 10, WrongCount;
    /// The value must be another one.
    MIGCORE_REASON_VALUE_DIFFERS = 11, ValueDiffers;
    /// What the receiver does not know is marked as what may be skipped: it is lost there.
    MIGCORE_REASON_SKIPPED = 12, Skipped;
    /// A transform loses this.
    MIGCORE_REASON_LOST = 13, Lost;
    /// A transform would lose this, and the policy does not allow it.
    MIGCORE_REASON_LOSS_REFUSED = 14, LossRefused;
    /// There is no route between the versions.
    MIGCORE_REASON_NO_ROUTE = 15, NoRoute;
    /// A transform fails.
    MIGCORE_REASON_STEP_FAILED = 16, StepFailed;
    /// The receiver lacks a capability.
    MIGCORE_REASON_CAPABILITY = 17, Capability;
    /// Nothing is known of the state that the device accepts.
    MIGCORE_REASON_NO_SHAPE = 18, NoShape;
    /// The shape that is known is of another version.
    MIGCORE_REASON_OTHER_VERSION = 19, OtherVersion;
    /// Bytes whose inside nobody describes.
    MIGCORE_REASON_OPAQUE = 20, Opaque;
    /// It is not known whether there is room for so many.
    MIGCORE_REASON_ROOM = 21, Room;
    /// The receiver does not have it now, so what it takes inside is not known.
    MIGCORE_REASON_NOT_THERE = 22, NotThere;
    /// The receiver has a route from this version, whose outcome is not known here.
    MIGCORE_REASON_RECEIVER_CONVERTS = 23, ReceiverConverts;
    /// The manifest or the state is too much to be compared.
    MIGCORE_REASON_TOO_MUCH_WORK = 24, TooMuchWork;
    /// The receiver wants another wire.
    MIGCORE_REASON_WIRE = 25, Wire;
    /// Several items have this name, and not as many on both sides: which of them the receiver takes is not known.
    MIGCORE_REASON_REPEATED_ITEM = 26, RepeatedItem;
    /// The value must be the receiver's own, which is not known.
    MIGCORE_REASON_VALUE_UNKNOWN = 27, ValueUnknown;
    /// It stands where the receiver reads something else: the wire has no names.
    MIGCORE_REASON_ORDER = 28, Order;
}

/// What a reason is, in a few words; `unknown reason` for a number that is none.
#[no_mangle]
pub extern "C" fn migcore_reason_text(reason: u32) -> *const c_char {
    reason_of(reason).map_or(c"unknown reason", Reason::c_text).as_ptr()
}

/// What would help against a reason; empty for a number that is none.
#[no_mangle]
pub extern "C" fn migcore_reason_help(reason: u32) -> *const c_char {
    reason_of(reason).map_or(c"", Reason::c_help).as_ptr()
}

fn reason_of(reason: u32) -> Option<Reason> {
    Reason::from_number(u16::try_from(reason).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_the_numbers_of_the_core() {
        for (number, answer) in ANSWERS {
            assert_eq!(number, u32::from(answer.number()));
        }
    }
}
