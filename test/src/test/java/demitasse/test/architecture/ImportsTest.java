package demitasse.test.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may import whom: the picture in docs/ARCHITECTURE.md, checked. */
class ImportsTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("demitasse");

    private static final String[] BASE = {"demitasse.base.."};
    private static final String[] MACHINE = plus(BASE, "demitasse.machine..");
    private static final String[] ALLOC = plus(MACHINE, "demitasse.alloc..");
    private static final String[] SCHED = plus(ALLOC, "demitasse.sched..");
    private static final String[] VFS = plus(SCHED, "demitasse.vfs..");
    private static final String[] DEVICE = plus(SCHED, "demitasse.device..");
    private static final String[] DRIVER = plus(DEVICE, "demitasse.driver..");
    private static final String[] NET = plus(DEVICE, "demitasse.net..");
    private static final String[] POSIX = plus(VFS, "demitasse.device..", "demitasse.net..", "demitasse.posix..");
    private static final String[] SYSCALL = plus(POSIX, "demitasse.syscall..");
    private static final String[] FS = plus(VFS, "demitasse.fs..");
    private static final String[] PLATFORM = plus(DRIVER, "demitasse.platform..");

    @Test
    void baseKnowsNobody() {
        layer("demitasse.base..", BASE);
    }

    @Test
    void machineKnowsBase() {
        layer("demitasse.machine..", MACHINE);
    }

    @Test
    void allocKnowsMachine() {
        layer("demitasse.alloc..", ALLOC);
    }

    @Test
    void schedKnowsMachineAndAlloc() {
        layer("demitasse.sched..", SCHED);
    }

    @Test
    void vfsKnowsSched() {
        layer("demitasse.vfs..", VFS);
    }

    @Test
    void fileSystemsKnowVfs() {
        layer("demitasse.fs..", FS);
    }

    @Test
    void driversKnowDevices() {
        layer("demitasse.driver..", DRIVER);
        layer("demitasse.device..", DEVICE);
    }

    @Test
    void netKnowsDevices() {
        layer("demitasse.net..", NET);
    }

    @Test
    void posixKnowsVfs() {
        layer("demitasse.posix..", POSIX);
    }

    @Test
    void syscallsKnowPosix() {
        layer("demitasse.syscall..", SYSCALL);
    }

    @Test
    void platformsKnowTheMachineAndNotTheSystem() {
        layer("demitasse.platform..", PLATFORM);
    }

    @Test
    void platformsDoNotKnowEachOther() {
        for (String one : new String[] {"linux", "kvm", "sim"}) {
            for (String other : new String[] {"linux", "kvm", "sim"}) {
                if (!one.equals(other)) {
                    noClasses().that().resideInAPackage("demitasse.platform." + one + "..")
                            .should().dependOnClassesThat().resideInAPackage("demitasse.platform." + other + "..")
                            .allowEmptyShould(true).check(OURS);
                }
            }
        }
    }

    @Test
    void toolsAndKernelMeetOnlyInFiles() {
        noClasses().that().resideInAPackage("demitasse.tools..")
                .should().dependOnClassesThat(resideInAnyPackage(plus(SYSCALL, "demitasse.fs..", "demitasse.boot..",
                        "demitasse.platform..", "demitasse.compiler..")))
                .check(OURS);
    }

    @Test
    void systemCallTopicsAndFileSystemsAreSiblings() {
        com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices()
                .matching("demitasse.syscall.(file|ipc|key|memory|net|process|signal|time|system)..")
                .should().notDependOnEachOther().check(OURS);
    }

    @Test
    void kernelUsesLittleOfTheJdk() {
        classes().that().resideInAnyPackage(plus(SYSCALL, "demitasse.fs..", "demitasse.boot..", "demitasse.driver.."))
                .and().doNotHaveFullyQualifiedName("demitasse.base.memory.HostMemory")
                .and().haveNameNotMatching("demitasse\\.base\\.memory\\.HostMemory\\$.*")
                .should().onlyDependOnClassesThat().resideInAnyPackage(
                        "demitasse..", "java.lang", "java.lang.annotation", "java.lang.invoke", "java.lang.runtime",
                        "java.util", "org.teavm.interop..")
                .check(OURS);
    }

    @Test
    void onlyTheUnsafeRingTouchesTeaVm() {
        noClasses().that().resideInAnyPackage("demitasse..")
                .and().resideOutsideOfPackages("demitasse.base..", "demitasse.platform..", "demitasse.compiler..")
                .should().dependOnClassesThat().resideInAPackage("org.teavm..")
                .check(OURS);
    }

    @Test
    void rawMemoryIsTouchedOnlyInTheRing() {
        noClasses().that().resideInAPackage("demitasse..")
                .and().resideOutsideOfPackages("demitasse.base..", "demitasse.machine..", "demitasse.alloc..",
                        "demitasse.driver..", "demitasse.platform..", "demitasse.boot..", "demitasse.net.wire..",
                        "demitasse.vfs..", "demitasse.fs.erofs..", "demitasse.fs.overlay..", "demitasse.fs.proc..",
                        "demitasse.fs.tmp..", "demitasse.posix..", "demitasse.syscall..")
                .or().resideInAnyPackage("demitasse.base.collect..", "demitasse.base.trace..",
                        "demitasse.posix.socket..", "demitasse.syscall.memory..")
                .should().dependOnClassesThat().haveFullyQualifiedName("demitasse.base.memory.Memory")
                .check(OURS);
    }

    @Test
    void theWallSeesTheClasses() {
        assertTrue(OURS.size() > 150, "only " + OURS.size() + " classes were found");
    }

    private static void layer(String packages, String[] mayUse) {
        classes().that().resideInAPackage(packages)
                .should().onlyDependOnClassesThat(resideInAnyPackage(plus(mayUse, "java..", "org.teavm.interop.."))
                        .or(com.tngtech.archunit.base.DescribedPredicate.describe("arrays and primitives",
                                type -> type.isPrimitive() || type.isArray())))
                .allowEmptyShould(true)
                .check(OURS);
    }

    private static String[] plus(String[] some, String... more) {
        String[] all = java.util.Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }
}
