/** Programs that {@code CompiledProgramsTest} runs twice, and programs that must not compile. */
package demitasse.compiler.program;
