package demitasse.posix.signal;

/** Spare {@link SignalInfo}s, so that a stream of signals makes no garbage. */
public final class SignalInfoPool {
    private static final int SPARE_MAX = 64;

    private SignalInfo spare;
    private int spareCount;

    SignalInfo take() {
        SignalInfo info = spare;
        if (info == null) {
            return new SignalInfo();
        }
        spare = info.next;
        spareCount--;
        return info;
    }

    void give(SignalInfo info) {
        if (spareCount < SPARE_MAX) {
            info.next = spare;
            spare = info;
            spareCount++;
        }
    }
}
