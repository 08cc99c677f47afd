//! Fresh databases: a SQLite file, and an own PostgreSQL database when a server is given.
//!
//! `scripts/with-postgres.sh COMMAND` starts a private server and tells its address in `QISHU_TEST_POSTGRES_URL`.

#![expect(clippy::expect_used, reason = "a test that has no database has failed")]

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
pub use tempfile::TempDir as TempFolder;

/// Variable that names the server: `postgres://user@host/database`, of a user who may create databases.
pub const POSTGRES_URL: &str = "QISHU_TEST_POSTGRES_URL";

/// A database of one test.
#[derive(Debug)]
pub struct TestDatabase {
    /// Address for the store: `sqlite:<path>` or `postgres://…`.
    pub url: String,
    /// Folder of the SQLite file; also good for blobs of the test.
    pub folder: TempDir,
    postgres: Option<(String, String)>,
}

impl TestDatabase {
    /// Whether it is a PostgreSQL database.
    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// Removes it. A database that is not removed (its test failed) goes away with the server.
    pub async fn remove(self) {
        let Some((server, name)) = &self.postgres else {
            return;
        };
        let mut connection = PgConnection::connect(server)
            .await
            .expect("the test server has gone");
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        connection
            .execute(AssertSqlSafe(drop))
            .await
            .expect("the test database cannot be dropped");
    }
}

/// An empty SQLite database in a folder of its own.
#[must_use]
pub fn fresh_sqlite() -> TestDatabase {
    let folder = tempfile::tempdir().expect("no temporary folder");
    let url = format!("sqlite:{}", folder.path().join("qishu.db").display());
    TestDatabase {
        url,
        folder,
        postgres: None,
    }
}

/// An empty PostgreSQL database; `None` when no server is given.
pub async fn fresh_postgres() -> Option<TestDatabase> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    #[expect(
        clippy::disallowed_methods,
        reason = "the test command passes the server in this variable"
    )]
    let server = std::env::var(POSTGRES_URL).ok().filter(|url| !url.is_empty())?;
    let name = format!(
        "qishu_test_{}_{}",
        std::process::id(),
        MADE.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = PgConnection::connect(&server)
        .await
        .expect("the server in QISHU_TEST_POSTGRES_URL does not answer");
    for statement in [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name}"),
    ] {
        connection
            .execute(AssertSqlSafe(statement))
            .await
            .expect("the test database cannot be made");
    }
    let (base, _) = server
        .rsplit_once('/')
        .expect("QISHU_TEST_POSTGRES_URL names no database");
    let folder = tempfile::tempdir().expect("no temporary folder");
    Some(TestDatabase {
        url: format!("{base}/{name}"),
        folder,
        postgres: Some((server, name)),
    })
}

/// Runs a test on a fresh SQLite database, and on a fresh PostgreSQL database when a server is given.
pub async fn on_both(test: impl AsyncFn(&TestDatabase)) {
    let sqlite = fresh_sqlite();
    test(&sqlite).await;
    sqlite.remove().await;
    if let Some(postgres) = fresh_postgres().await {
        test(&postgres).await;
        postgres.remove().await;
    }
}
