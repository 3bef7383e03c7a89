//! What does not compile: proof types cannot be made, defaulted, read from storage or replaced by what they prove.
//!
//! Only tests of the documentation see this. Each of these programs fails for the error that it names, and differs by
//! one line from a neighbour that compiles, so that it does not fail for another reason.

/// What is said can be read where it was verified.
///
/// ```
/// use placet_core::{approval::Approval, digest::Digest, verify::Verified};
///
/// fn proven(verified: &Verified<Approval>) -> (&Approval, Digest) {
///     (verified.statement(), verified.digest())
/// }
/// ```
///
/// A statement is not made a verified one by writing it down:
///
/// ```compile_fail,E0451
/// use placet_core::{approval::Approval, digest::Digest, key::KeyId, time::Window, verify::Verified};
///
/// fn forged(statement: Approval, digest: Digest, key_id: KeyId, key_window: Window) -> Verified<Approval> {
///     Verified { statement, digest, key_id, key_window }
/// }
/// ```
///
/// nor by changing one:
///
/// ```compile_fail,E0616
/// use placet_core::{approval::Approval, verify::Verified};
///
/// fn changed(verified: &mut Verified<Approval>, other: Approval) {
///     verified.statement = other;
/// }
/// ```
///
/// nor out of nothing, nor out of bytes:
///
/// ```compile_fail,E0277
/// use placet_core::{approval::Approval, verify::Verified};
///
/// fn made<T: Default>() -> T {
///     T::default()
/// }
/// let _ = made::<Verified<Approval>>();
/// ```
///
/// ```compile_fail,E0599
/// use placet_core::{approval::Approval, verify::Verified};
///
/// let _ = Verified::<Approval>::parse(b"{}");
/// ```
///
/// ```compile_fail,E0277
/// use placet_core::{approval::Approval, verify::Verified};
///
/// fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
///     serde_json::from_str(text).unwrap()
/// }
/// let _ = read::<Verified<Approval>>("{}");
/// ```
#[expect(dead_code, reason = "it carries its documentation")]
struct Statements;

/// The payload of an envelope that was only parsed is there under a name that says so.
///
/// ```
/// fn shown(envelope: &placet_core::envelope::Envelope) -> &[u8] {
///     envelope.unverified_payload()
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn shown(envelope: &placet_core::envelope::Envelope) -> &[u8] {
///     &envelope.payload
/// }
/// ```
#[expect(dead_code, reason = "it carries its documentation")]
struct Envelopes;

/// What is shown to an approver is made of verified documents:
///
/// ```
/// use placet_core::{policy::Policy, proposal::Proposal, summary, training::TrainingOutput, verify::Verified};
///
/// fn shown(training: &Verified<TrainingOutput>, proposal: &Verified<Proposal>, policy: &Policy) -> String {
///     summary::text(training, proposal, policy)
/// }
/// ```
///
/// and not of whatever was parsed:
///
/// ```compile_fail,E0308
/// use placet_core::{policy::Policy, proposal::Proposal, summary, training::TrainingOutput, verify::Verified};
///
/// fn shown(training: &TrainingOutput, proposal: &Verified<Proposal>, policy: &Policy) -> String {
///     summary::text(training, proposal, policy)
/// }
/// ```
///
/// A decision and the check of a deployment ask for trust that was verified:
///
/// ```
/// use placet_core::{bundle::Bundle, decide::{Decided, evaluate}, request::Request, state::State, trust::Trust};
///
/// fn decided(bundle: &Bundle, trust: &Trust, state: &State, request: &Request) -> Decided {
///     evaluate(bundle, &trust.verify(), state, request)
/// }
/// ```
///
/// ```compile_fail,E0308
/// use placet_core::{bundle::Bundle, decide::{Decided, evaluate}, request::Request, state::State, trust::Trust};
///
/// fn decided(bundle: &Bundle, trust: &Trust, state: &State, request: &Request) -> Decided {
///     evaluate(bundle, trust, state, request)
/// }
/// ```
///
/// ```
/// use placet_core::{decide::verify_deployment, decision::Decision, envelope::Envelope, policy::TrustPolicy};
///
/// fn deployed(envelope: &Envelope, decision: &Decision, policy: &TrustPolicy) -> bool {
///     verify_deployment(envelope, decision, policy, &Default::default()).is_ok()
/// }
/// ```
///
/// ```compile_fail,E0308
/// use placet_core::{decide::verify_deployment, decision::Decision, envelope::Envelope, policy::Policy};
///
/// fn deployed(envelope: &Envelope, decision: &Decision, policy: &Policy) -> bool {
///     verify_deployment(envelope, decision, policy, &Default::default()).is_ok()
/// }
/// ```
#[expect(dead_code, reason = "it carries its documentation")]
struct Decisions;

/// A chain of policies, a verified list and verified trust come from verification alone.
///
/// ```
/// use placet_core::{digest::Digest, policy::TrustPolicy, trust::Trust};
///
/// fn chain(trust: &Trust, domain: Digest) -> Option<TrustPolicy> {
///     trust.verify().policy(domain).cloned()
/// }
/// ```
///
/// ```compile_fail,E0451
/// use placet_core::policy::{Link, TrustPolicy};
///
/// fn chain(first: Link, later: Vec<Link>) -> TrustPolicy {
///     TrustPolicy { first, later }
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn made<T: Default>() -> T {
///     T::default()
/// }
/// let _ = made::<placet_core::trust::VerifiedTrust>();
/// ```
///
/// ```compile_fail,E0277
/// fn made<T: Default>() -> T {
///     T::default()
/// }
/// let _ = made::<placet_core::revocation_list::VerifiedList>();
/// ```
#[expect(dead_code, reason = "it carries its documentation")]
struct Chains;
