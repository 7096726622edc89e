package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;

import demitasse.base.memory.Memory;
import demitasse.machine.UserContext;
import demitasse.posix.debug.RegisterSets;
import demitasse.posix.debug.Tracee;
import demitasse.posix.memory.DebugAccess;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.signal.PendingSignals;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.VectorState;
import demitasse.posix.task.Call;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** What a tracer reads and changes of a task that stands still, ptrace(2). */
final class PtraceData {
    private static final int PTRACE_PEEKTEXT = 1;
    private static final int PTRACE_PEEKDATA = 2;
    private static final int PTRACE_PEEKUSER = 3;
    private static final int PTRACE_POKETEXT = 4;
    private static final int PTRACE_POKEDATA = 5;
    private static final int PTRACE_POKEUSER = 6;
    private static final int PTRACE_GETREGS = 12;
    private static final int PTRACE_SETREGS = 13;
    private static final int PTRACE_GETFPREGS = 14;
    private static final int PTRACE_SETFPREGS = 15;
    private static final int PTRACE_GETEVENTMSG = 0x4201;
    private static final int PTRACE_GETSIGINFO = 0x4202;
    private static final int PTRACE_SETSIGINFO = 0x4203;
    private static final int PTRACE_GETREGSET = 0x4204;
    private static final int PTRACE_SETREGSET = 0x4205;
    private static final int PTRACE_PEEKSIGINFO = 0x4209;
    private static final int PTRACE_GETSIGMASK = 0x420a;
    private static final int PTRACE_SETSIGMASK = 0x420b;
    private static final int PTRACE_GET_SYSCALL_INFO = 0x420e;

    private static final int NT_PRSTATUS = 1;
    private static final int NT_PRFPREG = 2;
    private static final int NT_X86_XSTATE = 0x202;
    /** struct iovec. */
    private static final int IOVEC_BYTES = 16;

    /** struct user, sys/user.h: u_debugreg[8] at the end. */
    private static final int USER_BYTES = 912;
    private static final int USER_DEBUG = 848;

    /** struct ptrace_peeksiginfo_args: 0 off, 8 flags, 12 nr. */
    private static final int PEEK_BYTES = 16;
    private static final int PEEK_SHARED = 1;

    /** struct ptrace_syscall_info: 0 op, 4 arch, 8 ip, 16 sp, 24 nr and arguments or rval and is_error. */
    private static final int CALL_BYTES = 88;
    private static final int CALL_NONE_BYTES = 24;
    private static final int CALL_ENTRY_BYTES = 80;
    private static final int CALL_EXIT_BYTES = 33;
    private static final int AUDIT_ARCH_X86_64 = 0xc000_003e;
    private static final int ERRNO_MAX = 4095;

    private PtraceData() {
    }

    static long exchange(Call call, Tracee tracee, int request, long address, long data) {
        Task task = tracee.task();
        switch (request) {
            case PTRACE_PEEKTEXT, PTRACE_PEEKDATA:
                return peek(call, task, address, data);
            case PTRACE_POKETEXT, PTRACE_POKEDATA:
                return poke(call, task, address, data);
            case PTRACE_PEEKUSER:
                return peekUser(call, tracee, address, data);
            case PTRACE_POKEUSER:
                return pokeUser(call, tracee, address, data);
            case PTRACE_GETREGS, PTRACE_SETREGS:
                return general(call, tracee, data, RegisterSets.GENERAL_BYTES, request == PTRACE_SETREGS);
            case PTRACE_GETFPREGS, PTRACE_SETFPREGS:
                return vector(call, task, data, VectorState.LEGACY_BYTES, request == PTRACE_SETFPREGS);
            case PTRACE_GETREGSET, PTRACE_SETREGSET:
                return registerSet(call, tracee, (int) address, data, request == PTRACE_SETREGSET);
            case PTRACE_GETEVENTMSG:
                return UserWord.storeLong(call, data, tracee.message());
            case PTRACE_GETSIGINFO, PTRACE_SETSIGINFO:
                return signalInfo(call, tracee, data, request == PTRACE_SETSIGINFO);
            case PTRACE_PEEKSIGINFO:
                return pendingSignals(call, task, address, data);
            case PTRACE_GETSIGMASK, PTRACE_SETSIGMASK:
                return signalMask(call, task, address, data, request == PTRACE_SETSIGMASK);
            case PTRACE_GET_SYSCALL_INFO:
                return callInfo(call, tracee, address, data);
            default:
                return -EIO;
        }
    }

