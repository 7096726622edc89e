package demitasse.tools.cli;

import demitasse.tools.source.Progress;

/** Says on standard error what is being done, once it has taken a second and then at most once a second. */
final class ErrorProgress implements Progress, AutoCloseable {
    private static final long PATIENCE_MS = 1_000;

    private Thread clock;
    private long nextMs;
    private boolean closed;
    private String shown = "";
    private String current = "";

    @Override
    public synchronized void step(String words) {
        current = words;
        if (clock == null) {
            // Not before the first step: a run from the cache has none and starts no thread.
            nextMs = System.currentTimeMillis() + PATIENCE_MS;
            clock = new Thread(this::watch, "progress");
            clock.setDaemon(true);
            clock.start();
        }
        notifyAll();
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized void watch() {
        try {
            while (!closed) {
                long leftMs = nextMs - System.currentTimeMillis();
                if (leftMs > 0) {
                    wait(leftMs);
                } else if (!current.equals(shown)) {
                    shown = current;
                    nextMs = System.currentTimeMillis() + PATIENCE_MS;
                    System.err.println("demi: " + current);
                } else {
                    wait();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
