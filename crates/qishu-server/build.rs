//! Lists the built front end for embedding. It never calls npm: without a build there is a placeholder page, so that cargo
//! works without Node.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>契书</title>\
    <p>前端尚未构建：请运行 make web-build 后重新编译。The front end is not built: run make web-build, then build again.</p></html>\n";

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    let page = out.join("index.html");
    fs::write(&page, PLACEHOLDER)?;
    let instead = vec![("index.html".to_owned(), page)];
    embed(
        "../../web/apps/signing/dist",
        "FILES",
        &out.join("signing.rs"),
        instead,
    )?;
    // Without a build there is no JS-SDK to serve; nothing stands in for it.
    embed(
        "../../web/packages/jssdk/dist",
        "FILES",
        &out.join("jssdk.rs"),
        Vec::new(),
    )
}

/// Writes a table of the files below a folder, or of those that stand in for it.
fn embed(folder: &str, table: &str, code_file: &Path, instead: Vec<(String, PathBuf)>) -> io::Result<()> {
    let built = Path::new(folder);
    // A path that does not exist would make every build look stale.
    let watched = if built.exists() {
        built
    } else {
        built.parent().unwrap_or(built)
    };
    println!("cargo::rerun-if-changed={}", watched.display());
    let mut files = instead;
    if built.exists() {
        files.clear();
        collect(built, &mut files)?;
    }
    files.sort();
    let mut code = format!("static {table}: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        let path = fs::canonicalize(path)?;
        let _ = writeln!(
            code,
            "    ({name:?}, include_bytes!({:?})),",
            path.display().to_string()
        );
    }
    code.push_str("];\n");
    fs::write(code_file, code)
}

/// Every file below a folder, with its path inside the build.
fn collect(built: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    let mut folders = vec![(String::new(), built.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push((format!("{name}/"), entry.path()));
            } else {
                files.push((name, entry.path()));
            }
        }
    }
    Ok(())
}
