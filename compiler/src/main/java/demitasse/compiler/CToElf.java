package demitasse.compiler;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** C files in, ELF out: gcc over the generated unit, the freestanding runtime and the platform's own sources. */
final class CToElf {
    /** Files of TeaVM's runtime that need an operating system or floating point; runtime.c stands in for them. */
    private static final Set<String> REPLACED = Set.of("core.c", "memory.c", "heaptrace.c", "heapdump.c",
            "stringhash.c", "log.c", "time.c", "fiber.c", "file.c", "date.c", "virtcall.c", "callsites.c");
    private static final List<String> HEADERS = List.of("demitasse.h", "demitasse-checks.h",
            "rawcpu.h", "rawmemory.h", "stdlib.h",
            "string.h", "stdio.h", "uchar.h", "wchar.h", "math.h", "inttypes.h");
    private static final List<String> OVERLAYS = List.of("stack.h", "exceptions.h");

    private static final List<String> COMMON_FLAGS = List.of("-std=gnu11", "-O2", "-g", "-ffreestanding",
            "-fno-strict-aliasing", "-fwrapv", "-mno-red-zone", "-mgeneral-regs-only", "-fno-omit-frame-pointer",
            "-fno-asynchronous-unwind-tables", "-ffunction-sections", "-fdata-sections", "-fcf-protection=none",
            "-mstack-protector-guard=global", "-Werror=implicit-function-declaration");
    private static final List<String> WRITTEN_CODE_FLAGS = List.of("-fstack-protector-strong");
    /**
     * The only locals of generated code that have an address are shadow frames, written at constant places,
     * so there is nothing to smash; the strong protector would put a canary into every function with a
     * reference. -O3 inlines small methods more often than -O2, which ours are: a byte through a pipe takes
     * 72 ns instead of 78 (test/bench/run calls), for 0.1 MB. Its own limit of 30 instructions for what is
     * small would cost 0.06 MB more than 20 do, and gains nothing. What jumps lead to, and nothing else, is mostly a
     * ud2 here: aligning them would cost 0.08 MB.
     */
    private static final List<String> GENERATED_CODE_FLAGS = List.of("-fstack-protector", "-O3",
            "--param=max-inline-insns-auto=20", "-fno-align-jumps");
    /** The generated C is full of harmless things that gcc warns of; nobody could act on them. */
    private static final String JAVA_OBJECT = "java.o";
    private static final List<String> LIBC_FLAGS = List.of("-fno-builtin", "-fno-tree-loop-distribute-patterns");
    private static final List<String> LINK_FLAGS = List.of("-nostdlib", "-Wl,--gc-sections", "-Wl,--build-id=none",
            "-Wl,-z,noexecstack", "-Wl,-z,max-page-size=4096");

    private final ImageRequest request;
    private final PlatformSources platform;
    private final Toolchain toolchain;
    private final Path work;

    CToElf(ImageRequest request, PlatformSources platform, Toolchain toolchain) {
        this.request = request;
        this.platform = platform;
        this.toolchain = toolchain;
        this.work = request.work();
    }

    void build(Path generated) {
        unpackRuntime(generated);
        writeUnit(generated, request.fastFunctions());
        List<String> objects = new ArrayList<>();
        objects.add(compile(generated.resolve("image.c"), generatedFlags(generated), JAVA_OBJECT));
        objects.add(compile(work.resolve("runtime/libc.c"), freestanding(LIBC_FLAGS), "libc.o"));
        platform.embedded().forEach(this::buildEmbedded);
        for (Path source : platform.sources()) {
            String object = "platform-" + source.getFileName() + ".o";
            objects.add(compile(source, platformFlags(), object));
        }
        link(objects);
    }

    private void unpackRuntime(Path generated) {
        createDirectory(work.resolve("embedded"));
        for (String header : HEADERS) {
            unpack("include/" + header, work.resolve("runtime/include").resolve(header));
        }
        unpack("libc.c", work.resolve("runtime/libc.c"));
        unpack("runtime.c", generated.resolve("demitasse-runtime.c"));
        for (String overlay : OVERLAYS) {
            unpack("overlay/" + overlay, generated.resolve(overlay));
        }
        placeClasses(generated.resolve("core.h"));
    }

