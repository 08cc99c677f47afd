//! The command line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use qishu_app::application::ApplicationChange;
use qishu_config::{Config, Sources};
use qishu_convert::worker::Layer;
use qishu_model::application::{SsoMode, SsoSettings};
use qishu_model::company::Role;
use qishu_model::id::{EventId, InvitationId, PersonAuthId, SealId, SealReviewId};
use qishu_model::rights::Area;

use crate::Failure;

/// Qishu (契书): electronic contracts, self-hosted.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where settings and data are.
#[derive(Args)]
struct Place {
    /// Settings file
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Folder for the database, documents and keys
    #[arg(long, global = true)]
    data_dir: Option<String>,
    /// Address and port to listen on
    #[arg(long, global = true)]
    listen: Option<String>,
    /// The demo profile: a ready sandbox with fixed credentials, on the loopback address
    #[arg(long, global = true)]
    demo: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Everything in one process: Open API, pages, jobs
    Serve,
    /// Bring the database up to date
    Migrate,
    /// Write everything but the master key into one sealed file
    Backup {
        /// File to write; it must not exist
        file: PathBuf,
    },
    /// Write a backup into an empty installation and check it
    Restore {
        /// File that `backup` wrote
        file: PathBuf,
    },
    /// Check signed PDFs, or with --all everything that is stored
    Verify {
        /// Signed PDF files
        files: Vec<PathBuf>,
        /// Check the promises P1 to P9 on the whole data folder
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Certificate to trust, PEM or DER; without one no signature can be more than INDETERMINATE
        #[arg(long = "anchor")]
        anchors: Vec<PathBuf>,
    },
    /// Print the OpenAPI document of the Open API
    Openapi,
    /// Check whether this installation works, and say what it lacks
    Doctor,
    /// Explain the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Applications: the credentials of integrators
    App {
        #[command(subcommand)]
        command: AppCommand,
    },
    /// Companies, their accounts, invitations into groups
    Company {
        #[command(subcommand)]
        command: CompanyCommand,
    },
    /// People who work in a company
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Review of picture seals, and the record of what seals were used for
    Seal {
        #[command(subcommand)]
        command: SealCommand,
    },
    /// Review of authentications by staff, and erasing a person's data
    Identity {
        #[command(subcommand)]
        command: IdentityCommand,
    },
    /// Handles one file for the server, locked in; started by the server itself
    #[command(hide = true)]
    FileWorker {
        /// Address space, in bytes
        #[arg(long)]
        memory_bytes: u64,
        /// Processor time, in seconds
        #[arg(long)]
        cpu_seconds: u64,
    },
    /// Becomes LibreOffice for one file, locked in; started by the server itself
    #[command(hide = true)]
    OfficeWorker {
        /// Writable memory, in bytes
        #[arg(long)]
        memory_bytes: u64,
        /// Seconds
        #[arg(long)]
        seconds: u64,
        /// Largest file it may write, in bytes
        #[arg(long)]
        file_bytes: u64,
        /// Layers of the sandbox that may be missing
        #[arg(long)]
        run_without: Vec<Layer>,
        /// LibreOffice
        #[arg(long)]
        program: PathBuf,
        /// The folder it works in
        #[arg(long)]
        folder: PathBuf,
        /// Arguments of LibreOffice
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Business categories
    Category {
        #[command(subcommand)]
        command: CategoryCommand,
    },
    /// The embedded certificate authority
    Authority {
        #[command(subcommand)]
        command: AuthorityCommand,
    },
    /// Deliveries of status callbacks
    Callback {
        #[command(subcommand)]
        command: CallbackCommand,
    },
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the settings
    Check,
    /// Print what is in force, and where each value comes from
    Print,
}

#[derive(Subcommand)]
pub(crate) enum AppCommand {
    /// Make an application with fresh credentials, shown once
    Create {
        /// Full name of the platform company
        #[arg(long)]
        company: String,
        /// Name people see
        #[arg(long)]
        name: String,
        /// Address of status callbacks
        #[arg(long)]
        callback_url: Option<String>,
    },
    /// List the applications, without secrets
    List,
    /// Add a second secret, shown once; both work until --finish
    Rotate {
        /// AppToken
        token: String,
        /// Revoke the older secret
        #[arg(long)]
        finish: bool,
    },
    /// Change the rules of an application; what is not named stays
    Set {
        /// AppToken
        token: String,
        #[command(flatten)]
        change: Box<AppRules>,
    },
}

/// Rules of an application.
#[derive(Args)]
pub(crate) struct AppRules {
    /// Answer its calls, or treat it as unknown
    #[arg(long)]
    enabled: Option<bool>,
    /// Refuse requests without a nonce
    #[arg(long)]
    require_nonce: Option<bool>,
    /// Refuse MD5 signatures
    #[arg(long)]
    refuse_md5: Option<bool>,
    /// Refuse requests without x-open-signature-v2
    #[arg(long)]
    require_signature_v2: Option<bool>,
    /// Accept clocks that are whole hours off
    #[arg(long)]
    whole_hour_shift: Option<bool>,
    /// Address or network requests may come from; repeat it, "any" for all
    #[arg(long = "ip")]
    ip_list: Vec<String>,
    /// Area it is confined to; repeat it, "all" for no limit
    #[arg(long = "area")]
    areas: Vec<AreaName>,
    /// Origin its pages may return to without asking, as https://erp.example.com; repeat it, "none" for no one
    #[arg(long = "return-origin")]
    return_origins: Vec<String>,
    /// Single sign-on: where people without a valid ticket log in, "none" to end it
    #[arg(long, requires = "sso_verify_url")]
    sso_login_url: Option<String>,
    /// Single sign-on: where tickets are verified
    #[arg(long, requires = "sso_login_url")]
    sso_verify_url: Option<String>,
    /// Single sign-on: how tickets are verified
    #[arg(long, value_enum, default_value_t = SsoModeName::Vendor)]
    sso_mode: SsoModeName,
    /// Single sign-on: where the browser goes after signing out
    #[arg(long)]
    sso_logout_url: Option<String>,
}

/// Ways to verify tickets, on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SsoModeName {
    /// The ticket is posted, JSON comes back
    Vendor,
    /// serviceValidate of a CAS 2 server
    Cas2,
    /// p3/serviceValidate of a CAS 3 server
    Cas3,
}

