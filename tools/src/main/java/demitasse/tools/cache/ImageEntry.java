package demitasse.tools.cache;

import demitasse.tools.json.JsonObject;
import demitasse.tools.source.Accounts;
import demitasse.tools.source.Defaults;

/**
 * What the cache knows of one source.
 *
 * @param stamp the image file's inode and time when its digest was last known to be right
 */
public record ImageEntry(String key, String name, String digest, long sizeBytes, long createdMs, String stamp,
        Defaults defaults, Accounts accounts) {
    private static final long FORMAT = 1;

    String toJson() {
        return JsonObject.empty().with("format", FORMAT).with("key", key).with("name", name).with("digest", digest)
                .with("sizeBytes", sizeBytes).with("createdMs", createdMs).with("stamp", stamp)
                .with("entrypoint", defaults.entrypoint()).with("command", defaults.command())
                .with("environment", defaults.environment()).with("user", defaults.user())
                .with("workingDirectory", defaults.workingDirectory()).with("accounts", accounts.toJson())
                .toString();
    }

    /** The entry, or null when the text is of another format. */
    static ImageEntry fromJson(byte[] text, String document) {
        JsonObject json = JsonObject.parse(text, document);
        if (json.integer("format") != FORMAT) {
            return null;
        }
        Defaults defaults = new Defaults(json.strings("entrypoint"), json.strings("command"),
                json.strings("environment"), json.string("user"), json.string("workingDirectory"));
        return new ImageEntry(json.string("key"), json.string("name"), json.string("digest"),
                json.integer("sizeBytes"), json.integer("createdMs"), json.string("stamp"), defaults,
                Accounts.fromJson(json.object("accounts")));
    }

    ImageEntry withStamp(String newStamp) {
        return new ImageEntry(key, name, digest, sizeBytes, createdMs, newStamp, defaults, accounts);
    }

    ImageEntry withKey(String newKey, String newName) {
        return new ImageEntry(newKey, newName, digest, sizeBytes, createdMs, stamp, defaults, accounts);
    }
}