    /** The C library's PTRACE_PEEKTEXT returns the word; the system call stores it. */
    private static long peek(Call call, Task task, long address, long data) {
        long word = call.scratch(Long.BYTES);
        long read = new DebugAccess(task.process().memory()).read(address, word, Long.BYTES);
        return read == Long.BYTES ? call.process().memory().copyOut(word, data, Long.BYTES) : -EIO;
    }

    private static long poke(Call call, Task task, long address, long data) {
        long word = call.scratch(Long.BYTES);
        Memory.putLong(word, data);
        return new DebugAccess(task.process().memory()).write(address, word, Long.BYTES) == Long.BYTES ? 0 : -EIO;
    }

    private static boolean isInUser(long offset) {
        return (offset & Long.BYTES - 1) == 0 && offset >= 0 && offset < USER_BYTES;
    }

    /** What is not a register reads as nought, arch_ptrace of Linux. */
    private static long peekUser(Call call, Tracee tracee, long offset, long data) {
        if (!isInUser(offset)) {
            return -EIO;
        }
        long value = 0;
        if (offset < RegisterSets.GENERAL_BYTES) {
            long registers = call.scratch(RegisterSets.GENERAL_BYTES);
            RegisterSets.show(tracee.task(), registers);
            value = Memory.getLong(registers + offset);
        } else if (offset >= USER_DEBUG && tracee.debugRegisters() != null) {
            value = tracee.debugRegisters().get((int) (offset - USER_DEBUG) / Long.BYTES);
        }
        return UserWord.storeLong(call, data, value);
    }

    private static long pokeUser(Call call, Tracee tracee, long offset, long data) {
        if (!isInUser(offset)) {
            return -EIO;
        }
        if (offset >= RegisterSets.GENERAL_BYTES) {
            boolean there = offset >= USER_DEBUG && call.instance().platform().hasDebugRegisters();
            return there ? tracee.makeDebugRegisters().set((int) (offset - USER_DEBUG) / Long.BYTES, data)
                    : offset >= USER_DEBUG && data == 0 ? 0 : -EIO;
        }
        long registers = call.scratch(RegisterSets.GENERAL_BYTES);
        RegisterSets.show(tracee.task(), registers);
        Memory.putLong(registers + offset, data);
        tracee.edited();
        return RegisterSets.change(tracee.task(), registers);
    }

    private static long general(Call call, Tracee tracee, long data, int lengthBytes, boolean sets) {
        UserSpace memory = call.process().memory();
        long registers = call.scratch(RegisterSets.GENERAL_BYTES);
        RegisterSets.show(tracee.task(), registers);
        if (!sets) {
            return memory.copyOut(registers, data, lengthBytes);
        }
        if (memory.copyIn(data, registers, lengthBytes) < 0) {
            return -EFAULT;
        }
        tracee.edited();
        return RegisterSets.change(tracee.task(), registers);
    }

    private static long vector(Call call, Task task, long data, int lengthBytes, boolean sets) {
        UserSpace memory = call.process().memory();
        long state = call.scratch(Math.max(VectorState.areaBytes(call.instance().platform()), lengthBytes));
        if (!sets) {
            VectorState.show(task, state);
            return memory.copyOut(state, data, lengthBytes);
        }
        return memory.copyIn(data, state, lengthBytes) < 0 ? -EFAULT : VectorState.change(task, state, lengthBytes);
    }

    /** A set by the number of its note, into or from an iovec that is told how much there was. */
    private static long registerSet(Call call, Tracee tracee, int set, long vector, boolean sets) {
        int setBytes = switch (set) {
            case NT_PRSTATUS -> RegisterSets.GENERAL_BYTES;
            case NT_PRFPREG -> VectorState.LEGACY_BYTES;
            case NT_X86_XSTATE -> VectorState.areaBytes(call.instance().platform());
            default -> 0;
        };
        long entry = UserWord.load(call, vector, IOVEC_BYTES);
        if (UserWord.isErrno(entry)) {
            return entry;
        }
        long base = Memory.getLong(entry);
        long room = Memory.getLong(entry + Long.BYTES);
        boolean whole = set == NT_PRSTATUS || !sets || Long.compareUnsigned(room, setBytes) >= 0;
        if (setBytes == 0 || (room & Long.BYTES - 1) != 0 || !whole) {
            return -EINVAL;
        }
        int bytes = Long.compareUnsigned(room, setBytes) < 0 ? (int) room : setBytes;
        long result = set == NT_PRSTATUS ? general(call, tracee, base, bytes, sets)
                : vector(call, tracee.task(), base, bytes, sets);
        return result < 0 ? result : UserWord.storeLong(call, vector + Long.BYTES, bytes);
    }

