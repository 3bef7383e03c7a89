//! Writes the vectors.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = placet_vectors::files().map_err(io::Error::other)?;
    for own in placet_vectors::DIRECTORIES {
        // What is no longer made must not stay.
        match fs::remove_dir_all(directory.join(own)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    for (path, text) in &files {
        let file = directory.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&directory))?;
        fs::write(file, text)?;
    }
    fs::write(
        directory.join("../..").join(placet_vectors::attacks::table::PATH),
        placet_vectors::attacks_page(),
    )?;
    println!("{} files", files.len());
    Ok(())
}
