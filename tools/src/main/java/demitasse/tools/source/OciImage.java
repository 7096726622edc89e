package demitasse.tools.source;

import demitasse.tools.DemiException;
import demitasse.tools.json.JsonObject;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.Spool;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One image of an OCI layout: index.json, perhaps an index in an index, a manifest, its configuration and
 * layers (image-spec 1.1). Every blob is checked against the size and SHA-256 that its descriptor states.
 */
final class OciImage {
    private static final String TAG = "org.opencontainers.image.ref.name";
    private static final String TYPE = "mediaType";
    private static final int DOCUMENT_BYTES_MAX = 16 << 20;
    private static final int NESTED_MAX = 4;

    private final BlobStore store;
    private final String origin;
    private final String tag;
    private JsonObject manifest;

    OciImage(BlobStore store, String origin, String tag) {
        this.store = store;
        this.origin = origin;
        this.tag = tag;
    }

    String manifestDigest() throws IOException {
        return manifest().string("digest");
    }

    RootFs read(Spool spool, Progress progress) throws IOException {
        JsonObject document = document(manifest(), "the manifest");
        JsonObject config = document(document.object("config"), "the configuration");
        checkPlatform(config);
        FileTree tree = new FileTree();
        Unpacker unpacker = new Unpacker(tree, spool, Unpacker.Style.LAYER);
        List<JsonObject> layers = document.objects("layers");
        for (int i = 0; i < layers.size(); i++) {
            progress.step("unpacking layer " + (i + 1) + " of " + layers.size() + " of " + origin);
            tree.startLayer();
            try (VerifiedInput layer = open(layers.get(i), "layer " + (i + 1))) {
                unpacker.unpack(layer, "layer " + (i + 1) + " of " + origin);
                layer.verify();
            } catch (DemiException e) {
                throw damagedFirst(layers.get(i), "layer " + (i + 1), e);
            }
        }
        JsonObject run = config.object("config");
        return new RootFs(tree, new Defaults(run.strings("Entrypoint"), run.strings("Cmd"), run.strings("Env"),
                run.string("User"), run.string("WorkingDir")));
    }

    /**
     * A layer that cannot be unpacked because it is not the layer that was promised: this is what to say
     * then.
     */
    private DemiException damagedFirst(JsonObject descriptor, String what, DemiException e) throws IOException {
        try (VerifiedInput layer = open(descriptor, what)) {
            layer.drain();
            layer.verify();
        }
        return e;
    }

    private JsonObject manifest() throws IOException {
        if (manifest == null) {
            JsonObject index = parse(read("index.json", "index.json"), "index.json");
            manifest = choose(index, true, NESTED_MAX);
        }
        return manifest;
    }

    /** The descriptor of the manifest that is asked for and runs here. */
    private JsonObject choose(JsonObject index, boolean isTop, int nestedLeft) throws IOException {
        List<JsonObject> tagged = new ArrayList<>();
        TreeSet<String> tags = new TreeSet<>();
        for (JsonObject descriptor : index.objects("manifests")) {
            String name = descriptor.object("annotations").string(TAG);
            tags.add(name);
            if (!isTop || tag.isEmpty() || name.equals(tag) || name.endsWith(":" + tag)) {
                tagged.add(descriptor);
            }
        }
        List<JsonObject> fitting = tagged.stream().filter(OciImage::runsHere).toList();
        if (tagged.isEmpty()) {
            throw new DemiException(origin + (tag.isEmpty() ? " holds no image" : " holds no image '" + tag + "'"));
        }
        if (fitting.isEmpty()) {
            throw new DemiException(origin + " holds no image for linux/amd64");
        }
        if (isTop && tag.isEmpty() && fitting.size() > 1 && tags.size() > 1) {
            throw new DemiException(origin + " holds several images; name one of them after a colon: "
                    + String.join(", ", tags));
        }
        JsonObject chosen = fitting.getFirst();
        if (!isIndex(chosen)) {
            return chosen;
        }
        if (nestedLeft == 0) {
            throw new DemiException(origin + " has indexes in indexes without end");
        }
        return choose(document(chosen, "an index"), false, nestedLeft - 1);
    }

    private static boolean isIndex(JsonObject descriptor) {
        String type = descriptor.string(TYPE);
        return type.endsWith(".image.index.v1+json") || type.endsWith(".manifest.list.v2+json");
    }

    private static boolean runsHere(JsonObject descriptor) {
        return isOurs(descriptor.object("platform"));
    }

    /** What says nothing of its platform is taken for ours. */
    private static boolean isOurs(JsonObject platform) {
        return (platform.string("os").isEmpty() || platform.string("os").equals("linux"))
                && (platform.string("architecture").isEmpty() || platform.string("architecture").equals("amd64"));
    }

    private void checkPlatform(JsonObject config) {
        if (!isOurs(config)) {
            throw new DemiException(origin + " is for " + config.string("os") + "/" + config.string("architecture")
                    + ", not for linux/amd64");
        }
    }

    private JsonObject document(JsonObject descriptor, String what) throws IOException {
        try (VerifiedInput blob = open(descriptor, what)) {
            byte[] bytes = blob.readNBytes(DOCUMENT_BYTES_MAX);
            blob.drain();
            blob.verify();
            return parse(bytes, what);
        }
    }

    private VerifiedInput open(JsonObject descriptor, String what) throws IOException {
        String digest = descriptor.string("digest");
        if (!digest.matches("sha256:[0-9a-f]{64}")) {
            throw new DemiException(what + " of " + origin + " has no sha256 digest that names it");
        }
        String name = "blobs/" + digest.replace(':', '/');
        Optional<InputStream> blob = store.open(name);
        if (blob.isEmpty()) {
            throw new DemiException(what + " of " + origin + " is missing: there is no " + name);
        }
        return new VerifiedInput(blob.get(), digest, descriptor.integer("size"), what + " of " + origin);
    }

    private byte[] read(String name, String what) throws IOException {
        Optional<InputStream> file = store.open(name);
        if (file.isEmpty()) {
            throw new DemiException(origin + " has no " + what + ", so it is no OCI layout");
        }
        try (InputStream source = file.get()) {
            return source.readNBytes(DOCUMENT_BYTES_MAX);
        }
    }

    private JsonObject parse(byte[] bytes, String what) {
        return JsonObject.parse(bytes, what + " of " + origin);
    }
}
