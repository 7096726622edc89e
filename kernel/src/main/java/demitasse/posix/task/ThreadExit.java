package demitasse.posix.task;

/** What the end of a thread still does for others. */
final class ThreadExit {
    private ThreadExit() {
    }

    static void run(Task task) {
        task.setRobustList(0);
    }
}
