//! Brings the built front end to where it is embedded from. It never calls npm: without a build there is a placeholder
//! page, so that cargo works without Node.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>契书</title>\
    <p>前端尚未构建：请运行 make web-build 后重新编译。The front end is not built: run make web-build, then build again.</p></html>\n";

fn main() -> io::Result<()> {
    let built = Path::new("../../web/apps/signing/dist");
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("signing");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", built.display());
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    if built.join("index.html").exists() {
        copy(built, &target)
    } else {
        fs::write(target.join("index.html"), PLACEHOLDER)
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
