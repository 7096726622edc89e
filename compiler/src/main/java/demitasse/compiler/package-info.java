/**
 * Class files in, ELF out.
 *
 * <p>{@link demitasse.compiler.ImageCompiler} makes one image from an assembly (a class with {@code main}),
 * the class path that it reaches, and the C side of a platform:
 * <ol>
 *   <li>TeaVM's C backend translates what is reachable, with the plugin of {@code demitasse.compiler.plugin} installed;
 *   <li>the generated C becomes one unit: TeaVM's runtime files that need an operating system are left out,
 *       {@code runtime.c} stands in for them, two of its headers are replaced ({@code c/overlay}), unused strings go
 *       and the others become texts, records of classes lose empty ends (0.15 MB of 1.475 for linux by both), and
 *       functions that no fast path reaches are marked as cold;
 *   <li>gcc compiles the unit, {@code libc.c} and the platform's files, and links; {@code NAME.elf} is stripped,
 *       {@code NAME.elf.debug} has Java lines, {@code NAME.elf.lines} the same for panic screens.
 * </ol>
 * Nothing happens when a digest of all inputs (classes, C, gcc's version) is the same as last time.
 * Everything lands in the output directory; failures are a sentence.
 *
 * <p>A platform describes itself in {@code sources.properties}: {@code sources}, {@code cflags}, {@code
 * ldflags}, {@code script}, {@code headers=system} for host headers, and {@code embedded} for files that
 * are linked beforehand (a vDSO). It implements the few {@code platform_*} functions of {@code demitasse.h}
 * and calls {@code demitasse_main}. {@code src/test/c/process} is the smallest one.
 *
 * <p>Invariants: no path of the building machine is in an image; no float instruction is (gcc would refuse
 * it); nothing in an image catches; a failed check raises #UD (ud2) and the line of the ud2 is the Java
 * line.
 *
 * <p>The heap begins at 1 MiB and grows to what {@code platform_heap_bytes} allows, so the resident size
 * follows the live data: a process that prints a line peaks at 0.5 MB, one with 3 MB of live data and 400
 * MB of garbage at 6.3 MB.
 *
 * <p>Testing: {@code CompiledProgramsTest} runs programs compiled and on HotSpot and compares; {@code
 * KernelRulesTest} shows every refusal.
 */
package demitasse.compiler;
