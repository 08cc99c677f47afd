//! The one SQLite writer: many operations, one commit.
//!
//! A task owns the writing connection. Operations come through a queue and run one after the other, each inside a savepoint of
//! the open transaction. When the queue is empty, or a group is full, one COMMIT makes the whole group durable, and only
//! then does each operation of the group get its answer. So the price of one `fsync` is shared by everything that
//! queued up during the one before. An operation that fails, or whose caller goes away, takes back its own
//! savepoint only; a failed COMMIT fails the whole group. After a failed sync the writer stops for good.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{mpsc, oneshot};

use crate::dialect::{Sql, execute_sqlite, fetch_sqlite, from_sqlx};
use crate::error::StoreError;
use crate::value::{Row, Value};

/// Operations that may wait for the writer; more wait at the door.
const QUEUE_LENGTH: usize = 256;
/// Operations that share one commit at most: bounds how long the first of them waits.
const GROUP_LENGTH: usize = 64;
/// How long an operation may hold the writer without asking for anything.
const IDLE_LIMIT: Duration = Duration::from_secs(5);
/// How long an operation waits at the door of a full queue before it is refused.
const DOOR_LIMIT: Duration = Duration::from_secs(5);
/// How long a statement waits for another process that has the file locked.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// Options of every connection to the file at `path`, which is made (readable by its owner only) when it is missing.
pub(crate) fn options(path: &Path) -> Result<SqliteConnectOptions, StoreError> {
    create(path)
        .map_err(|error| StoreError::unavailable(format!("{} cannot be opened: {error}", path.display())))?;
    Ok(SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_LIMIT)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging())
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut open = OpenOptions::new();
    open.append(true).create(true);
    // SQLite gives its log files the permissions of the main file.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path).map(drop)
}

/// The queue in front of the writing task.
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    writes: Arc<AtomicBool>,
}

enum Message {
    Close(oneshot::Sender<()>),
    Operation(Queued),
}

struct Queued {
    name: &'static str,
    requests: mpsc::Receiver<Request>,
}

enum Request {
    Commit(oneshot::Sender<Result<(), StoreError>>),
    Execute(Sql, Vec<Value>, oneshot::Sender<Result<u64, sqlx::Error>>),
    Fetch(Sql, Vec<Value>, oneshot::Sender<Result<Vec<Row>, sqlx::Error>>),
}

/// One operation's hold on the writer. Dropping it takes back what it wrote.
pub(crate) struct Operation {
    requests: mpsc::Sender<Request>,
}

impl Writer {
    /// Opens the writing connection and starts its task.
    pub(crate) async fn start(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let connection = options.connect().await.map_err(|error| from_sqlx(&error))?;
        let (queue, messages) = mpsc::channel(QUEUE_LENGTH);
        let writes = Arc::new(AtomicBool::new(true));
        let task = Task {
            options,
            connection: Some(connection),
            writes: Arc::clone(&writes),
        };
        tokio::spawn(task.run(messages));
        Ok(Self { queue, writes })
    }

    /// Queues an operation. Its first statement waits until the writer turns to it.
    pub(crate) async fn begin(&self, name: &'static str) -> Result<Operation, StoreError> {
        let (requests, receiver) = mpsc::channel(1);
        let queued = Message::Operation(Queued {
            name,
            requests: receiver,
        });
        match self.queue.send_timeout(queued, DOOR_LIMIT).await {
            Ok(()) => Ok(Operation { requests }),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                Err(StoreError::unavailable("too many operations wait to be written"))
            }
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(StoreError::unavailable("it is closed")),
        }
    }

    pub(crate) fn writes(&self) -> bool {
        self.writes.load(Ordering::Acquire)
    }

    /// Lets queued operations finish, then closes the connection.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            // An error means that the task has ended already.
            let _ = closed.await;
        }
    }
}

