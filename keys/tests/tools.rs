//! Round trips through the tools themselves: `openssl`, `ssh-keygen` and `node` have to be installed.
//!
//! Ed25519 signatures are deterministic, so an equal signature proves an equal secret key.
#![cfg(unix)]

use placet_keys::{FreshBytes, SecretKey, jwk, open, openssh, pkcs8};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Output},
};
use zeroize::Zeroizing;

const PASSPHRASE: &str = "test-only: pass phräse";
const MESSAGE: &[u8] = b"signed by both sides";

/// A directory that is removed when the test is over.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("placet-keys-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("message"), MESSAGE).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        // `ssh-keygen` refuses a file that others can read.
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    fn try_run(&self, tool: &str, arguments: &[&str]) -> Output {
        Command::new(tool)
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap_or_else(|error| panic!("{tool} has to be installed for this test: {error}"))
    }

    fn run(&self, tool: &str, arguments: &[&str]) -> Vec<u8> {
        let output = self.try_run(tool, arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{tool} {arguments:?}: {message}");
        output.stdout
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key() -> SecretKey {
    SecretKey::from_seed(Zeroizing::new(*b"placet test-only seed, no secret")).unwrap()
}

fn fresh() -> FreshBytes {
    FreshBytes::new(core::array::from_fn(|index| u8::try_from(3 * index).unwrap()))
}

/// Signs with what `node` reads from `key`, a JavaScript expression.
fn node_signature(directory: &Directory, key: &str) -> Vec<u8> {
    let script = format!(
        "const c=require('crypto'),fs=require('fs'),read=f=>fs.readFileSync(f,'utf8');
         process.stdout.write(c.sign(null,fs.readFileSync('message'),c.createPrivateKey({key})))"
    );
    directory.run("node", &["-e", &script])
}

#[test]
fn openssl_and_node_cannot_read_our_pkcs8() {
    let directory = Directory::new("pkcs8-out");
    let key = key();
    directory.write("plain", &pkcs8::write(&key).unwrap());
    for (name, derivation) in [("scrypt", pkcs8::Derivation::Scrypt), ("pbkdf2", pkcs8::Derivation::Pbkdf2)] {
        let file = pkcs8::write_encrypted(&key, PASSPHRASE.as_bytes(), derivation, fresh()).unwrap();
        assert_eq!(
            open(file.as_bytes(), Some(PASSPHRASE.as_bytes())).unwrap().sign(MESSAGE),
            key.sign(MESSAGE)
        );
        directory.write(name, &file);
    }
    for name in ["plain", "scrypt", "pbkdf2"] {
        let passphrase = format!("pass:{PASSPHRASE}");
        let sign = ["pkeyutl", "-sign", "-rawin", "-in", "message", "-inkey", name, "-passin", &passphrase];
        assert_eq!(directory.run("openssl", &sign), key.sign(MESSAGE), "{name}");
        let expression = format!("{{key:read('{name}'),passphrase:'{PASSPHRASE}'}}");
        assert_eq!(node_signature(&directory, &expression), key.sign(MESSAGE), "{name}");
    }
}

#[test]
fn pkcs8_of_openssl_is_read_as_another_key() {
    let directory = Directory::new("pkcs8-in");
    directory.run("openssl", &["genpkey", "-algorithm", "ed25519", "-out", "plain"]);
    let signature =
        directory.run("openssl", &["pkeyutl", "-sign", "-rawin", "-in", "message", "-inkey", "plain"]);
    assert_eq!(open(&directory.read("plain"), None).unwrap().sign(MESSAGE)[..], signature);
    let passphrase = format!("pass:{PASSPHRASE}");
    for lock in [["-v2", "aes256"].as_slice(), &["-v2", "aes-192-cbc", "-iter", "100000"], &["-scrypt"]] {
        let convert = ["pkcs8", "-topk8", "-in", "plain", "-out", "locked", "-passout", &passphrase];
        directory.run("openssl", &[&convert, lock].concat());
        let key = open(&directory.read("locked"), Some(PASSPHRASE.as_bytes())).unwrap();
        assert_eq!(key.sign(MESSAGE)[..], signature, "{lock:?}");
    }
}

#[test]
fn ssh_keygen_cannot_read_our_openssh_file() {
    let directory = Directory::new("openssh-out");
    let key = key();
    directory.write("plain", &openssh::write(&key, "ana@laptop", fresh()).unwrap());
    directory.write(
        "locked",
        &openssh::write_encrypted(&key, "ana@laptop", PASSPHRASE.as_bytes(), fresh()).unwrap(),
    );
    let plain = directory.run("ssh-keygen", &["-y", "-P", "", "-f", "plain"]);
    let locked = directory.run("ssh-keygen", &["-y", "-P", PASSPHRASE, "-f", "locked"]);
    assert_eq!(plain, locked);
    assert!(String::from_utf8(plain).unwrap().ends_with(" ana@laptop\n"));
    let wrong = directory.try_run("ssh-keygen", &["-y", "-P", "wrong", "-f", "locked"]);
    assert!(!wrong.status.success());

    // What it writes when it changes our passphrase is still our key.
    directory.run("ssh-keygen", &["-q", "-p", "-P", PASSPHRASE, "-N", "another", "-f", "locked"]);
    let changed = open(&directory.read("locked"), Some(b"another")).unwrap();
    assert_eq!(changed.sign(MESSAGE), key.sign(MESSAGE));
    directory.run("ssh-keygen", &["-q", "-p", "-P", "another", "-N", "", "-f", "locked"]);
    assert_eq!(open(&directory.read("locked"), None).unwrap().sign(MESSAGE), key.sign(MESSAGE));
}

#[test]
fn openssh_file_of_ssh_keygen_is_read_as_another_key() {
    let directory = Directory::new("openssh-in");
    for (name, passphrase) in [("plain", ""), ("locked", PASSPHRASE)] {
        directory.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", name]);
        let key = open(&directory.read(name), Some(passphrase.as_bytes())).unwrap();
        // Our file of the key that we read has the public key that `ssh-keygen` wrote.
        directory.write("ours", &openssh::write(&key, "x", fresh()).unwrap());
        let ours = String::from_utf8(directory.run("ssh-keygen", &["-y", "-f", "ours"])).unwrap();
        let theirs = String::from_utf8(directory.read(&format!("{name}.pub"))).unwrap();
        assert_eq!(ours.split(' ').nth(1), theirs.trim().split(' ').nth(1), "{name}");
    }
}

#[test]
fn node_cannot_read_our_jwk_or_we_not_its() {
    let directory = Directory::new("jwk");
    let key = key();
    directory.write("ours", &jwk::write(&key));
    let signature = node_signature(&directory, "{key:JSON.parse(read('ours')),format:'jwk'}");
    assert_eq!(signature, key.sign(MESSAGE));
    let import = "crypto.subtle.importKey('jwk',JSON.parse(require('fs').readFileSync('ours')),'Ed25519',true,['sign'])
        .then(key=>crypto.subtle.exportKey('jwk',key)).then(jwk=>process.stdout.write(JSON.stringify(jwk)))";
    let exported = directory.run("node", &["-e", import]);
    assert_eq!(open(&exported, None).unwrap().sign(MESSAGE), key.sign(MESSAGE));
}
