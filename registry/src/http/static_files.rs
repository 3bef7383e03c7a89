//! The console's files: read once at the start, so that no request reaches the file system and no path can leave the
//! directory. Sent with the headers that make a page fit to sign in.

use std::{collections::BTreeMap, fs, io, path::Path};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use placet_core::digest::Digest;

use crate::error::Error;

/// Bytes of all files together.
const LARGEST: u64 = 64 << 20;

/// What a page that signs may do: nothing from elsewhere, nothing inline, no frames, no HTML from strings.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     worker-src 'self'; manifest-src 'self'; require-trusted-types-for 'script'; trusted-types placet-worker";

/// The headers of every file.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(self), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=()",
    ),
];

/// Files by their path below `/`.
#[derive(Clone, Debug, Default)]
pub struct StaticFiles {
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug)]
struct File {
    bytes: Bytes,
    content_type: &'static str,
    etag: HeaderValue,
}

impl StaticFiles {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file under a path such as `assets/app.wasm`.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Bytes>) {
        let (path, bytes) = (path.into(), bytes.into());
        let etag = super::etag(Digest::of(&bytes));
        let content_type = content_type(&path);
        self.files.insert(path, File { bytes, content_type, etag });
    }

    /// Reads the regular files of a directory, those of its directories too; links are passed over.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where a file cannot be read, a name is not UTF-8, or all of them together exceed 64 MiB.
    pub fn from_directory(directory: &Path) -> Result<Self, Error> {
        let mut files = Self::new();
        let mut left = LARGEST;
        files.read(directory, "", &mut left).map_err(Error::file(directory))?;
        Ok(files)
    }

    fn read(&mut self, directory: &Path, prefix: &str, left: &mut u64) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name().into_string().map_err(|_| io::ErrorKind::InvalidFilename)?;
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.read(&entry.path(), &format!("{path}/"), left)?;
            } else if kind.is_file() {
                let size = entry.metadata()?.len();
                *left = left.checked_sub(size).ok_or(io::ErrorKind::FileTooLarge)?;
                self.insert(path, fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    /// The answer to a request for a path: its file, or the page that knows all paths.
    pub(crate) fn respond(
        &self,
        method: &Method,
        path: &str,
        if_none_match: Option<&HeaderValue>,
    ) -> Option<Response> {
        let name = path.trim_start_matches('/');
        let file = self.files.get(name).or_else(|| self.files.get("index.html"))?;
        let mut response = Response::new(Body::empty());
        if super::matches(if_none_match, &file.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
            if method != Method::HEAD {
                *response.body_mut() = Body::from(file.bytes.clone());
            }
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, file.etag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Some(response)
    }
}

/// The media type by the file's extension; browsers must not guess.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
