//! What a process gives up before it touches a file of a stranger: files, sockets, programs, memory, time.
//!
//! The process does this to itself, right after its start and before it has a second thread; nothing of it can be
//! taken back. Nothing here needs root.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetStatus, Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use super::Layer;

/// What is left to a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    /// Memory, in bytes: address space of our own code, writable memory of other programs (their libraries are
    /// mapped but not used up).
    pub memory_bytes: u64,
    /// Processor time, in seconds; the last resort when nobody is there to stop the process.
    pub cpu_seconds: u64,
    /// What else it may do.
    pub rights: Rights,
}

/// What a process may do besides computing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// Nothing: it has its standard input and output and sees no file.
    Compute,
    /// Become another program and let it work in one folder.
    Program {
        /// The folder it may read and write.
        folder: PathBuf,
        /// What it may read. Paths that do not exist are passed over.
        readable: Vec<PathBuf>,
        /// Below these it may start programs. Paths that do not exist are passed over.
        executable: Vec<PathBuf>,
        /// Largest file it may write, in bytes.
        file_bytes: u64,
    },
}

/// A layer that could not be put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub layer: Layer,
    /// The system's reason.
    pub reason: String,
}

/// Locks the calling process in and says which layers are missing.
///
/// # Errors
/// When a limit cannot be set; then nobody should go on.
pub fn confine(confinement: &Confinement) -> std::io::Result<Vec<Missing>> {
    set_limits(confinement)?;
    let mut missing = Vec::new();
    // Landlock first: opening the folders its rules name is no longer allowed behind the filter.
    if let Err(reason) = restrict_files(&confinement.rights) {
        missing.push(Missing {
            layer: Layer::Landlock,
            reason,
        });
    }
    if let Err(reason) = filter_calls(&confinement.rights) {
        missing.push(Missing {
            layer: Layer::Seccomp,
            reason,
        });
    }
    Ok(missing)
}

fn set_limits(confinement: &Confinement) -> std::io::Result<()> {
    let set_both = |resource, current: u64, maximum: u64| {
        let limit = Rlimit {
            current: Some(current),
            maximum: Some(maximum),
        };
        setrlimit(resource, limit)
    };
    let set = |resource, limit| set_both(resource, limit, limit);
    set(Resource::Core, 0)?;
    // The first limit sends a signal that names the cause, the second one just kills.
    set_both(
        Resource::Cpu,
        confinement.cpu_seconds,
        confinement.cpu_seconds + 1,
    )?;
    match &confinement.rights {
        Rights::Compute => {
            set(Resource::As, confinement.memory_bytes)?;
            set(Resource::Fsize, 0)?;
            set(Resource::Nofile, 16)?;
        }
        Rights::Program { file_bytes, .. } => {
            set(Resource::Data, confinement.memory_bytes)?;
            set(Resource::Fsize, *file_bytes)?;
            set(Resource::Nofile, 512)?;
        }
    }
    // Neither traced nor dumped: the memory holds somebody's contract.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Files by Landlock. Rights that newer kernels know are taken away where they exist.
fn restrict_files(rights: &Rights) -> Result<(), String> {
    let newest = ABI::V6;
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))
        .map_err(|error| text(&error))?
        .handle_access(AccessNet::from_all(newest))
        .map_err(|error| text(&error))?
        .scope(Scope::from_all(newest))
        .map_err(|error| text(&error))?
        .create()
        .map_err(|error| text(&error))?;
    if let Rights::Program {
        folder,
        readable,
        executable,
        ..
    } = rights
    {
        let no_execute = AccessFs::from_all(newest) & !AccessFs::Execute;
        let mut allow = |path: &Path, access: BitFlags<AccessFs>| -> Result<(), String> {
            let Ok(opened) = PathFd::new(path) else {
                return Ok(());
            };
            let access = if path.is_dir() {
                access
            } else {
                access & AccessFs::from_file(newest)
            };
            (&mut rules)
                .add_rule(PathBeneath::new(opened, access))
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        allow(folder, no_execute)?;
        allow(Path::new("/dev/null"), AccessFs::ReadFile | AccessFs::WriteFile)?;
        for path in readable {
            allow(path, AccessFs::ReadFile | AccessFs::ReadDir)?;
        }
        for path in executable {
            allow(path, AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute)?;
        }
    }
    let status = rules.restrict_self().map_err(|error| text(&error))?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("the kernel has no Landlock, or it is switched off".to_owned()),
        _ => Ok(()),
    }
}

