package demitasse.fs.dev;

/** Where /dev/random gets its bytes: the kernel's generator, which never runs dry once seeded, random(7). */
public interface RandomSource {
    /** Fills kernel memory. */
    void fill(long target, int lengthBytes);

    /** Mixes in what a program wrote, random(4). */
    void mix(long source, int lengthBytes);
}
