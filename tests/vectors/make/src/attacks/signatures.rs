//! Ed25519 at its edges, where verifiers disagree (Chalkias, Garillot and Nikolaenko, "Taming the many `EdDSA`s").

use curve25519_dalek::{
    EdwardsPoint, Scalar,
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    scalar::clamp_integer,
};
use placet_core::{code::Code, digest::Digest, envelope::Envelope, key::Signer as _};
use placet_testkit::{Key, Organisation};
use serde_json::json;
use sha2::{Digest as _, Sha512};

use crate::{
    bytes::{Bytes, hex},
    policies::pinned,
    scene::{Scene, Story, altered, edited},
    vector::File,
};

/// The order of the base point, little-endian (RFC 8032 §5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn file() -> File {
    let mut file = File::new("22-ed25519.json");
    keys(&mut file);
    signatures(&mut file);
    file
}

fn keys(file: &mut File) {
    let policy = Organisation::new().policy_envelope();
    let chandra = Key::of("chandra.iyer").public_key().to_hex();
    let with_key = |key: &str| pinned(&edited(&policy, &chandra, key));
    for (index, point) in EIGHT_TORSION.iter().enumerate() {
        let comment = "Under a key of small order every message has a valid signature.";
        let key = hex(point.compress().as_bytes());
        file.deny_policy(
            &format!("a key of small order, {index} of 8"),
            comment,
            &with_key(&key),
            Code::SmallOrderKey,
        );
    }
    for (name, key) in [
        ("the identity with its sign set", format!("01{}80", "00".repeat(30))),
        ("the identity as p + 1", format!("ee{}7f", "ff".repeat(30))),
        ("zero as p", format!("ed{}7f", "ff".repeat(30))),
        ("zero as p with its sign set", format!("ed{}ff", "ff".repeat(30))),
    ] {
        file.deny_policy(&format!("a key of small order, {name}"), "", &with_key(&key), Code::SmallOrderKey);
    }
    for (name, key) in [
        ("a point of large order as p + 3", format!("f0{}7f", "ff".repeat(30))),
        ("no point", format!("02{}00", "00".repeat(30))),
        ("31 bytes", chandra[2..].to_owned()),
        ("33 bytes", format!("{chandra}00")),
        ("no bytes", String::new()),
        ("base64", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".into()),
        ("a DER header", format!("302a300506032b6570032100{chandra}")),
        ("0x before it", format!("0x{}", &chandra[2..])),
    ] {
        file.deny_policy(&format!("a key that is {name}"), "", &with_key(&key), Code::InvalidPublicKey);
    }
}

/// The secret scalar of a key.
fn scalar(name: &str) -> Scalar {
    let hash = Sha512::digest(Key::of(name).seed());
    Scalar::from_bytes_mod_order(clamp_integer(hash[..32].try_into().unwrap()))
}

/// `R` and `S` of a signature with this nonce, residue added to `R`, under this key.
fn sign(
    secret: Scalar,
    nonce: Scalar,
    residue: EdwardsPoint,
    key: &[u8; 32],
    message: &[u8],
) -> ([u8; 32], Scalar, Scalar) {
    let point = (ED25519_BASEPOINT_POINT * nonce + residue).compress().to_bytes();
    let hash = Sha512::new().chain_update(point).chain_update(key).chain_update(message).finalize();
    let challenge = Scalar::from_bytes_mod_order_wide(&hash.into());
    (point, nonce + challenge * secret, challenge)
}

fn signatures(file: &mut File) {
    let story = Story::of(Organisation::new());
    let approval = story.approval("chandra.iyer", |_| {});
    let message = approval.pre_authentication_encoding();
    let key = *Key::of("chandra.iyer").public_key().as_bytes();
    let secret = scalar("chandra.iyer");
    let nonce = Scalar::from_bytes_mod_order(*Digest::of(b"nonce").as_bytes());
    let plain = EdwardsPoint::default();
    let scene = |approval: &Envelope, signature: &[u8]| -> Scene {
        let base64 = String::from_utf8(Bytes::base64(Bytes::raw(signature)).to_vec()).unwrap();
        let changed = altered(approval, |json| json["signatures"][0]["sig"] = json!(base64));
        story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(changed))
    };
    let invalid = [Code::ThresholdNotMet, Code::SignatureInvalid];

    let (point, response, _) = sign(secret, nonce, plain, &key, &message);
    let good = [point, response.to_bytes()].concat();
    file.permit(
        "a signature of another nonce",
        "For comparison: any nonce will do.",
        &scene(&approval, &good),
        &[],
    );
    let mut carry = 0_u16;
    let above: Vec<u8> = response
        .to_bytes()
        .iter()
        .zip(ORDER)
        .map(|(byte, order)| {
            carry = (carry >> 8) + u16::from(*byte) + u16::from(order);
            carry.to_le_bytes()[0]
        })
        .collect();
    let comment = "The same signature in other bytes: whoever counts bytes counts twice.";
    file.deny(
        "S and the group's order",
        comment,
        &scene(&approval, &[&point[..], &above].concat()),
        &invalid,
    );
    let mut high = good.clone();
    high[63] |= 0x20;
    file.deny("S with a bit above the order", "", &scene(&approval, &high), &invalid);
    file.deny("S of all ones", "", &scene(&approval, &[&point[..], &[0xff; 32]].concat()), &invalid);
    file.deny("S of zero", "", &scene(&approval, &[&point[..], &[0; 32]].concat()), &invalid);

    for (index, torsion) in EIGHT_TORSION.iter().enumerate() {
        let (point, response, _) = sign(secret, Scalar::ZERO, *torsion, &key, &message);
        let comment = "S is right for it, so that a verifier who multiplies by the cofactor accepts.";
        let name = format!("R of small order, {index} of 8");
        file.deny(&name, comment, &scene(&approval, &[point, response.to_bytes()].concat()), &invalid);
    }
    let (point, response, _) = sign(secret, nonce, EIGHT_TORSION[1], &key, &message);
    let comment = "Good to whoever multiplies by the cofactor, bad to whoever does not.";
    file.deny(
        "R with a residue of small order",
        comment,
        &scene(&approval, &[point, response.to_bytes()].concat()),
        &invalid,
    );
    let identity = [&[0xee][..], &[0xff; 30], &[0x7f]].concat();
    let hash = Sha512::new().chain_update(&identity).chain_update(key).chain_update(&message).finalize();
    let response = Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
    file.deny(
        "R in an encoding that is not canonical",
        "",
        &scene(&approval, &[&identity, &response.to_bytes()[..]].concat()),
        &invalid,
    );
    mixed_key(file);
    let hashed = Key::of("chandra.iyer").sign(&Sha512::digest(&message));
    file.deny(
        "a signature of the message's hash",
        "Ed25519ph is another algorithm.",
        &scene(&approval, &hashed),
        &invalid,
    );
    let bare = Key::of("chandra.iyer").sign(approval.unverified_payload());
    file.deny(
        "a signature of the bare payload",
        "Without its type it could be that of another document.",
        &scene(&approval, &bare),
        &invalid,
    );
}

