package demitasse.compiler.plugin;

import java.util.HashMap;
import java.util.Map;
import org.teavm.model.BasicBlock;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.Instruction;
import org.teavm.model.MethodHolder;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;
import org.teavm.model.TryCatchBlock;
import org.teavm.model.instructions.ConstructInstruction;
import org.teavm.model.optimization.UnreachableBasicBlockEliminator;

/**
 * Drops every exception handler: in a kernel a throw is a bug and ends in a panic at the place of the
 * throw, so no handler can ever run. What that saves is a {@code setjmp} for each try block and a store
 * before each call and check.
 *
 * <p>In Java's class library that is all there is to it. In the project's own classes a catch clause is
 * somebody who believes that it runs; it is remembered here and becomes an error if the method is
 * reachable. Clauses that the compiler makes for {@code finally} and for record patterns are not meant.
 */
final class HandlerRemoval implements ClassHolderTransformer {
    private final Map<MethodReference, TextLocation> catches = new HashMap<>();

    /** Methods of the project that catch, with the line of the first clause. */
    Map<MethodReference, TextLocation> catches() {
        return catches;
    }

    @Override
    public void transformClass(ClassHolder owner, ClassHolderTransformerContext context) {
        for (MethodHolder method : owner.getMethods()) {
            if (method.getProgram() == null) {
                continue;
            }
            for (BasicBlock block : method.getProgram().getBasicBlocks()) {
                for (TryCatchBlock handler : block.getTryCatchBlocks()) {
                    if (KernelRules.isOurs(owner.getName()) && isWritten(handler)) {
                        catches.putIfAbsent(method.getReference(), line(handler.getHandler()));
                    }
                }
                block.getTryCatchBlocks().clear();
            }
            // Nothing leads to the handlers any more, and TeaVM's passes expect that such blocks are gone.
            new UnreachableBasicBlockEliminator().optimize(method.getProgram());
        }
    }

    private static boolean isWritten(TryCatchBlock handler) {
        if (handler.getExceptionType() == null) {
            return false;
        }
        for (Instruction instruction : handler.getHandler()) {
            if (instruction instanceof ConstructInstruction construct
                    && construct.getType().equals("java.lang.MatchException")) {
                return false;
            }
        }
        return true;
    }

    private static TextLocation line(BasicBlock block) {
        for (Instruction instruction : block) {
            if (instruction.getLocation() != null) {
                return instruction.getLocation();
            }
        }
        return TextLocation.EMPTY;
    }
}
