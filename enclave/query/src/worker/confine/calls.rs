//! The system calls that a worker may make.
//!
//! A list of what is allowed, not of what is known to be harmful: a kernel
//! learns new calls, and a worker needs none of them. What is not on the list
//! answers as if the kernel did not have it, so that a C library falls back to
//! an older call or reports an error; nothing is killed for asking.
//!
//! Not on the list, among others: sockets (but a pair of its own), programs and
//! processes, files for writing, tracing, mounts, namespaces, keys, modules,
//! io_uring, bpf, userfaultfd, perf events.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

/// Allowed whatever the arguments.
const ALLOWED: &[i64] = &[
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // Threads and their signals.
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_membarrier,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_sigaltstack,
    // Pipes, and the files that Landlock leaves.
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_faccessat,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_statx,
    libc::SYS_write,
    libc::SYS_writev,
    // Time, chance, and the machine.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    // Confinement only ever narrows.
    libc::SYS_landlock_add_rule,
    libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_restrict_self,
];

/// Older calls, which only this architecture has.
#[cfg(target_arch = "x86_64")]
const OF_ARCHITECTURE: &[i64] = &[
    libc::SYS_access,
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
    libc::SYS_epoll_wait,
    libc::SYS_lstat,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_stat,
];
#[cfg(not(target_arch = "x86_64"))]
const OF_ARCHITECTURE: &[i64] = &[];

/// Bits of an open file that allow to write, create or shorten it.
const WRITING: i32 = libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC;

/// Confines this thread and those that it starts. False if the kernel cannot.
pub(super) fn confine() -> bool {
    filter().is_some_and(|filter| seccompiler::apply_filter(&filter).is_ok())
}

fn filter() -> Option<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED
        .iter()
        .chain(OF_ARCHITECTURE)
        .map(|&call| (call, vec![]))
        .collect();
    let itself = u64::from(std::process::id());
    let threads = bits(libc::CLONE_THREAD);
    let limited = [
        // clone3 hides its flags from a filter; without it, clone is used.
        (
            libc::SYS_clone,
            vec![rule(0, SeccompCmpOp::MaskedEq(threads), threads)?],
        ),
        (
            libc::SYS_openat,
            vec![rule(2, SeccompCmpOp::MaskedEq(bits(WRITING)), 0)?],
        ),
        // The limits of another process are not its to see or set.
        (libc::SYS_prlimit64, vec![rule(0, SeccompCmpOp::Eq, 0)?]),
        // Aborting is a signal to oneself.
        (libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, itself)?]),
        // The runtime wakes itself by a pair of sockets.
        (
            libc::SYS_socketpair,
            vec![rule(0, SeccompCmpOp::Eq, bits(libc::AF_UNIX))?],
        ),
        (
            libc::SYS_prctl,
            [
                libc::PR_SET_NAME,
                libc::PR_GET_NO_NEW_PRIVS,
                libc::PR_SET_NO_NEW_PRIVS,
            ]
            .into_iter()
            .map(|option| rule(0, SeccompCmpOp::Eq, bits(option)))
            .collect::<Option<_>>()?,
        ),
    ];
    rules.extend(limited);
    SeccompFilter::new(
        rules,
        SeccompAction::Errno(bits32(libc::ENOSYS)),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into().ok()?,
    )
    .ok()?
    .try_into()
    .ok()
}

/// The call is allowed when an argument's lower half is so.
fn rule(argument: u8, operator: SeccompCmpOp, value: u64) -> Option<SeccompRule> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value);
    SeccompRule::new(vec![condition.ok()?]).ok()
}

fn bits(flags: i32) -> u64 {
    u64::from(bits32(flags))
}

fn bits32(flags: i32) -> u32 {
    flags.cast_unsigned()
}
