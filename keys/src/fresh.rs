//! Random bytes that are used once.
//!
//! Guards against a nonce or a salt that serves two files: the type is consumed by the file it is drawn for and cannot
//! be cloned.

/// Forty bytes from the caller's cryptographic random generator, used up by the one file they are drawn for.
///
/// Every writer that needs a salt, a nonce or an initialisation vector takes one of these by value.
///
/// ```compile_fail
/// # fn write(_: placet_keys::FreshBytes) {}
/// let fresh = placet_keys::FreshBytes::new([7; 40]);
/// write(fresh);
/// write(fresh); // A second file needs bytes of its own.
/// ```
pub struct FreshBytes([u8; Self::LEN]);

impl FreshBytes {
    /// The number of bytes to draw.
    pub const LEN: usize = 40;

    /// Takes bytes just drawn from a cryptographic random generator, such as `getrandom`.
    #[must_use]
    pub fn new(random: [u8; Self::LEN]) -> Self {
        Self(random)
    }

    /// Splits off a salt of 16 bytes; what follows it serves as nonce, initialisation vector or check number.
    pub(crate) fn split(self) -> ([u8; 16], [u8; 24]) {
        let (mut salt, mut rest) = ([0; 16], [0; 24]);
        for (to, from) in salt.iter_mut().chain(&mut rest).zip(self.0) {
            *to = from;
        }
        (salt, rest)
    }
}
