package demitasse.compiler.plugin;

import java.util.function.Consumer;
import org.teavm.model.ClassHierarchy;
import org.teavm.model.ClassHolder;
import org.teavm.model.ElementModifier;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodHolder;
import org.teavm.model.emit.ProgramEmitter;

/** Gives methods of a class new bodies. */
final class Bodies {
    private final ClassHolder owner;
    private final ClassHierarchy hierarchy;

    Bodies(ClassHolder owner, ClassHierarchy hierarchy) {
        this.owner = owner;
        this.hierarchy = hierarchy;
    }

    /** A method that is not there any more is an error: TeaVM was upgraded and this plugin was not. */
    void replace(MethodDescriptor descriptor, Consumer<ProgramEmitter> body) {
        MethodHolder method = owner.getMethod(descriptor);
        if (method == null) {
            throw new IllegalStateException("This TeaVM has no method " + owner.getName() + "." + descriptor
                    + ", which the kernel plugin must replace.");
        }
        method.getModifiers().remove(ElementModifier.NATIVE);
        body.accept(ProgramEmitter.create(method, hierarchy));
    }
}
