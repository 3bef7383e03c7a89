//! The bytes that an approver signs, and what must hold before and after.
//!
//! Guards the step between reading and signing: the time is frozen when the step opens, every edit makes new bytes that
//! are shown again, and a signature leaves the page only after the strict verifier has accepted it under the policy.

use placet_core::{
    approval::{Approval, Verdict},
    digest::Digest,
    envelope::Envelope,
    error::VerifyError,
    key::Signer,
    name::{Principal, Role},
    statement::IN_TOTO,
    time::Timestamp,
    verify::Verified,
};

use super::{knowledge::Knowledge, review::Review};

/// What is about to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The statement.
    pub approval: Approval,
    /// Its exact bytes.
    pub payload: Vec<u8>,
}

impl Draft {
    /// An approval of what `review` shows, signed at a moment that does not move any more.
    #[must_use]
    pub fn approve(
        review: &Review,
        me: &Principal,
        role: &Role,
        comment: &str,
        signed_at: Timestamp,
    ) -> Self {
        Self::say(Verdict::Approve, review, me, role, comment, signed_at)
    }

    /// A verdict on what `review` shows, signed at a moment that does not move any more.
    #[must_use]
    pub fn say(
        verdict: Verdict,
        review: &Review,
        me: &Principal,
        role: &Role,
        comment: &str,
        signed_at: Timestamp,
    ) -> Self {
        let proposal = review.proposal.statement();
        let approval = Approval {
            domain: proposal.domain,
            subject: proposal.subject.clone(),
            proposal: review.proposal.digest(),
            verdict,
            approver: me.clone(),
            role: role.clone(),
            summary: review.reference.clone(),
            comment: comment.to_owned(),
            signed_at,
        };
        Self { payload: approval.to_payload(), approval }
    }

    /// The digest of the bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.payload)
    }

    /// Signs the bytes.
    #[must_use]
    pub fn sign(&self, key: &impl Signer) -> Envelope {
        Envelope::sign(IN_TOTO, self.payload.clone(), key)
    }
}

/// Verifies a signature just made as anybody else will, and that it covers the bytes that were shown.
///
/// # Errors
///
/// [`VerifyError`] where the policy would not count it.
pub fn check(
    draft: &Draft,
    envelope: &Envelope,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Result<Verified<Approval>, Unsigned> {
    let chain = knowledge.chain().ok_or(Unsigned::NoPolicy)?;
    let parsed = Envelope::parse(envelope.to_json().as_bytes()).map_err(|_| Unsigned::OtherBytes)?;
    if parsed.unverified_payload() != draft.payload || parsed.signature_count() != 1 {
        return Err(Unsigned::OtherBytes);
    }
    chain.verify(&parsed, now, &knowledge.revoked_keys()).map_err(Unsigned::NotVerified)
}

/// Why a signature was thrown away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsigned {
    /// No policy is verified.
    NoPolicy,
    /// What was signed is not what was shown.
    OtherBytes,
    /// The signature does not count under the policy.
    NotVerified(VerifyError),
}

impl Unsigned {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPolicy => "policy_missing",
            Self::OtherBytes => "other_bytes",
            Self::NotVerified(error) => error.code().as_str(),
        }
    }

    /// What is so, for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::NoPolicy => "No policy is verified in this browser.".into(),
            Self::OtherBytes => {
                "What was signed is not what was shown. The signature was thrown away.".into()
            }
            Self::NotVerified(error) => format!("The signature does not count: {error}. It was thrown away."),
        }
    }
}

