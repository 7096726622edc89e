package demitasse.posix.task;

import demitasse.alloc.Pages;
import demitasse.machine.Platform;
import demitasse.posix.file.Files;
import demitasse.sched.timer.Timers;
import demitasse.vfs.Mounts;

/** What all processes of an instance share; put together by boot. */
public final class Instance {
    private final Platform platform;
    private final Pages pages;
    private final Timers timers;
    private final Mounts mounts;
    private final Scratch scratch;
    private final Files files;

    public Instance(Platform platform, Pages pages, Timers timers, Mounts mounts, Scratch scratch) {
        this.platform = platform;
        this.pages = pages;
        this.timers = timers;
        this.mounts = mounts;
        this.scratch = scratch;
        this.files = new Files(pages, timers, platform.clock());
    }

    public Platform platform() {
        return platform;
    }

    public Pages pages() {
        return pages;
    }

    public Timers timers() {
        return timers;
    }

    public Mounts mounts() {
        return mounts;
    }

    public Scratch scratch() {
        return scratch;
    }

    /** What open files share. */
    public Files files() {
        return files;
    }

    /** The monotonic clock now. */
    public long nowNs() {
        return platform.clock().monotonicNs();
    }
}
