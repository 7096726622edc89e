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
}
