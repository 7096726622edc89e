package demitasse.compiler.plugin;

import demitasse.compiler.runtime.Checks;
import demitasse.compiler.runtime.Thrown;
import java.util.ArrayList;
import java.util.List;
import org.teavm.interop.Address;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodHolder;
import org.teavm.model.MethodReference;
import org.teavm.model.Program;
import org.teavm.model.ValueType;
import org.teavm.model.emit.ProgramEmitter;
import org.teavm.model.instructions.InvocationType;
import org.teavm.model.instructions.InvokeInstruction;
import org.teavm.runtime.HeapEnd;
import org.teavm.runtime.RuntimeClass;

/**
 * Takes out of TeaVM's Java runtime what a kernel with one stack and without exception handling has no use
 * for.
 *
 * <p>Fibers: coroutines would need their own stacks, and {@code Fiber} is the only reachable code with
 * floating point. The event queue: the kernel has its own loop. Stack traces: the panic screen unwinds the
 * machine stack, so nothing needs the table of call sites, which would be a third of a small image.
 *
 * <p>And repairs {@code System.gc()}, see {@link HeapEnd}.
 */
final class RuntimeReplacement implements ClassHolderTransformer {
    @Override
    public void transformClass(ClassHolder owner, ClassHolderTransformerContext context) {
        Bodies bodies = new Bodies(owner, context.getHierarchy());
        switch (owner.getName()) {
            case "org.teavm.runtime.Fiber" -> withoutFibers(owner, bodies);
            case "org.teavm.runtime.EventQueue" ->
                bodies.replace(new MethodDescriptor("process", void.class), ProgramEmitter::exit);
            case "org.teavm.runtime.GC" -> bodies.replace(new MethodDescriptor("fixHeap", void.class), body -> {
                body.invoke(HeapEnd.class, "fix");
                body.exit();
            });
            case "org.teavm.runtime.Allocator" -> withLengthCheck(owner);
            case "org.teavm.runtime.ExceptionHandling" -> withoutUnwinding(bodies);
            case "java.lang.Throwable" ->
                bodies.replace(new MethodDescriptor("fillInStackTrace", Throwable.class),
                        body -> body.var(0, Throwable.class).returnValue());
            default -> { }
        }
    }

    private static void withoutFibers(ClassHolder fiber, Bodies bodies) {
        List<MethodHolder> transfers = new ArrayList<>();
        for (MethodHolder method : fiber.getMethods()) {
            String name = method.getName();
            if (name.startsWith("pop") || name.equals("push") || name.equals("reversePush")) {
                transfers.add(method);
            }
        }
        transfers.forEach(fiber::removeMethod);
        bodies.replace(new MethodDescriptor("startMain", String[].class, void.class), body -> {
            body.invoke(fiber.getName(), "runMain", body.var(1, String[].class));
            body.exit();
        });
        bodies.replace(new MethodDescriptor("isSuspending", boolean.class), RuntimeReplacement::returnFalse);
        bodies.replace(new MethodDescriptor("isResuming", boolean.class), RuntimeReplacement::returnFalse);
    }

    private static void withoutUnwinding(Bodies bodies) {
        bodies.replace(new MethodDescriptor("printStack", ValueType.VOID), ProgramEmitter::exit);
        bodies.replace(new MethodDescriptor("throwException", Throwable.class, void.class), body -> {
            body.invoke(Thrown.class, "panic", body.var(1, Throwable.class));
            body.exit();
        });
    }

    /** A negative length would allocate a wild block, and a large one wraps around to a small block. */
    private static void withLengthCheck(ClassHolder allocator) {
        Program program = allocator.getMethod(new MethodDescriptor("allocateArray", RuntimeClass.class, int.class,
                Address.class)).getProgram();
        InvokeInstruction check = new InvokeInstruction();
        check.setType(InvocationType.SPECIAL);
        check.setMethod(new MethodReference(Checks.class, "checkLength", int.class, void.class));
        check.setArguments(program.variableAt(2));
        program.basicBlockAt(0).addFirst(check);
    }

    private static void returnFalse(ProgramEmitter body) {
        body.constant(0).returnValue();
    }
}