impl Operation {
    pub(crate) async fn fetch(&mut self, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>, sqlx::Error> {
        self.ask(|answer| Request::Fetch(sql, values, answer)).await
    }

    pub(crate) async fn execute(&mut self, sql: Sql, values: Vec<Value>) -> Result<u64, sqlx::Error> {
        self.ask(|answer| Request::Execute(sql, values, answer)).await
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, sqlx::Error>>) -> Request,
    ) -> Result<T, sqlx::Error> {
        let (answer, answered) = oneshot::channel();
        // Either end is closed when the writer gave this operation up: it was idle too long, or its group broke.
        self.requests
            .send(request(answer))
            .await
            .map_err(|_| sqlx::Error::WorkerCrashed)?;
        answered.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }

    /// [`StoreError::Unknown`] when the writer goes away between taking the wish and answering it.
    pub(crate) async fn commit(self, operation: &'static str) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let asked = self.requests.send(Request::Commit(answer)).await;
        asked.map_err(|_| StoreError::unavailable("the writer gave the operation up"))?;
        answered.await.map_err(|_| {
            let reason = "the writer gave no answer".to_owned();
            StoreError::Unknown { operation, reason }
        })?
    }
}

struct Task {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    writes: Arc<AtomicBool>,
}

/// How serving one operation ended.
enum Served {
    /// The whole group must be given up.
    Broken(StoreError),
    /// Released; it waits for the COMMIT of its group.
    Ready(oneshot::Sender<Result<(), StoreError>>),
    /// Taken back.
    TakenBack,
}

impl Task {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        while let Some(message) = messages.recv().await {
            let closing = match message {
                Message::Close(done) => Some(done),
                Message::Operation(first) => self.group(first, &mut messages).await,
            };
            if let Some(done) = closing {
                if let Some(connection) = self.connection.take()
                    && let Err(error) = connection.close().await
                {
                    tracing::warn!(%error, "closing the database failed");
                }
                // Nobody has to be listening any more.
                let _ = done.send(());
                return;
            }
        }
    }

    /// Serves `first` and whatever queues up behind it, and commits. Gives back the wish to close, if one came.
    async fn group(
        &mut self,
        first: Queued,
        messages: &mut mpsc::Receiver<Message>,
    ) -> Option<oneshot::Sender<()>> {
        if !self.writes.load(Ordering::Acquire) {
            refuse(
                first,
                &StoreError::unavailable("writing stopped after a failed sync; restart after a check"),
            );
            return None;
        }
        let mut connection = match self.begin().await {
            Ok(connection) => connection,
            Err(error) => {
                refuse(first, &error);
                return None;
            }
        };
        let mut ready = Vec::new();
        let mut closing = None;
        let mut next = Some(first);
        while let Some(operation) = next.take() {
            match serve(&mut connection, operation).await {
                Served::Broken(error) => {
                    self.give_up(connection, ready, &error).await;
                    return None;
                }
                Served::Ready(answer) => ready.push(answer),
                Served::TakenBack => {}
            }
            if ready.len() < GROUP_LENGTH {
                next = match messages.try_recv() {
                    Ok(Message::Operation(operation)) => Some(operation),
                    Ok(Message::Close(done)) => {
                        closing = Some(done);
                        None
                    }
                    Err(_) => None,
                };
            }
        }
        self.commit(connection, ready).await;
        closing
    }

    async fn begin(&mut self) -> Result<SqliteConnection, StoreError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(|error| from_sqlx(&error))?,
        };
        let begun = execute_sqlite(&mut connection, "BEGIN IMMEDIATE".into(), Vec::new()).await;
        match begun {
            Ok(_) => Ok(connection),
            // The connection is dropped: the next group starts on a new one.
            Err(error) => Err(from_sqlx(&error)),
        }
    }

    async fn commit(
        &mut self,
        mut connection: SqliteConnection,
        ready: Vec<oneshot::Sender<Result<(), StoreError>>>,
    ) {
        match execute_sqlite(&mut connection, "COMMIT".into(), Vec::new()).await {
            Ok(_) => {
                self.connection = Some(connection);
                answer_all(ready, &Ok(()));
            }
            Err(error) => {
                if is_failed_sync(&error) {
                    self.writes.store(false, Ordering::Release);
                    tracing::error!(%error, "a sync to disk failed: writing stops until the service is restarted");
                }
                self.give_up(connection, ready, &from_sqlx(&error)).await;
            }
        }
    }

    /// Takes back the whole group. When even that fails the connection is dropped, which takes it back as well.
    async fn give_up(
        &mut self,
        mut connection: SqliteConnection,
        ready: Vec<oneshot::Sender<Result<(), StoreError>>>,
        error: &StoreError,
    ) {
        tracing::warn!(%error, operations = ready.len(), "a group of operations is taken back");
        if execute_sqlite(&mut connection, "ROLLBACK".into(), Vec::new())
            .await
            .is_ok()
        {
            self.connection = Some(connection);
        }
        let reason = format!("the operations written together were taken back: {error}");
        answer_all(ready, &Err(StoreError::unavailable(reason)));
    }
}