/// JSON as people read it: the same tokens with line breaks and spaces between them.
///
/// Only for showing, next to the digest of the exact bytes. What hides or turns text is written as an escape.
#[must_use]
pub fn pretty(json: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(json);
    let (mut lines, mut line, mut depth, mut quoted, mut escaped) =
        (Vec::new(), String::new(), 0, false, false);
    let mut wrap = |line: &mut String, depth: usize| {
        lines.push(placet_core::summary::escape(line).replace("\\\\", "\\"));
        *line = "  ".repeat(depth);
    };
    for c in text.chars() {
        if quoted {
            line.push(c);
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => {
                line.push(c);
                depth += 1;
                wrap(&mut line, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                wrap(&mut line, depth);
                line.push(c);
            }
            ',' => {
                line.push(c);
                wrap(&mut line, depth);
            }
            ':' => line.push_str(": "),
            '"' => {
                line.push(c);
                quoted = true;
            }
            c if c.is_ascii_whitespace() => {}
            c => line.push(c),
        }
    }
    wrap(&mut line, 0);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::{code::Code, state::State};
    use placet_testkit::{Key, NOW, Organisation, name_of, time};

    fn setup() -> (Organisation, Knowledge, Review) {
        let org = Organisation::new();
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let review = Review::of(org.bundle(&training, &proposal, &[]), &knowledge, time(NOW)).unwrap();
        (org, knowledge, review)
    }

    fn draft(review: &Review, name: &str, role: &str, comment: &str) -> Draft {
        Draft::approve(review, &name_of(name), &name_of(role), comment, time(NOW))
    }

    #[test]
    fn every_edit_changes_the_bytes() {
        let (_, _, review) = setup();
        let first = draft(&review, "chandra.iyer", "safety", "");
        assert_ne!(first.digest(), draft(&review, "chandra.iyer", "safety", "checked").digest());
        let later = Draft::approve(
            &review,
            &name_of("chandra.iyer"),
            &name_of("safety"),
            "",
            time("2026-11-22T14:05:01Z"),
        );
        assert_ne!(first.digest(), later.digest());
    }

    #[test]
    fn a_signature_by_the_named_approver_counts() {
        let (_, knowledge, review) = setup();
        let draft = draft(&review, "chandra.iyer", "safety", "fine");
        let envelope = draft.sign(&Key::of("chandra.iyer"));
        let verified = check(&draft, &envelope, &knowledge, time(NOW)).unwrap();
        assert_eq!(verified.statement().comment, "fine");
        let after = review.with(envelope, &knowledge, time(NOW)).unwrap();
        assert!(after.places[0].decided.decision.approvals[0].counted);
    }

    #[test]
    fn a_signature_over_other_bytes_is_thrown_away() {
        let (_, knowledge, review) = setup();
        let shown = draft(&review, "chandra.iyer", "safety", "");
        let signed = draft(&review, "chandra.iyer", "safety", "swapped").sign(&Key::of("chandra.iyer"));
        assert_eq!(check(&shown, &signed, &knowledge, time(NOW)), Err(Unsigned::OtherBytes));
    }

    #[test]
    fn a_signature_by_another_key_is_thrown_away() {
        let (_, knowledge, review) = setup();
        let draft = draft(&review, "chandra.iyer", "safety", "");
        let error = check(&draft, &draft.sign(&Key::of("alice.ng")), &knowledge, time(NOW)).unwrap_err();
        assert_eq!(error.code(), Code::SignerMismatch.as_str());
    }

    #[test]
    fn the_shown_bytes_are_the_signed_ones_with_white_space() {
        let (_, _, review) = setup();
        let draft = draft(&review, "chandra.iyer", "safety", r#"a "quoted" {comment}, with: all"#);
        let shown: String = pretty(&draft.payload).iter().map(|line| line.trim_start()).collect();
        let shown = shown.replace("\": ", "\":");
        assert_eq!(shown.as_bytes(), draft.payload);
    }

    #[test]
    fn a_comment_cannot_turn_the_shown_bytes_around() {
        let (_, _, review) = setup();
        let draft = draft(&review, "chandra.iyer", "safety", "safe\u{202e}evorppa ton od");
        assert!(pretty(&draft.payload).iter().any(|line| line.contains("\\u{202e}")));
    }
}
