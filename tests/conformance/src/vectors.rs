//! Reads vectors and the bytes in them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use base64ct::{Base64, Encoding as _};
use serde_json::{Map, Value, json};

/// One vector, whose input may still refer to files.
#[derive(Debug)]
pub(crate) struct Vector {
    /// The file below the directory of vectors, `#`, and the name.
    pub(crate) id: String,
    pub(crate) call: String,
    pub(crate) input: Input,
    pub(crate) expect: Map<String, Value>,
}

/// The arguments of a call.
#[derive(Debug)]
pub(crate) struct Input {
    directory: PathBuf,
    arguments: Map<String, Value>,
}

/// Reads every vector below a directory, in the order of their file names.
///
/// A directory without vectors, a file without vectors and a name that stands twice are errors: a
/// vector that is silently not run protects nothing.
pub(crate) fn load(directory: &Path) -> Result<Vec<Vector>, String> {
    let mut files = Vec::new();
    find(directory, &mut files)?;
    files.sort();
    let mut vectors = Vec::new();
    let mut names = BTreeSet::new();
    for file in files {
        let name = file.strip_prefix(directory).unwrap_or(&file).display().to_string();
        let text = fs::read(&file).map_err(|error| format!("{name}: {error}"))?;
        let content: Value = serde_json::from_slice(&text).map_err(|error| format!("{name}: {error}"))?;
        let cases = content.get("cases");
        let list = cases.or(content.get("vectors")).unwrap_or(&content).as_array();
        let list = list.filter(|list| !list.is_empty()).ok_or_else(|| format!("{name}: no vectors"))?;
        for entry in list {
            let vector = match cases {
                Some(_) => Vector::of_case(&name, &file, entry)?,
                None => Some(Vector::read(&name, &file, entry)?),
            };
            let Some(vector) = vector else { continue };
            if !names.insert(vector.id.clone()) {
                return Err(format!("{}: the name stands twice", vector.id));
            }
            vectors.push(vector);
        }
    }
    if vectors.is_empty() {
        return Err(format!("{}: no vectors", directory.display()));
    }
    Ok(vectors)
}

