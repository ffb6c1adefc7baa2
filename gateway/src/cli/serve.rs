//! `serve`: opens the data directory and answers until told to stop.
//!
//! Invariants: development users are served on a loopback address only, and that is said; SIGTERM and
//! Ctrl-C drain, and the exit status is 0.
//! Deliberately absent: how a request is answered; that is the gateway's.

use super::{
    Failure, accounts,
    args::Serve,
    text::{Paint, Style},
};
use crate::{
    app::{Edge, GatewayState},
    context::SignIn,
    dev_users::DevUsers,
    edge::{client::Proxies, rate},
    http::origin::Origins,
    serve::PROTOCOLS,
    start,
};
use indicatif::{ProgressBar, ProgressStyle};
use om_domain::calendar::beijing_datetime;
use om_infra::{
    config::{self, EMBEDDED, ServeConfig, ServeFlags},
    credentials::{Credentials, KeyKind},
    log::sqlite::FILE_NAME,
    oidc::{Issuers, OidcSettings},
    papers::{self, PaperStore, PostgresPapers},
    platform::{Platform, PlatformOptions},
    runner::{BuildProgress, OnProgress},
    telemetry::Telemetry,
    tls::Tls,
    vault::{MasterKey, PostgresVault, Vault, copied, known},
};
use std::{net::SocketAddr, path::Path, sync::Arc};
use tokio::{net::TcpListener, signal};

/// Serves by flags, environment and config file.
pub(super) async fn run(args: Serve) -> Result<(), Failure> {
    #[cfg_attr(not(feature = "esdb"), expect(unused_mut, reason = "there is nothing to add"))]
    let mut flags = ServeFlags {
        data: args.data,
        listen: args.listen,
        dev: args.dev.then_some(true),
        demo: args.demo.then_some(true),
        allowed_origins: args.allowed_origins,
        otlp: args.otlp,
        vault: args.vault,
        vault_ca: args.vault_ca,
        vault_key: args.vault_key,
        papers: args.papers,
        papers_ca: args.papers_ca,
        papers_max_mib: args.papers_max_mib,
        credentials: args.credentials,
        credentials_ca: args.credentials_ca,
        oidc: args.oidc,
        behind_tls: args.behind_tls.then_some(true),
        tls_cert: args.tls_cert,
        tls_key: args.tls_key,
        trusted_proxies: args.trusted_proxies,
        admin_listen: args.admin_listen,
        account_rate: args.account_rate,
        answers_mib: args.answers_mib,
        log: args.log,
        log_lines: args.log_lines,
        ..ServeFlags::default()
    };
    #[cfg(feature = "esdb")]
    {
        flags.esdb_listen = args.esdb_listen;
        flags.esdb_tls_cert = args.esdb_tls_cert;
        flags.esdb_tls_key = args.esdb_tls_key;
        flags.esdb_tls_client_ca = args.esdb_tls_client_ca;
        flags.esdb_users = args.esdb_users;
        flags.esdb_insecure = args.esdb_insecure.then_some(true);
    }
    serve(config::load(args.config.as_deref(), &flags)?).await
}

/// Serves by settings.
pub(super) async fn serve(config: ServeConfig) -> Result<(), Failure> {
    start::check_sign_in(&config)?;
    let providers = config.oidc.as_deref().map(OidcSettings::load).transpose()?;
    let edge = edge(&config)?;
    #[cfg(feature = "esdb")]
    let beside = super::node::beside(&config)?;
    warn_of_a_log_that_is_not_served(&config);
    let telemetry = Telemetry::begin(&config.telemetry())?;
    if config.vault.is_none() && known::keys_are_missing(&config.data)? {
        return Err(Failure::new(
            "the vault has personal texts, and keys.db, which opens them, is not in the data directory",
            "put it back, or restore with `onematter restore --keys DIR`; what starts without it would show none of them",
        ));
    }
    if config.vault.is_none() {
        // before projections run: what they say of being stopped would stand before the reason
        copied::master_is_there(&config.data, config.vault_key.as_deref())?;
    }
    let options = PlatformOptions {
        vault: shared_vault(&config).await?,
        vault_key: config.vault_key.clone(),
        papers: shared_papers(config.papers.as_deref(), config.papers_ca.as_deref(), &config.data).await?,
        papers_limit: Some(config.papers_limit()),
        demo: config.demo,
        ticker: Some(config.ticker()),
        cached_matters: Some(config.cached_matters),
        on_progress: Some(progress()),
        log: super::logs::opened(&config.log).await?,
        ..PlatformOptions::default()
    };
    let platform = Arc::new(Platform::open(&config.data, options)?);
    #[cfg(feature = "esdb")]
    let until_told = until_told(config, providers, edge, &platform, beside);
    #[cfg(not(feature = "esdb"))]
    let until_told = until_told(config, providers, edge, &platform);
    let served = platform.closed_after(until_told).await;
    if served.is_ok() {
        eprintln!("drained and closed; everything acknowledged is on disk");
    }
    telemetry.shutdown();
    served
}