/// A key with a residue of small order is a key; what it signs must still verify without the cofactor.
fn mixed_key(file: &mut File) {
    let secret = scalar("chandra.iyer");
    let key = (ED25519_BASEPOINT_POINT * secret + EIGHT_TORSION[1]).compress().to_bytes();
    let public = placet_core::key::PublicKey::from_bytes(&key).unwrap();
    let org = Organisation::new().with(|policy| {
        let member = policy.principals.get_mut("chandra.iyer").unwrap();
        member.keys[0].public = public.clone();
    });
    let story = Story::of(org);
    let approval = story.approval("chandra.iyer", |_| {});
    let message = approval.pre_authentication_encoding();
    // Seven of eight nonces leave a residue that only the cofactor takes away.
    let signed = |wanted: bool| {
        (0_u8..=255).find_map(|number| {
            let nonce = Scalar::from_bytes_mod_order(*Digest::of(&[number]).as_bytes());
            let (point, response, challenge) = sign(secret, nonce, EdwardsPoint::default(), &key, &message);
            let vanishes = challenge.to_bytes()[0] % 8 == 0;
            (vanishes == wanted).then(|| [point, response.to_bytes()].concat())
        })
    };
    let scene = |signature: &[u8]| {
        let base64 = String::from_utf8(Bytes::base64(Bytes::raw(signature)).to_vec()).unwrap();
        let changed = altered(&approval, |json| {
            json["signatures"][0] = json!({"keyid": public.key_id().to_string(), "sig": base64});
        });
        story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(changed))
    };
    let residue = signed(false).unwrap();
    file.deny(
        "a key with a residue of small order",
        "The equation holds only after multiplying by the cofactor.",
        &scene(&residue),
        &[Code::ThresholdNotMet, Code::SignatureInvalid],
    );
    let clean = signed(true).unwrap();
    file.permit(
        "a key with a residue that the challenge takes away",
        "The equation holds as it stands, as `verify_strict` asks.",
        &scene(&clean),
        &[],
    );
}
