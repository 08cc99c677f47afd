//! LibreOffice in its sandbox, started by this binary (R-30, R-35). Without LibreOffice only its absence can be tested.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use pdfseal::text::TextIndex;
use pdfseal::{Document, Limits};
use qishu_app::AppError;
use qishu_app::document::Upload;
use qishu_app::file_work::{FileLimits, FileWork, ReadyFiles};
use qishu_convert::office::{Office, OfficeError, OfficeFormat, OfficeLimits};
use qishu_convert::worker::WorkerProgram;
use qishu_testkit::office::{archive, docx, docx_entries, xlsx};

use crate::workers::{THIS, patient_workers};

const LIMITS: FileLimits = FileLimits {
    most_pages: 200,
    stream_bytes: 200 << 20,
};

fn office(timeout: Duration) -> Office {
    // Accepts a kernel without Landlock: what a test needs of it, it checks itself.
    let arguments = [
        "office-worker".to_owned(),
        format!("--memory-bytes={}", 512 << 20),
        "--seconds=300".to_owned(),
        format!("--file-bytes={}", 64 << 20),
        "--run-without=landlock".to_owned(),
    ];
    let launcher = WorkerProgram {
        path: PathBuf::from(THIS),
        arguments: arguments.to_vec(),
    };
    let limits = OfficeLimits {
        timeout,
        ..OfficeLimits::default()
    };
    Office::new(launcher, None, std::env::temp_dir(), limits)
}

/// The work on files of a server; `None` where LibreOffice is not installed.
fn files() -> Option<FileWork> {
    let office = office(Duration::from_secs(300));
    if office.program().is_none() {
        eprintln!("LibreOffice is not installed");
        return None;
    }
    Some(FileWork::in_workers(patient_workers(), office))
}

fn upload(suffix: &str, bytes: Vec<u8>) -> Upload {
    Upload {
        suffix: Some(suffix.to_owned()),
        bytes: bytes.into(),
    }
}

fn find(ready: &ReadyFiles, keyword: &str) -> Vec<usize> {
    let index = TextIndex::from_bytes(&ready.text).unwrap();
    index.find(keyword).iter().map(|hit| hit.page).collect()
}

