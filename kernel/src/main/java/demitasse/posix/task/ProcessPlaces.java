package demitasse.posix.task;

import demitasse.base.annotation.ColdPath;
import demitasse.vfs.Path;

/**
 * From where the tasks of a process see the file system: all from the same places, but for those that unshare(2)
 * CLONE_FS has set apart and whom they have made since.
 */
final class ProcessPlaces {
    private final Process process;
    private FileSystemContext common;
    private int tasksApart;

    /** Takes the places over. */
    ProcessPlaces(Process process, FileSystemContext common) {
        this.process = process;
        this.common = common;
    }

    /** Those of the running task; other processes see what the first task has. */
    FileSystemContext current() {
        return tasksApart == 0 ? common : ofTask(process.instance().current());
    }

    @ColdPath("a thread with places of its own")
    private FileSystemContext ofTask(Task running) {
        Task task = running == null || running.process() != process ? process.firstTask() : running;
        return task == null || task.places == null ? common : task.places;
    }

    /** Whether the running task has its places in common with anybody. */
    boolean areShared() {
        FileSystemContext own = current();
        return own.isShared() || own == common && process.taskCount() - tasksApart > 1;
    }

    /** The running task, or the process that has no other, shares them with nobody any more. */
    void unshare() {
        Task task = process.isSingleThreaded() ? process.firstTask() : process.instance().current();
        if (task.places != null) {
            task.places = task.places.unshare();
        } else if (process.isSingleThreaded()) {
            common = common.unshare();
        } else {
            task.places = common.copy();
            tasksApart++;
        }
    }

    /** A new task is where its maker is. */
    void follow(Task task, Task maker) {
        if (maker.places != null) {
            task.places = maker.places.share();
            tasksApart++;
        }
    }

    void rootMoved(Path from, Path to) {
        common.rootMoved(from, to);
        for (Task task = process.firstTask(); task != null && tasksApart > 0; task = process.taskAfter(task)) {
            if (task.places != null) {
                task.places.rootMoved(from, to);
            }
        }
    }

    void ended(Task task) {
        if (task.places != null) {
            task.places.leave();
            task.places = null;
            tasksApart--;
        }
    }

    /** The process has ended, after all of its tasks. */
    void leave() {
        common.leave();
    }
}
