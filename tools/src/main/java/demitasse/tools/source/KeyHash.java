package demitasse.tools.source;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Builds a cache key from parts; each part is delimited, so "ab","c" and "a","bc" differ. */
final class KeyHash {
    private final String kind;
    private final MessageDigest digest;

    KeyHash(String kind) {
        this.kind = kind;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    KeyHash add(String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
        return this;
    }

    KeyHash add(long part) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            digest.update((byte) (part >>> shift));
        }
        return this;
    }

    String finish() {
        return kind + ":" + HexFormat.of().formatHex(digest.digest());
    }
}