/// Answers until told to stop.
async fn until_told(
    mut config: ServeConfig,
    providers: Option<OidcSettings>,
    edge: Edge,
    platform: &Arc<Platform>,
    #[cfg(feature = "esdb")] beside: super::node::Beside,
) -> Result<(), Failure> {
    platform.reapply_erasures().await?;
    let sign_in = sign_in(&config, providers, platform).await?;
    let listener = bound(config.listen, "--listen").await?;
    // with port 0 the system has chosen one
    config.listen = listener.local_addr()?;
    let for_figures = match config.admin_listen {
        Some(address) => Some(bound(address, "--admin-listen").await?),
        None => None,
    };
    if let Some(listener) = &for_figures {
        config.admin_listen = Some(listener.local_addr()?);
    }
    let state = GatewayState::at(Arc::clone(platform), sign_in, edge)?;
    #[cfg(feature = "esdb")]
    let node = super::node::begin(beside, platform.log.clone(), Arc::clone(&platform.clock)).await?;
    banner(&config, platform);
    let served = crate::serve::serve_with_figures(listener, for_figures, state, stopped()).await;
    #[cfg(feature = "esdb")]
    node.shutdown().await;
    Ok(served?)
}

/// How the gateway stands to the network.
fn edge(config: &ServeConfig) -> Result<Edge, Failure> {
    let tls = start::tls(config)?.map(|files| Tls::load(files, PROTOCOLS)).transpose()?;
    Ok(Edge {
        origins: Origins::listed(&config.allowed_origins)?,
        proxies: Proxies::named(&config.trusted_proxies)?,
        // a development user is whoever says so, and a test or a demo plays many people by one
        answers: config.answers_mib.map(|mib| mib.saturating_mul(1024 * 1024)),
        account_rate: config.account_rate.or((!config.dev).then_some(rate::ACCOUNT)),
        tls: tls.map(Arc::new),
        figures_apart: config.admin_listen.is_some(),
    })
}

async fn bound(address: SocketAddr, flag: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(
            format!("{address} cannot be listened on: {error}"),
            format!("free the port, or give another address with {flag}"),
        )
    })
}

/// Whoever moved to a cluster and forgot the move, or moved and kept the file, must not take one log for the other.
fn warn_of_a_log_that_is_not_served(config: &ServeConfig) {
    let file = config.data.join(FILE_NAME);
    if config.log == EMBEDDED || !file.is_file() {
        return;
    }
    let (file, data) = (file.display(), config.data.display());
    let line = format!(
        "  {file} is NOT served: --log names a cluster, and only the cluster's events are shown. If they were not \
         moved yet: onematter migrate --from {data} --to ADDRESS; else keep the file away from here as a backup."
    );
    eprintln!("{}", Paint::detect().on(Style::Yellow, &line));
    tracing::warn!(%file, "the data directory holds a log that is not served");
}

/// The vault that many gateways share, where one is named.
pub(super) async fn shared_vault(config: &ServeConfig) -> Result<Option<Arc<dyn Vault>>, Failure> {
    let Some(address) = &config.vault else { return Ok(None) };
    std::fs::create_dir_all(&config.data)?;
    let master = MasterKey::of(&config.data, config.vault_key.as_deref())?;
    Ok(Some(Arc::new(PostgresVault::connect(address, config.vault_ca.as_deref(), master).await?)))
}

/// The papers that many gateways share, where a store is named.
pub(super) async fn shared_papers(
    address: Option<&str>,
    ca: Option<&Path>,
    data: &Path,
) -> Result<Option<Arc<dyn PaperStore>>, Failure> {
    let Some(address) = address else { return Ok(None) };
    let passing = data.join(papers::DIRECTORY);
    if papers::s3::is_s3(address) {
        return Ok(Some(Arc::new(papers::s3::connect(address, ca, &passing).await?)));
    }
    Ok(Some(Arc::new(PostgresPapers::connect(address, ca, &passing).await?)))
}