fn page_sizes(ready: &ReadyFiles) -> Vec<(i64, i64)> {
    let index = TextIndex::from_bytes(&ready.text).unwrap();
    let pages = index.pages().iter();
    pages
        .map(|page| (page.width.round() as i64, page.height.round() as i64))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn office_files_become_documents_in_which_keywords_are_found() {
    let Some(files) = files() else { return };
    let html =
        "<html><head><meta charset=gbk></head><body><h1>劳动合同</h1><p>甲方（盖章）：</p></body></html>";
    let gbk = {
        // The page is sent in the encoding it states.
        let mut bytes = Vec::new();
        for character in html.chars() {
            match character {
                '劳' => bytes.extend_from_slice(b"\xc0\xcd"),
                '动' => bytes.extend_from_slice(b"\xb6\xaf"),
                '合' => bytes.extend_from_slice(b"\xba\xcf"),
                '同' => bytes.extend_from_slice(b"\xcd\xac"),
                '甲' => bytes.extend_from_slice(b"\xbc\xd7"),
                '方' => bytes.extend_from_slice(b"\xb7\xbd"),
                '（' => bytes.extend_from_slice(b"\xa3\xa8"),
                '盖' => bytes.extend_from_slice(b"\xb8\xc7"),
                '章' => bytes.extend_from_slice(b"\xd5\xc2"),
                '）' => bytes.extend_from_slice(b"\xa3\xa9"),
                '：' => bytes.extend_from_slice(b"\xa3\xba"),
                ascii => bytes.push(ascii as u8),
            }
        }
        bytes
    };
    let rtf = br"{\rtf1\ansi\uc1\paperw11906\paperh16838 \u21171?\u21160?\u21512?\u21516?\par \u30002?\u26041?\u65288?\u30422?\u31456?\u65289?}";
    for (suffix, bytes) in [
        ("docx", docx(&["劳动合同", "甲方（盖章）："])),
        ("xlsx", xlsx(&[&["劳动合同"], &["甲方（盖章）："]])),
        ("html", html.replace("gbk", "utf-8").into_bytes()),
        ("htm", gbk),
        ("rtf", rtf.to_vec()),
    ] {
        let ready = files.read_files(&[upload(suffix, bytes)], LIMITS).await;
        let ready = ready.unwrap_or_else(|error| panic!("{suffix}: {error}"));
        assert_eq!(find(&ready, "劳动合同"), [0], "{suffix}");
        assert_eq!(find(&ready, "甲方（盖章）"), [0], "{suffix}");
        let expected = if suffix == "htm" { "html" } else { suffix };
        assert_eq!(ready.suffix, expected);
        assert_eq!(page_sizes(&ready), [(595, 842)], "{suffix}: A4");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_files_keep_their_order_and_page_sizes() {
    let Some(files) = files() else { return };
    let landscape = {
        let mut entries = docx_entries(&["第二份文件"], "");
        for (_, content) in &mut entries {
            let text = String::from_utf8(content.clone()).unwrap();
            let text = text.replace(
                r#"<w:pgSz w:w="11906" w:h="16838"/>"#,
                r#"<w:pgSz w:w="14000" w:h="8000" w:orient="landscape"/>"#,
            );
            *content = text.into_bytes();
        }
        archive(&entries)
    };
    let uploads = [
        upload("txt", "第一份文件".as_bytes().to_vec()),
        upload("docx", landscape),
        upload("png", include_bytes!("pixel.png").to_vec()),
        upload("xlsx", xlsx(&[&["第四份文件"]])),
    ];
    let ready = files.read_files(&uploads, LIMITS).await.unwrap();
    assert_eq!(ready.suffix, "txt");
    for (page, keyword) in [(0, "第一份文件"), (1, "第二份文件"), (3, "第四份文件")] {
        assert_eq!(find(&ready, keyword), [page], "{keyword}");
    }
    assert_eq!(
        page_sizes(&ready),
        [(595, 842), (700, 400), (595, 842), (595, 842)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_even_when_the_check_is_passed_by() {
    let office = office(Duration::from_secs(300));
    if office.program().is_none() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.png");
    std::fs::write(&secret, include_bytes!("pixel.png")).unwrap();
    let page = format!(
        "<html><body><p>before</p><img src=\"http://127.0.0.1:{port}/a.png\"><img src=\"http://localhost:{port}/b.png\">\
         <img src=\"file://{}\" width=100 height=100><p>after</p></body></html>",
        secret.display()
    );
    let pdf = office.convert(OfficeFormat::Html, page.as_bytes()).await.unwrap();
    assert!(listener.accept().is_err(), "something connected");
    let document = Document::open(&pdf, &Limits::default()).unwrap();
    assert_eq!(document.pages().len(), 1);
    let text = String::from_utf8_lossy(&pdf);
    assert!(!text.contains("/Subtype/Image"), "a file was read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_that_takes_too_long_is_stopped_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::without_sandbox(
        folder.path().to_owned(),
        OfficeLimits {
            timeout: Duration::from_millis(1),
            ..OfficeLimits::default()
        },
    );
    if office.program().is_none() {
        return;
    }
    let ended = office
        .convert(OfficeFormat::Docx, &docx(&["a"]))
        .await
        .unwrap_err();
    assert!(
        matches!(ended, OfficeError::Start { .. } | OfficeError::Time { .. }),
        "{ended}"
    );
    // The folder of this server stays as long as it lives, with its lock and without the job's.
    let mut servers = std::fs::read_dir(folder.path()).unwrap();
    let own = servers.next().unwrap().unwrap().path();
    assert!(servers.next().is_none());
    let names: Vec<_> = std::fs::read_dir(&own)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["lock"]);
    drop(office);
    assert!(!own.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_libreoffice_cannot_read_are_refused() {
    let Some(files) = files() else { return };
    let mut entries = docx_entries(&["a"], "");
    for (name, content) in &mut entries {
        if name == "word/document.xml" {
            *content = b"<w:document><w:body><w:p>".to_vec();
        }
    }
    let refused = files
        .read_files(&[upload("docx", archive(&entries))], LIMITS)
        .await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(&refused, AppError::InvalidFile { detail } if detail.starts_with("file 1: the docx file cannot be converted")),
        "{refused}"
    );
}
