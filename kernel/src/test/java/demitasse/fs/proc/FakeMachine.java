package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** How large and how busy the system of {@link FakeSystem} is. */
abstract class FakeMachine implements SystemView {
    @Override
    public void keys(Text out, boolean users) {
    }

    @Override
    public long totalBytes() {
        return 256L << 20;
    }

    @Override
    public long freeBytes() {
        return 200L << 20;
    }

    @Override
    public long cachedBytes() {
        return 1L << 20;
    }

    @Override
    public long uptimeNs() {
        return 61_234_000_000L;
    }

    @Override
    public long idleNs() {
        return 1_050_000_000L;
    }

    @Override
    public long bootTimeS() {
        return 1_700_000_000L;
    }

    @Override
    public int lastPid() {
        return 43;
    }

    @Override
    public int runnable() {
        return 1;
    }

    @Override
    public int tasks() {
        return 2;
    }

    @Override
    public void processors(Text out) {
        out.add("processor\t: 0\n");
    }

    @Override
    public void version(Text out) {
        out.add("#1");
    }

    @Override
    public void domainName(Text out) {
        out.add("(none)");
    }

    @Override
    public void messageQueues(Text out) {
        out.add("queues\n");
    }

    @Override
    public void semaphores(Text out) {
        out.add("semaphores\n");
    }

    @Override
    public void segments(Text out) {
        out.add("segments\n");
    }
}