    /**
     * An object names its class by a distance in units of 8 bytes from a place below all classes. Where the image
     * begins is one, and the linker knows it: nothing has to be loaded to find a class, and no list of all classes
     * keeps those in the image that nobody uses.
     */
    private static void placeClasses(Path header) {
        try {
            String text = Files.readString(header);
            String placed = text.replace("extern char* teavm_beforeClasses;", "#define teavm_beforeClasses"
                            + " __executable_start\nextern char __executable_start[]"
                            + " __attribute__((visibility(\"hidden\")));")
                    .replace("((cls) << 3)", "((uint32_t) (cls) << 3)");
            if (!placed.contains("#define teavm_beforeClasses") || !placed.contains("(uint32_t) (cls) << 3")) {
                throw new CompileException("TeaVM's core.h finds classes in a way that the compiler does not know.");
            }
            Files.writeString(header, placed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void createDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void unpack(String resource, Path target) {
        try (InputStream in = CToElf.class.getResourceAsStream("c/" + resource)) {
            createDirectory(target.getParent());
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One unit, so that gcc inlines across classes and drops what nothing calls. */
    private static void writeUnit(Path generated, Path fastFunctions) {
        try {
            List<String> files = Files.readAllLines(generated.resolve("all.txt")).stream()
                    .filter(file -> !file.isBlank() && !REPLACED.contains(file)).toList();
            new StringPool(generated).prune(files);
            new ArrayClassPool(generated).shrink(files);
            new ClassRecords(generated).shorten();
            new ColdFunctions(generated, fastFunctions).mark(files);
            String unit = files.stream().map(file -> "#include \"" + file + "\"\n").collect(Collectors.joining());
            Files.writeString(generated.resolve("image.c"), unit + "#include \"demitasse-runtime.c\"\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an image is wanted soon rather than fast, for work on the kernel: see HACKING. */
    static boolean isQuick() {
        return !System.getenv().getOrDefault("DEMITASSE_QUICK", "").isEmpty();
    }

    private List<String> generatedFlags(Path generated) {
        List<String> flags = freestanding(GENERATED_CODE_FLAGS);
        if (isQuick()) {
            flags.add("-O1");
        }
        flags.addAll(List.of("-iquote", generated.toString(), "-iquote", platform.directory().toString()));
        return flags;
    }

    private void buildEmbedded(PlatformSources.Embedded embedded) {
        List<String> arguments = new ArrayList<>(prefixMaps());
        if (!platform.systemHeaders()) {
            arguments.addAll(freestanding(List.of()));
        }
        arguments.addAll(embedded.flags());
        embedded.sources().forEach(source -> arguments.add(source.toString()));
        arguments.addAll(List.of("-nostdlib", "-Wl,--build-id=none", "-o", embeddedDirectory() + embedded.name()));
        toolchain.gcc(work, arguments);
    }

    private String embeddedDirectory() {
        return work + "/embedded/";
    }

    private List<String> platformFlags() {
        List<String> flags = platform.systemHeaders()
                ? new ArrayList<>(List.of("-isystem", work.resolve("runtime/include").toString()))
                : freestanding(List.of());
        flags.addAll(WRITTEN_CODE_FLAGS);
        flags.addAll(List.of("-Wall", "-Wa,-I," + embeddedDirectory()));
        return flags;
    }

    private List<String> freestanding(List<String> more) {
        List<String> flags = new ArrayList<>(List.of("-nostdinc", "-isystem", toolchain.includeDirectory(),
                "-isystem", work.resolve("runtime/include").toString()));
        flags.addAll(more);
        return flags;
    }

    private String compile(Path source, List<String> flags, String object) {
        String target = work.resolve(object).toString();
        List<String> arguments = new ArrayList<>(COMMON_FLAGS);
        arguments.addAll(prefixMaps());
        arguments.addAll(flags);
        arguments.addAll(platform.compilerFlags());
        arguments.addAll(List.of("-c", source.toString(), "-o", target));
        String warnings = toolchain.gcc(work, arguments);
        if (!warnings.isBlank() && !object.equals(JAVA_OBJECT)) {
            System.err.print(warnings);
        }
        return target;
    }

    /** No path of the building machine may end up in the image's debug information. */
    private List<String> prefixMaps() {
        return List.of("-ffile-prefix-map=" + work + "=.",
                "-ffile-prefix-map=" + platform.directory() + "=platform");
    }

    private void link(List<String> objects) {
        List<String> arguments = new ArrayList<>(LINK_FLAGS);
        arguments.addAll(platform.linkerFlags());
        if (platform.script() != null) {
            arguments.addAll(List.of("-T", platform.script().toString()));
        }
        arguments.addAll(objects);
        arguments.addAll(List.of("-o", request.debugElf().toString()));
        toolchain.gcc(work, arguments);
        toolchain.strip(request.debugElf(), request.elf());
    }
}
