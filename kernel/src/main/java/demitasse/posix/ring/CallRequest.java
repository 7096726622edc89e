package demitasse.posix.ring;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.ENOBUFS;

import demitasse.posix.task.Call;
import demitasse.posix.task.CallOwner;
import demitasse.posix.task.KeptArguments;
import demitasse.posix.task.Task;
import demitasse.vfs.FileHandle;

/** A request that is a system call: it runs that call's handler, again and again while it cannot finish. */
public final class CallRequest extends RingRequest implements CallOwner {
    /** Completions of a request with many, before others have a turn. */
    private static final int SHOTS_PER_TURN_MAX = 32;
    private static final int BUFFER_FLAG = 1;
    private static final int BUFFER_SHIFT = 16;

    /** What it points at, for {@link #setKept}: a vector, messages, an address behind argument 1 or behind 4. */
    public static final int VECTOR = 1;
    public static final int SENT_MESSAGE = 2;
    public static final int RECEIVED_MESSAGE = 3;
    public static final int ADDRESS = 4;
    public static final int TARGET = 5;

    private final Call call;
    private final int number;
    private final long[] arguments = new long[6];
    /** The descriptor it works on; -1 for none. */
    private final int fd;
    private FileHandle fixed;
    /** Between two files, splice(2): which of the registered ones it reads; -1 when it is no registered one. */
    private int fixedSourceSlot = -1;
    private FileHandle fixedSource;
    private boolean hasSource;
    private boolean wantsAll;
    private boolean never;
    private boolean repeats;
    private boolean endsAtNothing;
    private boolean receives;
    /** What it must move for the chain to go on; -1 when any result but an error will do. */
    private long wholeBytes = -1;
    private int bufferGroup = -1;
    private long bufferLimit;
    /** The message that is received into such a buffer; null for other requests. */
    private KeptArguments message;
    /** Where among the registered files the descriptor goes, plus 1; 0 for the table of the process; or ANY_SLOT. */
    private int slot;
    private int keeps;

    public CallRequest(Ring ring, Task task, long userData, int flags, int number, int fd) {
        super(ring, task, userData, flags);
        this.number = number;
        this.fd = fd;
        call = new Call(task, this);
    }

    public CallRequest with(int index, long argument) {
        arguments[index] = argument;
        return this;
    }

    /** MSG_WAITALL: a part is not enough. */
    public void setWantsAll() {
        wantsAll = true;
    }

    /** What must be kept when it does not complete at once: the program may use that memory again. */
    public CallRequest setKept(int what) {
        keeps = what;
        return this;
    }

    /** RWF_NOWAIT: -EAGAIN rather than waiting. */
    public void setNeverWaits() {
        never = true;
    }

    /** At the end of a stream its chosen buffer stays with the others; reads of files take one for nothing. */
    public void setReceives() {
        receives = true;
    }

    /** It goes on after each success, IORING_ACCEPT_MULTISHOT; or until a success moves nothing. */
    public void setRepeats(boolean untilNothing) {
        repeats = true;
        endsAtNothing = untilNothing;
    }

    /** A chain goes on only after a transfer of this length. */
    public void setWhole(long lengthBytes) {
        wholeBytes = lengthBytes;
    }

    /** Arguments 1 and 2 are a buffer that is chosen when it is needed, IOSQE_BUFFER_SELECT. */
    public void selectBuffer(int group, long limitBytes) {
        bufferGroup = group;
        bufferLimit = limitBytes;
    }

    /** A message, whose vector is a buffer that is chosen when it is needed. */
    public void selectBuffer(int group, KeptArguments received) {
        selectBuffer(group, received.limitBytes());
        message = received;
        call.keep(received);
    }

    /** Its descriptor is the second of two files; the first is a registered one, unless this is -1. */
    public CallRequest setSource(int registeredSlot) {
        hasSource = true;
        fixedSourceSlot = registeredSlot;
        return this;
    }

    /** The file that it opens becomes a registered one. */
    public void setSlot(int indexPlusOne) {
        slot = indexPlusOne;
    }

    @Override
    public int kind() {
        return KIND_CALL;
    }

