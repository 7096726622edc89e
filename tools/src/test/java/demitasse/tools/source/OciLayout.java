package demitasse.tools.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/** Writes OCI layouts, right ones and wrong ones. */
final class OciLayout {
    static final String CONFIG = """
        {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/entry"],"Cmd":["a","b"],
         "Env":["PATH=/bin","X=1"],"User":"alice","WorkingDir":"/work","Labels":null},
         "rootfs":{"type":"layers","diff_ids":[]}}""";

    private final Path directory;

    OciLayout(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory.resolve("blobs/sha256"));
        Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    Path directory() {
        return directory;
    }

    /** An image of these layers, the only one of the layout. */
    OciLayout image(String config, byte[]... layers) throws IOException {
        return index(manifest(config, layers));
    }

    /** The descriptor of a manifest. */
    String manifest(String config, byte[]... layers) throws IOException {
        StringBuilder list = new StringBuilder();
        for (byte[] layer : layers) {
            list.append(list.isEmpty() ? "" : ",").append(descriptor("application/vnd.oci.image.layer.v1.tar", layer));
        }
        String manifest = "{\"schemaVersion\":2,\"config\":"
                + descriptor("application/vnd.oci.image.config.v1+json", config.getBytes(StandardCharsets.UTF_8))
                + ",\"layers\":[" + list + "]}";
        return descriptor("application/vnd.oci.image.manifest.v1+json", manifest.getBytes(StandardCharsets.UTF_8));
    }

    String nested(String... descriptors) throws IOException {
        return descriptor("application/vnd.oci.image.index.v1+json",
                ("{\"manifests\":[" + String.join(",", descriptors) + "]}").getBytes(StandardCharsets.UTF_8));
    }

    OciLayout index(String... descriptors) throws IOException {
        Files.writeString(directory.resolve("index.json"),
                "{\"schemaVersion\":2,\"manifests\":[" + String.join(",", descriptors) + "]}");
        return this;
    }

    static String tagged(String descriptor, String tag) {
        return with(descriptor, "\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + tag + "\"}");
    }

    static String platform(String descriptor, String architecture) {
        return with(descriptor, "\"platform\":{\"os\":\"linux\",\"architecture\":\"" + architecture + "\"}");
    }

    /** Adds a blob, returns its descriptor. */
    String descriptor(String type, byte[] blob) throws IOException {
        String digest = sha256(blob);
        Files.write(directory.resolve("blobs/sha256").resolve(digest), blob);
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"sha256:" + digest + "\",\"size\":" + blob.length + "}";
    }

    Path blob(byte[] content) {
        return directory.resolve("blobs/sha256").resolve(sha256(content));
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(target)) {
            gzip.write(bytes);
        }
        return target.toByteArray();
    }

    private static String with(String descriptor, String field) {
        return descriptor.substring(0, descriptor.length() - 1) + "," + field + "}";
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
