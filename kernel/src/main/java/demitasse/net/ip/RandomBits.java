package demitasse.net.ip;

/** Where random numbers come from that nobody can guess. */
public interface RandomBits {
    long bits();
}
