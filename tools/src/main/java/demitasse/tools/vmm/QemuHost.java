package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What QEMU there is on this host, and whether the processor helps it. */
record QemuHost(Path program, boolean accelerated) {
    private static final String PROGRAM = "qemu-system-x86_64";

    static QemuHost find(String searchPath) throws IOException {
        for (String directory : searchPath.split(":")) {
            Path program = Path.of(directory.isEmpty() ? "." : directory, PROGRAM);
            if (Files.isExecutable(program)) {
                return new QemuHost(program, canAccelerate());
            }
        }
        throw new DemiException("the kvm platform needs " + PROGRAM
                + ", which is not on this host (Debian package qemu-system-x86)");
    }

    /** /dev/kvm alone proves nothing: it may be there in a virtual machine whose processor does not nest. */
    private static boolean canAccelerate() throws IOException {
        Path device = Path.of("/dev/kvm");
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            return false;
        }
        for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("flags")) {
                String flags = line + " ";
                return flags.contains(" vmx ") || flags.contains(" svm ");
            }
        }
        return false;
    }
}