fn filter_calls(rights: &Rights) -> Result<(), String> {
    let filters = match rights {
        Rights::Compute => compute_filters(),
        Rights::Program { .. } => program_filters(),
    };
    for filter in filters.map_err(|error| error.to_string())? {
        seccompiler::apply_filter(&filter).map_err(|error| error.to_string())?;
    }
    Ok(())
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;
type Compiled<T> = Result<T, BackendError>;

/// "Not permitted", as an error number.
const REFUSED: SeccompAction = SeccompAction::Errno(libc::EPERM as u32);

fn compile(rules: Rules, otherwise: SeccompAction, matching: SeccompAction) -> Compiled<BpfProgram> {
    SeccompFilter::new(rules, otherwise, matching, std::env::consts::ARCH.try_into()?)?.try_into()
}

fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> Compiled<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}

/// Everything a computation with memory and two pipes needs, and nothing else.
fn compute_filters() -> Compiled<Vec<BpfProgram>> {
    let allowed = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_read,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
        // How a process that gives up ends itself.
        libc::SYS_tgkill,
        libc::SYS_write,
        libc::SYS_writev,
    ];
    let mut rules: Rules = allowed.into_iter().map(|call| (call, Vec::new())).collect();
    // Memory, but none that can be run.
    let protection = 2;
    let not_runnable = condition(protection, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0)?;
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![SeccompRule::new(vec![not_runnable.clone()])?]);
    }
    Ok(vec![compile(rules, REFUSED, SeccompAction::Allow)?])
}

/// For a large program that is not ours: what no converter needs is refused. Sockets only within the machine, and no
/// second process: so nothing outlives the one that is stopped.
fn program_filters() -> Compiled<Vec<BpfProgram>> {
    let refused = [
        libc::SYS_acct,
        libc::SYS_add_key,
        libc::SYS_bpf,
        libc::SYS_chroot,
        libc::SYS_delete_module,
        libc::SYS_fanotify_init,
        libc::SYS_finit_module,
        libc::SYS_init_module,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_io_uring_setup,
        libc::SYS_kexec_load,
        libc::SYS_keyctl,
        libc::SYS_kill,
        libc::SYS_mount,
        libc::SYS_move_mount,
        libc::SYS_name_to_handle_at,
        libc::SYS_open_by_handle_at,
        libc::SYS_open_tree,
        libc::SYS_perf_event_open,
        libc::SYS_personality,
        libc::SYS_pidfd_getfd,
        libc::SYS_pivot_root,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_ptrace,
        libc::SYS_quotactl,
        libc::SYS_reboot,
        libc::SYS_request_key,
        libc::SYS_setns,
        libc::SYS_setpgid,
        libc::SYS_setsid,
        libc::SYS_settimeofday,
        libc::SYS_swapoff,
        libc::SYS_swapon,
        libc::SYS_umount2,
        libc::SYS_unshare,
        libc::SYS_userfaultfd,
        libc::SYS_vhangup,
    ];
    let mut rules: Rules = refused.into_iter().map(|call| (call, Vec::new())).collect();
    let family = 0;
    let not_local = condition(family, SeccompCmpOp::Ne, libc::AF_UNIX as u64)?;
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![not_local])?]);
    let flags = 0;
    let no_thread = condition(flags, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64), 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![no_thread])?]);
    // LibreOffice asks whether it may write to /tmp, and puts its socket there rather than into its own folder when
    // the answer is yes. Landlock does not speak at that question, so the answer is given here.
    let asks_to_write = |argument| condition(argument, SeccompCmpOp::Eq, libc::W_OK as u64);
    rules.insert(
        libc::SYS_faccessat,
        vec![SeccompRule::new(vec![asks_to_write(2)?])?],
    );
    #[cfg(target_arch = "x86_64")]
    {
        rules.insert(libc::SYS_access, vec![SeccompRule::new(vec![asks_to_write(1)?])?]);
        rules.insert(libc::SYS_fork, Vec::new());
        rules.insert(libc::SYS_vfork, Vec::new());
    }
    let main = compile(rules, SeccompAction::Allow, REFUSED)?;
    // The flags of `clone3` lie in memory where a filter cannot look. Told that it does not exist, the C library
    // uses `clone`.
    let clone3: Rules = [(libc::SYS_clone3, Vec::new())].into();
    let not_there = SeccompAction::Errno(libc::ENOSYS as u32);
    Ok(vec![main, compile(clone3, SeccompAction::Allow, not_there)?])
}