/// Absent = unchanged, `Some(None)` = ended.
fn sso(rules: &AppRules) -> Option<Option<SsoSettings>> {
    let (login_url, verify_url) = rules.sso_login_url.clone().zip(rules.sso_verify_url.clone())?;
    if login_url == "none" {
        return Some(None);
    }
    Some(Some(SsoSettings {
        login_url,
        verify_url,
        mode: match rules.sso_mode {
            SsoModeName::Vendor => SsoMode::Vendor,
            SsoModeName::Cas2 => SsoMode::Cas2,
            SsoModeName::Cas3 => SsoMode::Cas3,
        },
        logout_url: rules.sso_logout_url.clone(),
    }))
}

/// Names of areas on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AreaName {
    /// No limit
    All,
    /// Contracts and signing
    Contracts,
    /// Authentication and verification
    Identity,
    /// Companies and employees
    Organisation,
    /// Seals
    Seals,
    /// Templates and categories
    Templates,
}

impl AreaName {
    const fn area(self) -> Option<Area> {
        match self {
            Self::All => None,
            Self::Contracts => Some(Area::Contracts),
            Self::Identity => Some(Area::Identity),
            Self::Organisation => Some(Area::Organisation),
            Self::Seals => Some(Area::Seals),
            Self::Templates => Some(Area::Templates),
        }
    }
}

