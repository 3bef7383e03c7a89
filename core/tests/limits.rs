//! Where the size of a whole document stops it: at its limit not yet, one byte beyond.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_core::{
    bundle::Bundle, code::Code, limits, policy::Policy, proposal::Proposal, request::Request,
    revocation::KeyRevocation, revocation_list::RevocationList, state::State, statement::Statement as _,
    trust::Trust,
};

#[test]
fn a_document_of_one_byte_too_many() {
    for (limit, parse) in [
        (limits::BUNDLE, (|bytes| Bundle::parse(bytes).unwrap_err().code()) as fn(&[u8]) -> Code),
        (limits::TRUST, |bytes| Trust::parse(bytes).unwrap_err().code()),
        (limits::STATE, |bytes| State::parse(bytes).unwrap_err().code()),
        (limits::TEXT, |bytes| Request::parse(bytes).unwrap_err().code()),
        (limits::PAYLOAD, |bytes| Policy::parse(bytes).unwrap_err().code()),
        (limits::PAYLOAD, |bytes| KeyRevocation::parse(bytes).unwrap_err().code()),
        (limits::PAYLOAD, |bytes| Proposal::parse(bytes).unwrap_err().code()),
        (limits::LARGE_PAYLOAD, |bytes| RevocationList::parse(bytes).unwrap_err().code()),
    ] {
        let bytes = vec![b'x'; limit + 1];
        assert_eq!(parse(&bytes), Code::TooLarge, "{limit}");
        assert_eq!(parse(&bytes[1..]), Code::JsonSyntax, "{limit}");
    }
}