    @Override
    FileHandle file() {
        return fixed != null ? fixed : task().process().files().at(fd);
    }

    @Override
    void start() {
        if ((flags() & FIXED_FILE) != 0) {
            fixed = ring().registered().at(fd);
            if (fixed == null) {
                complete(-EBADF, 0);
                return;
            }
            fixed.retain();
        }
        if (fixedSourceSlot >= 0) {
            fixedSource = ring().registered().at(fixedSourceSlot);
            if (fixedSource == null) {
                end(-EBADF, 0);
                return;
            }
            fixedSource.retain();
        }
        prepare();
        turn();
    }

    @Override
    public void keepArguments() {
        if (keeps != 0) {
            call.keep(switch (keeps) {
                case VECTOR -> KeptArguments.ofVector(call, arguments[1], arguments[2]);
                case SENT_MESSAGE, RECEIVED_MESSAGE ->
                        KeptArguments.ofMessage(call, arguments[1], keeps == SENT_MESSAGE);
                case ADDRESS -> KeptArguments.ofBytes(call, arguments[1], arguments[2]);
                default -> KeptArguments.ofBytes(call, arguments[4], arguments[5]);
            });
            keeps = 0;
        }
    }

    private void prepare() {
        call.begin(number);
        call.a0 = arguments[0];
        call.a1 = arguments[1];
        call.a2 = arguments[2];
        call.a3 = arguments[3];
        call.a4 = arguments[4];
        call.a5 = arguments[5];
        FileHandle first = hasSource ? fixedSource : fixed;
        if (first != null) {
            call.pin(first);
        }
        if (hasSource && fixed != null) {
            call.pinSecond(fixed);
        }
    }

    @Override
    protected void run() {
        if (!call.isParked()) {
            turn();
        }
    }

    private void turn() {
        for (int shots = 0; shots < SHOTS_PER_TURN_MAX; shots++) {
            if (bufferGroup >= 0 && !selectBuffer()) {
                end(-ENOBUFS, 0);
                return;
            }
            long result = call.run();
            if (result == Call.PARKED) {
                if (never) {
                    end(-EAGAIN, 0);
                } else {
                    keepArguments();
                }
                return;
            }
            boolean takes = bufferGroup >= 0 && (receives ? result > 0 : result >= 0);
            int flags = takes ? takeBuffer() : 0;
            if (slot != 0 && result >= 0) {
                result = ring().registered().adopt(task().process().files().take((int) result), slot);
            }
            if (!repeats || result < 0 || endsAtNothing && result == 0 || ring().isFull()) {
                end((int) result, flags);
                return;
            }
            ring().post(userData(), (int) result, flags | MORE);
            prepare();
        }
        wake();
    }

    private boolean selectBuffer() {
        ProvidedBuffers provided = ring().provided();
        if (!provided.look(bufferGroup, task().process().memory())) {
            return false;
        }
        long bytes = bufferLimit == 0 ? provided.lengthBytes() : Math.min(bufferLimit, provided.lengthBytes());
        if (message != null) {
            message.choose(provided.address(), bytes);
            return true;
        }
        call.a1 = provided.address();
        call.a2 = bytes;
        return true;
    }

    private int takeBuffer() {
        return BUFFER_FLAG | ring().provided().take(bufferGroup) << BUFFER_SHIFT;
    }

    private void end(int result, int flags) {
        withdraw();
        complete(result, flags);
    }

    @Override
    void withdraw() {
        call.cancel();
        letGo();
        FileHandle file = fixed;
        FileHandle source = fixedSource;
        fixed = null;
        fixedSource = null;
        if (file != null) {
            ring().letGo(file);
        }
        if (source != null) {
            ring().letGo(source);
        }
    }

    @Override
    void letGo() {
        message = null;
        call.keep(null);
    }

    @Override
    boolean isFailure(int result) {
        return result < 0 || wholeBytes >= 0 && result != wholeBytes;
    }

    @Override
    public void woken() {
        wake();
    }

    @Override
    public boolean wantsAll() {
        return wantsAll;
    }
}