/// How people and programs are known: as they name themselves in development, by their credentials otherwise.
async fn sign_in(
    config: &ServeConfig,
    providers: Option<OidcSettings>,
    platform: &Platform,
) -> Result<SignIn, Failure> {
    if config.dev {
        return Ok(SignIn::Dev(DevUsers::built_in()));
    }
    let (shared, ca) = (config.credentials.as_deref(), config.credentials_ca.as_deref());
    let store = accounts::store(&config.data, shared, ca).await?;
    let by_password_only = providers.is_none();
    let issuers = match providers {
        Some(settings) => Issuers::open(settings, &platform.clock, &platform.metrics)?,
        None => Issuers::default(),
    };
    if by_password_only && store.accounts().await?.is_empty() && store.keys(KeyKind::Token).await?.is_empty()
    {
        let line = "  nobody can sign in yet: onematter user add OFFICER@COUNTY makes an account for an officer of the \
                    county's directory; it may be used at once. 尚无登录账号，请用 onematter user add 建立。";
        eprintln!("{}", Paint::detect().on(Style::Yellow, line));
    }
    let credentials = Credentials::new(store, Arc::clone(&platform.clock))?;
    Ok(SignIn::Credentials(Arc::new(credentials), Arc::new(issuers)))
}

/// A bar while projections are built; none when they are current.
fn progress() -> OnProgress {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("building {msg} {wide_bar} {pos}/{len} ({per_sec})") {
        bar.set_style(style);
    }
    Arc::new(move |progress: BuildProgress| {
        bar.set_length(progress.of);
        bar.set_message(progress.projection);
        bar.set_position(progress.folded);
        if progress.folded >= progress.of {
            bar.finish_and_clear();
        }
    })
}

fn banner(config: &ServeConfig, platform: &Platform) {
    let paint = Paint::detect();
    let loud = |line: &str| eprintln!("{}", paint.on(Style::Yellow, line));
    if config.dev {
        loud(start::DEV_BANNER);
    }
    if config.demo {
        let now = beijing_datetime(platform.clock.now());
        loud(&format!(
            "  DEMO with a virtual clock, now {} in Beijing. 演示数据，时钟为虚拟时钟。",
            now.strftime("%Y-%m-%d %H:%M")
        ));
    }
    let secure = if config.tls_cert.is_some() { "s" } else { "" };
    let base = format!("http{secure}://{}", config.listen);
    #[cfg(feature = "console")]
    match crate::http::console::is_built() {
        true if config.dev => {
            eprintln!("open       {base}/            the console 控制台; choose an account there")
        }
        true => eprintln!("open       {base}/            the console 控制台; sign in there"),
        false => eprintln!("console    was not built: make console, then build again 控制台页面未构建"),
    }
    eprintln!("GraphQL    {base}/graphql     WebSocket  ws{secure}://{}/graphql/ws", config.listen);
    eprintln!("papers     {base}/papers     (POST one, GET it by its hash)");
    let figures = config.admin_listen.map_or(base.clone(), |address| format!("http://{address}"));
    eprintln!("health     {figures}/readyz      figures    {figures}/metrics");
    if config.dev {
        dev_users(&base);
    }
    eprintln!("stop with Ctrl-C");
}

fn dev_users(base: &str) {
    eprintln!("sign in as Authorization: Bearer dev:NAME, with NAME one of");
    for (name, what) in [
        ("lead", "task-force lead 专班组长"),
        ("clerk", "integrated window 综合窗口"),
        ("nr-officer-1", "department officer 部门经办 (nr-head: its head)"),
        ("township", "township officer 街道经办"),
        ("auditor", "auditor 审计"),
        ("administrator", "system administrator 系统管理员"),
        ("security-administrator", "security administrator 安全管理员"),
        ("audit-administrator", "audit administrator 审计管理员"),
    ] {
        eprintln!("           {}  {what}", super::text::fit(name, 22));
    }
    eprintln!("           all of them: onematter users --dev");
    eprintln!("try        curl -s {base}/graphql -H 'Authorization: Bearer dev:lead' \\");
    eprintln!(
        "             -H 'Content-Type: application/json' -d '{{\"query\":\"{{ overview {{ matters {{ nodes {{ id name pressure {{ done overdue nextDue }} }} }} }} }}\"}}'"
    );
}

/// Resolves when the process is asked to stop.
pub(super) async fn stopped() {
    let interrupt = async {
        // without a handler there is nothing to wait for
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { () = interrupt => {}, _ = terminate.recv() => {} },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
