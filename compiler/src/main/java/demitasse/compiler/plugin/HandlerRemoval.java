package demitasse.compiler.plugin;

import org.teavm.model.BasicBlock;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.MethodHolder;
import org.teavm.model.Program;

/**
 * Drops every exception handler: in a kernel a throw is a bug and ends in a panic at the place of the throw, so no
 * handler can ever run. What that saves is a {@code setjmp} for each try block and a store before each call and check.
 */
final class HandlerRemoval implements ClassHolderTransformer {
    @Override
    public void transformClass(ClassHolder owner, ClassHolderTransformerContext context) {
        for (MethodHolder method : owner.getMethods()) {
            Program program = method.getProgram();
            if (program == null) {
                continue;
            }
            for (BasicBlock block : program.getBasicBlocks()) {
                block.getTryCatchBlocks().clear();
            }
        }
    }
}
