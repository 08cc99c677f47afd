//! `qishu serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use qishu_app::job::run_background;
use qishu_app::{App, demo};
use qishu_config::{Config, Profile};
use qishu_server::{ServerSettings, router};
use sealpki::KeyError;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::Failure;
use crate::files;
use crate::wiring::{base_url, open_server};

/// Guessing tokens and signatures ends after this many tries of one address in a minute.
const REFUSALS_PER_MINUTE: u32 = 30;

/// After a stop, running requests and jobs get this long.
const DRAIN: Duration = Duration::from_secs(30);

/// Runs until SIGTERM or SIGINT.
pub(crate) async fn serve(mut config: Config) -> Result<ExitCode, Failure> {
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    // Port 0 lets the system choose; links must name the port it chose.
    config.listen = listener.local_addr()?;
    let is_demo = config.profile == Profile::Demo;
    if is_demo && !config.listen.ip().is_loopback() && !config.demo_allow_remote {
        return Err(
            "the demo has public credentials and listens on the loopback address only; \
                    set demo.allow_remote to change that"
                .into(),
        );
    }
    let (app, lease) = open_server(&config).await?;
    files::check(&app, &config).await?;
    if is_demo {
        demo::seed(&app).await?;
        announce(&config);
    }
    let (stop, stopped) = watch::channel(false);
    let alone = config.database.url.expose().starts_with("sqlite:");
    let jobs = tokio::spawn(run_background(app.clone(), alone, stopped.clone()));
    let keys = tokio::spawn(keep_keys_ready(
        app.clone(),
        config.authority.key_pool,
        stopped.clone(),
    ));
    let router = router(app.clone(), settings(&config));
    let server = tokio::spawn(qishu_server::serve(listener, router, stopped));
    tracing::info!(address = %config.listen, "qishu serves");
    tokio::select! {
        stopped = wait_for_stop() => stopped?,
        () = lease.hold(&app) => {}
    }
    tracing::info!("stopping: running requests are finished first");
    stop.send_replace(true);
    let drained = tokio::time::timeout(DRAIN, async {
        let _ = server.await;
        let _ = jobs.await;
        let _ = keys.await;
    });
    if drained.await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    if let Err(error) = lease.release(&app.store).await {
        tracing::warn!(%error, "the node number could not be given back; it is free again in ten minutes");
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn settings(config: &Config) -> ServerSettings {
    ServerSettings {
        window_ms: u32::try_from(config.request.timestamp_window.as_millis()).unwrap_or(u32::MAX),
        hmac_accepted: true,
        trusted_proxies: config
            .request
            .trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect(),
        https: base_url(config).starts_with("https://"),
        demo: config.profile == Profile::Demo,
        time_stamp_server: config.authority.time_stamp_server,
        refusals_per_minute: REFUSALS_PER_MINUTE,
        calls_per_minute: config.limits.calls_per_minute,
        upload_bytes: usize::try_from(config.limits.upload_bytes).unwrap_or(usize::MAX),
    }
}

/// Makes one-time keys before they are needed: RSA keys take a tenth of a second each.
async fn keep_keys_ready(app: App, target: usize, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let first = Arc::clone(&app.keys);
        let second = app.other.as_ref().filter(|_| app.settings.dual);
        let second = second.map(|other| Arc::clone(&other.keys));
        let filled = tokio::task::spawn_blocking(move || {
            std::iter::once(first).chain(second).try_fold(0, |made, keys| {
                Ok::<_, KeyError>(made + keys.fill((keys.ready() + 1).min(target))?)
            })
        })
        .await;
        let idle = match filled {
            Ok(Ok(made)) => made == 0,
            Ok(Err(error)) => {
                tracing::error!(%error, "no one-time key could be made");
                true
            }
            Err(_) => return,
        };
        if idle {
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
        }
    }
}

fn announce(config: &Config) {
    let base = base_url(config);
    println!("契书 Qishu sandbox  {base}");
    println!("  AppToken   {}", demo::APP_TOKEN);
    println!("  AppSecret  {}", demo::APP_SECRET);
    println!(
        "  company    {} (subsidiary {})",
        demo::PLATFORM_COMPANY,
        demo::SUBSIDIARY
    );
    println!(
        "  webhook    {}   secret of the webhook-signature header",
        demo::WEBHOOK_SECRET
    );
    println!("  outbox     {base}/demo/outbox   simulated SMS and mails");
    println!("  data       {}", config.data_dir.display());
}

async fn wait_for_stop() -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