    private static long signalInfo(Call call, Tracee tracee, long data, boolean sets) {
        SignalInfo info = tracee.info();
        if (info == null) {
            return -EINVAL;
        }
        long copy = call.scratch(SignalInfo.SIZE_BYTES);
        if (!sets) {
            info.store(copy);
            return call.process().memory().copyOut(copy, data, SignalInfo.SIZE_BYTES);
        }
        if (call.process().memory().copyIn(data, copy, SignalInfo.SIZE_BYTES) < 0) {
            return -EFAULT;
        }
        info.load(copy);
        return 0;
    }

    /** PTRACE_PEEKSIGINFO: signals that wait, from one place in the queue on; how many were stored. */
    private static long pendingSignals(Call call, Task task, long arguments, long data) {
        long copy = UserWord.load(call, arguments, PEEK_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long offset = Memory.getLong(copy);
        int flags = Memory.getInt(copy + 8);
        int count = Memory.getInt(copy + 12);
        if ((flags & ~PEEK_SHARED) != 0 || count < 0) {
            return -EINVAL;
        }
        PendingSignals pending = flags == PEEK_SHARED ? task.process().signals().pending() : task.signals().pending();
        SignalInfo info = new SignalInfo();
        long buffer = call.scratch(SignalInfo.SIZE_BYTES);
        int done = 0;
        while (done < count && pending.peek(offset + done, info)) {
            info.store(buffer);
            long target = data + (long) done * SignalInfo.SIZE_BYTES;
            if (call.process().memory().copyOut(buffer, target, SignalInfo.SIZE_BYTES) < 0) {
                return done > 0 ? done : -EFAULT;
            }
            done++;
        }
        return done;
    }

    private static long signalMask(Call call, Task task, long sizeBytes, long data, boolean sets) {
        if (sizeBytes != Long.BYTES) {
            return -EINVAL;
        }
        if (!sets) {
            return UserWord.storeLong(call, data, task.signals().mask());
        }
        long word = UserWord.load(call, data, Long.BYTES);
        if (UserWord.isErrno(word)) {
            return word;
        }
        task.signals().setMask(Memory.getLong(word));
        return 0;
    }

    /** PTRACE_GET_SYSCALL_INFO: what the call is or was; how many bytes there are to know. */
    private static long callInfo(Call call, Tracee tracee, long sizeBytes, long data) {
        long info = call.scratch(CALL_BYTES);
        long registers = call.scratch(RegisterSets.GENERAL_BYTES);
        RegisterSets.show(tracee.task(), registers);
        Memory.fill(info, CALL_BYTES, (byte) 0);
        Memory.putInt(info + 4, AUDIT_ARCH_X86_64);
        Memory.putLong(info + 8, Memory.getLong(registers + UserContext.RIP));
        Memory.putLong(info + 16, Memory.getLong(registers + UserContext.RSP));
        int known = CALL_NONE_BYTES;
        if (tracee.kind() == Tracee.ENTRY) {
            Memory.putByte(info, (byte) 1);
            int[] words = {UserContext.ORIG_RAX, UserContext.RDI, UserContext.RSI, UserContext.RDX, UserContext.R10,
                UserContext.R8, UserContext.R9};
            for (int i = 0; i < words.length; i++) {
                Memory.putLong(info + CALL_NONE_BYTES + (long) i * Long.BYTES, Memory.getLong(registers + words[i]));
            }
            known = CALL_ENTRY_BYTES;
        } else if (tracee.kind() == Tracee.EXIT) {
            long result = Memory.getLong(registers + UserContext.RAX);
            Memory.putByte(info, (byte) 2);
            Memory.putLong(info + CALL_NONE_BYTES, result);
            Memory.putByte(info + CALL_EXIT_BYTES - 1, (byte) (result < 0 && result >= -ERRNO_MAX ? 1 : 0));
            known = CALL_EXIT_BYTES;
        }
        int bytes = Long.compareUnsigned(sizeBytes, known) < 0 ? (int) sizeBytes : known;
        return call.process().memory().copyOut(info, data, bytes) < 0 ? -EFAULT : known;
    }
}