async fn serve(connection: &mut SqliteConnection, mut operation: Queued) -> Served {
    if let Err(error) = execute_sqlite(connection, "SAVEPOINT operation".into(), Vec::new()).await {
        return Served::Broken(from_sqlx(&error));
    }
    loop {
        let Ok(request) = tokio::time::timeout(IDLE_LIMIT, operation.requests.recv()).await else {
            tracing::warn!(
                operation = operation.name,
                "an operation held the writer without using it and is taken back"
            );
            return take_back(connection).await;
        };
        let broken = match request {
            None => return take_back(connection).await,
            Some(Request::Commit(answer)) => {
                let released = execute_sqlite(connection, "RELEASE operation".into(), Vec::new()).await;
                return match released {
                    Ok(_) => Served::Ready(answer),
                    Err(error) => Served::Broken(from_sqlx(&error)),
                };
            }
            Some(Request::Execute(sql, values, answer)) => {
                reply(answer, execute_sqlite(connection, sql, values).await)
            }
            Some(Request::Fetch(sql, values, answer)) => {
                reply(answer, fetch_sqlite(connection, sql, values).await)
            }
        };
        if let Some(error) = broken {
            return Served::Broken(error);
        }
    }
}

/// Answers a statement. Gives back the error when it may have ended the whole transaction behind our back, as a full
/// disk does; only plain faults of the statement leave the savepoints standing.
fn reply<T>(
    answer: oneshot::Sender<Result<T, sqlx::Error>>,
    result: Result<T, sqlx::Error>,
) -> Option<StoreError> {
    let broken = match &result {
        Err(error) => match from_sqlx(error) {
            StoreError::Duplicate { .. } | StoreError::Programming { .. } | StoreError::Corrupt { .. } => {
                None
            }
            worse => Some(worse),
        },
        Ok(_) => None,
    };
    // The caller may have gone; then the next request never comes and the operation is taken back.
    let _ = answer.send(result);
    broken
}

async fn take_back(connection: &mut SqliteConnection) -> Served {
    for sql in ["ROLLBACK TO operation", "RELEASE operation"] {
        if let Err(error) = execute_sqlite(connection, sql.into(), Vec::new()).await {
            return Served::Broken(from_sqlx(&error));
        }
    }
    Served::TakenBack
}

/// Answers everything an operation asks for with an error until it goes away.
fn refuse(mut operation: Queued, error: &StoreError) {
    let StoreError::Unavailable { reason } = error.clone() else {
        return;
    };
    tokio::spawn(async move {
        while let Some(request) = operation.requests.recv().await {
            let refused = || sqlx::Error::Io(std::io::Error::other(reason.clone()));
            // A caller that has gone needs no answer.
            match request {
                Request::Commit(answer) => drop(answer.send(Err(StoreError::unavailable(reason.clone())))),
                Request::Execute(_, _, answer) => drop(answer.send(Err(refused()))),
                Request::Fetch(_, _, answer) => drop(answer.send(Err(refused()))),
            }
        }
    });
}

fn answer_all(ready: Vec<oneshot::Sender<Result<(), StoreError>>>, result: &Result<(), StoreError>) {
    for answer in ready {
        // A caller that has gone needs no answer.
        let _ = answer.send(result.clone());
    }
}

/// Input/output errors at COMMIT (primary code 10): the state of the file is unknown, and a second sync would lie.
fn is_failed_sync(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|database| database.code());
    code.and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| code & 0xff == 10)
}
