package demitasse.compiler.plugin;

import demitasse.compiler.runtime.Thrown;
import org.teavm.model.AccessLevel;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodHolder;
import org.teavm.model.MethodReference;
import org.teavm.model.ValueType;
import org.teavm.model.emit.ProgramEmitter;

/**
 * Gives each throwable class a method that answers its own name, for the panic line. {@code
 * getClass().getName()} would do as well, but makes TeaVM keep the names of all classes in the image.
 */
final class ThrowableNames implements ClassHolderTransformer {
    private static final MethodDescriptor NAME = new MethodDescriptor("demitasse$name", String.class);

    @Override
    public void transformClass(ClassHolder owner, ClassHolderTransformerContext context) {
        if (owner.getName().equals(Thrown.class.getName())) {
            new Bodies(owner, context.getHierarchy()).replace(
                    new MethodDescriptor("name", Throwable.class, String.class),
                    body -> body.var(1, Throwable.class)
                            .invokeVirtual(new MethodReference("java.lang.Throwable", NAME))
                            .returnValue());
        } else if (isThrowable(owner, context)) {
            MethodHolder name = new MethodHolder(NAME);
            name.setLevel(AccessLevel.PUBLIC);
            owner.addMethod(name);
            ProgramEmitter.create(name, context.getHierarchy()).constant(owner.getName()).returnValue();
        }
    }

    private static boolean isThrowable(ClassHolder owner, ClassHolderTransformerContext context) {
        return owner.getName().equals("java.lang.Throwable")
                || context.getHierarchy().isSuperType(ValueType.object("java.lang.Throwable"),
                        ValueType.object(owner.getName()), false);
    }
}
