using System.Globalization;

namespace RagAspire.Extractor.Sandbox;

/// <summary>The system calls that the sandbox refuses without regard to their arguments.</summary>
internal static class RefusedCalls
{
    // Name, number on x64, number on arm64; a dash where the architecture has no such call.
    private const string Table = """
        # Sockets of every kind
        socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, listen 50 201, accept 43 202, accept4 288 242,
        sendto 44 206, sendmsg 46 211, sendmmsg 307 269, recvfrom 45 207, recvmsg 47 212, recvmmsg 299 243, setsockopt 54 208,
        # Other processes, and new ones
        ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, kcmp 312 272, pidfd_open 434 434,
        pidfd_getfd 438 438, pidfd_send_signal 424 424, process_madvise 440 440, process_mrelease 448 448, tkill 200 130,
        rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, fork 57 -, vfork 58 -, move_pages 279 239, migrate_pages 256 238,
        setpriority 141 140,
        # Memory and messages shared with other processes
        shmget 29 194, shmat 30 196, shmctl 31 195, shmdt 67 197, semget 64 190, semop 65 193, semtimedop 220 192,
        semctl 66 191, msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, mq_open 240 180, mq_unlink 241 181,
        # Changes of files
        creat 85 -, truncate 76 45, rename 82 -, renameat 264 38, renameat2 316 276, mkdir 83 -, mkdirat 258 34, rmdir 84 -,
        mknod 133 -, mknodat 259 33, link 86 -, linkat 265 37, unlink 87 -, unlinkat 263 35, symlink 88 -, symlinkat 266 36,
        chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54,
        setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, setxattrat 463 463, removexattr 197 14, lremovexattr 198 15,
        fremovexattr 199 16, removexattrat 466 466, utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88,
        # File systems and namespaces
        mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, move_mount 429 429, open_tree 428 428,
        open_tree_attr 467 467, fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433, mount_setattr 442 442,
        statmount 457 457, listmount 458 458, unshare 272 97, setns 308 268, name_to_handle_at 303 264,
        open_by_handle_at 304 265,
        # Rights and keys
        setuid 105 146, setgid 106 144, setreuid 113 145, setregid 114 143, setresuid 117 147, setresgid 119 149,
        setfsuid 122 151, setfsgid 123 152, setgroups 116 159, capset 126 91, personality 135 92, keyctl 250 219,
        add_key 248 217, request_key 249 218,
        # Parts of the kernel that no parser needs and that had exploitable faults
        bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, io_uring_setup 425 425, io_uring_enter 426 426,
        io_uring_register 427 427, io_setup 206 0, io_submit 209 2, vmsplice 278 75, splice 275 76, tee 276 77,
        memfd_secret 447 447, map_shadow_stack 453 453, fanotify_init 300 262, inotify_init 253 -, inotify_init1 294 26,
        modify_ldt 154 -, uselib 134 -,
        # Administration
        init_module 175 105, finit_module 313 273, delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294,
        reboot 169 142, syslog 103 116, acct 163 89, swapon 167 224, swapoff 168 225, quotactl 179 60, quotactl_fd 443 443,
        iopl 172 -, ioperm 173 -, lookup_dcookie 212 18, vhangup 153 58, sethostname 170 161, setdomainname 171 162,
        settimeofday 164 170, clock_settime 227 112, adjtimex 159 171, clock_adjtime 305 266, nfsservctl 180 42,
        """;

    /// <summary>The numbers of the running architecture.</summary>
    public static IReadOnlyList<uint> For(CallNumbers architecture)
    {
        var numbers = new List<uint>();
        foreach (var line in Table.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("#"))
            {
                continue;
            }

            foreach (var part in line.Split(','))
            {
                var words = line[part].Trim().ToString().Split(' ');
                if (words.Length == 3 && words[architecture.Column] != "-")
                {
                    numbers.Add(uint.Parse(words[architecture.Column], CultureInfo.InvariantCulture));
                }
            }
        }

        return numbers;
    }
}