impl From<AppRules> for ApplicationChange {
    fn from(rules: AppRules) -> Self {
        // A list that is given replaces the one before; its word for "no limit" leaves it empty.
        let list = |given: Vec<String>, none: &str| {
            let is_given = !given.is_empty();
            let kept: Vec<String> = given.into_iter().filter(|text| text != none).collect();
            is_given.then_some(kept)
        };
        let sso = sso(&rules);
        let is_given = !rules.areas.is_empty();
        let areas: Vec<Area> = rules.areas.into_iter().filter_map(AreaName::area).collect();
        Self {
            enabled: rules.enabled,
            nonce_required: rules.require_nonce,
            md5_refused: rules.refuse_md5,
            signature_v2_required: rules.require_signature_v2,
            whole_hour_shift: rules.whole_hour_shift,
            ip_list: list(rules.ip_list, "any"),
            areas: is_given.then_some(areas),
            return_origins: list(rules.return_origins, "none"),
            sso,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum CompanyCommand {
    /// Make a company
    Create {
        /// Full legal name
        #[arg(long)]
        name: String,
        /// Unified social credit code or registration number
        #[arg(long)]
        register_no: Option<String>,
        /// Name of the legal representative
        #[arg(long)]
        legal_person: Option<String>,
        /// Platform company it is subordinate to
        #[arg(long)]
        parent: Option<String>,
        /// Nobody has seen its papers yet
        #[arg(long)]
        unauthenticated: bool,
    },
    /// List the companies: id, name, status, platform company
    List,
    /// Let a company pay for contracts; without it nothing is counted
    Balance {
        /// Full legal name
        name: String,
        /// Yuan to be added; with a minus sign to be taken
        #[arg(long, allow_hyphen_values = true)]
        add: Option<String>,
        /// Price of sending one contract, in yuan
        #[arg(long)]
        price: Option<String>,
        /// Count nothing any more
        #[arg(long, conflicts_with_all = ["add", "price"])]
        unlimited: bool,
    },
    /// Invitations into groups, answered in the name of the invited company
    Invitation {
        #[command(subcommand)]
        command: InvitationCommand,
    },
}

#[derive(Subcommand)]
pub(crate) enum InvitationCommand {
    /// List those nobody has answered
    List,
    /// The company joins the group
    Accept {
        /// Id of the invitation
        id: InvitationId,
    },
    /// It does not
    Refuse {
        /// Id of the invitation
        id: InvitationId,
    },
}

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Put somebody into a company; again, to give further roles
    Create {
        /// Full name of the company
        #[arg(long)]
        company: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// Mobile number
        #[arg(long, required_unless_present = "email")]
        mobile: Option<String>,
        /// Mail address
        #[arg(long, conflicts_with = "mobile")]
        email: Option<String>,
        /// Employee number
        #[arg(long)]
        number: Option<String>,
        /// Role; repeat it
        #[arg(long = "role")]
        roles: Vec<RoleName>,
    },
}

/// Names of roles on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// The company's legal representative
    LegalPerson,
    /// Uses and administers every seal
    SealAdmin,
    /// May do everything in the company
    SystemAdmin,
    /// Administers templates
    TemplateAdmin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::LegalPerson => Self::LegalPerson,
            RoleName::SealAdmin => Self::SealAdmin,
            RoleName::SystemAdmin => Self::SystemAdmin,
            RoleName::TemplateAdmin => Self::TemplateAdmin,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum SealCommand {
    /// List picture seals that wait for a decision
    Reviews {
        /// Write their pictures and letters into this folder
        #[arg(long)]
        save: Option<PathBuf>,
    },
    /// Make the seal
    Approve {
        /// Id of the application
        id: SealReviewId,
    },
    /// Refuse it
    Reject {
        /// Id of the application
        id: SealReviewId,
        /// Why, for the one who asked
        #[arg(long)]
        reason: String,
    },
    /// List what a seal was used for, newest first
    Uses {
        /// Id of the seal
        id: SealId,
    },
}

#[derive(Subcommand)]
pub(crate) enum IdentityCommand {
    /// List what waits for a decision
    Reviews {
        /// Write pictures, licences and letters into this folder; remove it afterwards
        #[arg(long)]
        save: Option<PathBuf>,
    },
    /// Decide on the pictures of a person's document
    Person {
        /// Id of the authentication
        id: PersonAuthId,
        /// Refuse, and why; without it they are accepted
        #[arg(long)]
        refuse: Option<String>,
    },
    /// Decide on the basic data of a company
    CompanyData {
        /// Id of the request
        request: String,
        /// Refuse, and why; without it they are accepted
        #[arg(long)]
        refuse: Option<String>,
    },
    /// Decide on the stamped letter of a company
    Letter {
        /// Id of the request
        request: String,
        /// Refuse, and why; without it it is accepted
        #[arg(long)]
        refuse: Option<String>,
    },
    /// Erase what identifies a person; contracts stay as they are
    Erase {
        /// Mobile number or mail address
        contact: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum CategoryCommand {
    /// Store the category that a JSON file describes; one of the same name is changed
    Import {
        /// The file; its format is in the documents for operators
        file: PathBuf,
        /// Only check the form of the file
        #[arg(long)]
        check: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum AuthorityCommand {
    /// Import an issuing authority from a PKCS#12 file, with the certificates up to its root
    Import {
        /// The file (.p12, .pfx)
        file: PathBuf,
        /// File with its password
        #[arg(long)]
        password_file: PathBuf,
        /// Revocation list of the root about the imported authority (DER)
        #[arg(long)]
        root_crl: Option<PathBuf>,
        /// Put an authority that is there aside
        #[arg(long)]
        replace: bool,
    },
    /// Revoke the certificate of a signing act; the ledger and the answers of OCSP and revocation list say so from then on
    Revoke {
        /// Serial number, hexadecimal
        serial: String,
        /// Why: the name of a CRLReason
        #[arg(long, value_enum, default_value = "unspecified")]
        reason: Reason,
    },
}

/// Reasons that make sense for a certificate that signed once (RFC 5280 5.3.1).
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Reason {
    /// The subject is wrong
    AffiliationChanged,
    /// The key was seen by somebody
    KeyCompromise,
    /// The signer had no right to sign
    PrivilegeWithdrawn,
    /// None of these
    Unspecified,
}

#[derive(Subcommand)]
pub(crate) enum CallbackCommand {
    /// List the events that were given up
    Dead,
    /// Deliver an event once more
    Resend {
        /// Id of the event
        event: EventId,
    },
}

impl Arguments {
    /// The settings: defaults, file, environment, command line.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let environment: BTreeMap<String, String> = std::env::vars()
            .filter(|(name, _)| name.starts_with("QISHU_"))
            .collect();
        let file = self
            .place
            .config
            .clone()
            .or_else(|| environment.get("QISHU_CONFIG").map(PathBuf::from));
        let file = match file {
            Some(path) => {
                let text =
                    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                Some((path.display().to_string(), text))
            }
            None => None,
        };
        Ok(Config::load(&Sources {
            file,
            environment,
            command_line: self.overrides(),
        })?)
    }

    fn overrides(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        if self.place.demo {
            pairs.push(("profile".to_owned(), "demo".to_owned()));
        }
        let given = [("data_dir", &self.place.data_dir), ("listen", &self.place.listen)];
        pairs.extend(
            given
                .into_iter()
                .filter_map(|(key, value)| value.clone().map(|value| (key.to_owned(), value))),
        );
        pairs
    }
}