/// Every `*.json` below a directory, without those in directories named `files`.
fn find(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "files") {
                find(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

impl Vector {
    /// A case of another format as a vector, where the npm package can run it.
    fn of_case(name: &str, file: &Path, case: &Value) -> Result<Option<Self>, String> {
        let text = |field: &str| case.get(field).and_then(Value::as_str);
        let object = |value: &Value| value.as_object().cloned().ok_or_else(|| format!("{name}: {case}"));
        let (title, call, arguments, expect) = match text("kind") {
            _ if name.starts_with("drift/") => (text("id"), "drift".to_owned(), case, json!({})),
            Some(kind @ ("inclusion" | "consistency")) => {
                let expect = match text("code") {
                    Some(code) => json!({"valid": false, "code": code}),
                    None => json!({"valid": true}),
                };
                (text("name"), format!("verify_{kind}"), &case["input"], expect)
            }
            _ => return Ok(None),
        };
        let id = format!("{name}#{}", title.ok_or_else(|| format!("{name}: a case without a name"))?);
        let directory = file.parent().unwrap_or(Path::new("")).to_owned();
        let input = Input { directory, arguments: object(arguments)? };
        Ok(Some(Self { id, call, input, expect: object(&expect)? }))
    }

    fn read(name: &str, file: &Path, entry: &Value) -> Result<Self, String> {
        let text = |field: &str| {
            entry
                .get(field)
                .and_then(Value::as_str)
                .ok_or_else(|| format!("{name}: a vector without `{field}`"))
        };
        let id = format!("{name}#{}", text("name")?);
        let object = |field: &str| {
            entry
                .get(field)
                .and_then(Value::as_object)
                .cloned()
                .ok_or_else(|| format!("{id}: no object `{field}`"))
        };
        let known = ["name", "comment", "call", "input", "expect"];
        if let Some(unknown) =
            entry.as_object().and_then(|all| all.keys().find(|key| !known.contains(&key.as_str())))
        {
            return Err(format!("{id}: unknown field `{unknown}`"));
        }
        let expect = object("expect")?;
        if expect.is_empty() {
            return Err(format!("{id}: expects nothing"));
        }
        let directory = file.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self {
            call: text("call")?.to_owned(),
            input: Input { directory, arguments: object("input")? },
            expect,
            id,
        })
    }
}

impl Input {
    /// An argument as it stands.
    pub(crate) fn value(&self, name: &str) -> Result<&Value, String> {
        self.arguments.get(name).ok_or_else(|| format!("no argument `{name}`"))
    }

    /// All arguments as they stand.
    pub(crate) fn arguments(&self) -> &Map<String, Value> {
        &self.arguments
    }

    /// An argument that is text.
    pub(crate) fn text(&self, name: &str) -> Result<&str, String> {
        self.value(name)?.as_str().ok_or_else(|| format!("`{name}` is no text"))
    }

    /// An argument of 64 bits, in decimal digits.
    pub(crate) fn size(&self, name: &str) -> Result<u64, String> {
        self.text(name)?.parse().map_err(|error| format!("`{name}`: {error}"))
    }

    /// An argument that is bytes.
    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, String> {
        self.decode(self.value(name)?)
    }

    /// An argument that is bytes, or an object that stands for its JSON.
    pub(crate) fn document(&self, name: &str) -> Result<Vec<u8>, String> {
        let value = self.value(name)?;
        self.decode(value).or_else(|_| serde_json::to_vec(value).map_err(|error| error.to_string()))
    }

    /// An argument that is a list of bytes.
    pub(crate) fn bytes_list(&self, name: &str) -> Result<Vec<Vec<u8>>, String> {
        let list = self.value(name)?.as_array().ok_or_else(|| format!("`{name}` is no list"))?;
        list.iter().map(|value| self.decode(value)).collect()
    }

    /// The bytes that one of the forms stands for.
    pub(crate) fn decode(&self, form: &Value) -> Result<Vec<u8>, String> {
        let unknown = || format!("no form of bytes: {form}");
        let object = form.as_object().filter(|object| object.len() == 1).ok_or_else(unknown)?;
        let (key, value) = object.iter().next().ok_or_else(unknown)?;
        match (key.as_str(), value) {
            ("utf8", Value::String(text)) => Ok(text.clone().into_bytes()),
            ("base64", Value::String(text)) => {
                Base64::decode_vec(text).map_err(|error| format!("{text}: {error}"))
            }
            ("file", Value::String(path)) => {
                fs::read(self.directory.join(path)).map_err(|error| format!("{path}: {error}"))
            }
            ("concat", Value::Array(parts)) => {
                let parts: Result<Vec<_>, _> = parts.iter().map(|part| self.decode(part)).collect();
                Ok(parts?.concat())
            }
            ("repeat", Value::Array(pair)) => match pair.as_slice() {
                [part, times] => {
                    let times = times.as_u64().and_then(|times| times.try_into().ok()).ok_or_else(unknown)?;
                    Ok(self.decode(part)?.repeat(times))
                }
                _ => Err(unknown()),
            },
            ("encode_base64", part) => Ok(Base64::encode_string(&self.decode(part)?).into_bytes()),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, Vector, load};
    use serde_json::{Value, json};
    use std::path::Path;

    fn input() -> Input {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
        Input { directory, arguments: serde_json::Map::new() }
    }

    #[test]
    fn every_form_of_bytes_is_decoded() {
        let form = json!({"concat": [
            {"utf8": "é"}, {"base64": "AAE="}, {"repeat": [{"utf8": "ab"}, 2]}, {"encode_base64": {"utf8": "abc"}},
        ]});
        assert_eq!(input().decode(&form).expect("known forms"), b"\xc3\xa9\x00\x01ababYWJj");
        let file = input().decode(&json!({"file": "Cargo.toml"})).expect("this crate's manifest");
        assert!(file.starts_with(b"[package]"));
    }

    #[test]
    fn another_form_is_refused() {
        for form in [
            json!("abc"),
            json!({}),
            json!({"utf8": "a", "base64": "YQ=="}),
            json!({"hex": "00"}),
            json!({"base64": "YQ"}),
        ] {
            assert!(input().decode(&form).is_err(), "{form}");
        }
    }

    #[test]
    fn a_vector_that_would_check_nothing_is_refused() {
        let read = |entry: Value| Vector::read("test.json", Path::new("test.json"), &entry);
        let good = json!({"name": "n", "call": "c", "input": {}, "expect": {"value": 1}});
        assert!(read(good.clone()).is_ok());
        for (field, value) in
            [("expect", json!({})), ("expect", json!(null)), ("call", json!(null)), ("expected", json!({}))]
        {
            let mut bad = good.clone();
            bad[field] = value;
            assert!(read(bad).is_err(), "{field}");
        }
    }

    #[test]
    fn a_directory_without_vectors_is_refused() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert!(load(&sources).expect_err("no vectors").ends_with("no vectors"));
    }
}
