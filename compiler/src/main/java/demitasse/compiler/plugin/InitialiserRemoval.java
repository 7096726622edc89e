package demitasse.compiler.plugin;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.teavm.interop.StaticInit;
import org.teavm.model.AnnotationHolder;
import org.teavm.model.BasicBlock;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.Instruction;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodHolder;
import org.teavm.model.Program;
import org.teavm.model.instructions.BinaryBranchingInstruction;
import org.teavm.model.instructions.BranchingInstruction;
import org.teavm.model.instructions.CastIntegerInstruction;
import org.teavm.model.instructions.ClassConstantInstruction;
import org.teavm.model.instructions.ConstructArrayInstruction;
import org.teavm.model.instructions.ExitInstruction;
import org.teavm.model.instructions.GetFieldInstruction;
import org.teavm.model.instructions.IntegerConstantInstruction;
import org.teavm.model.instructions.InvokeInstruction;
import org.teavm.model.instructions.JumpInstruction;
import org.teavm.model.instructions.LongConstantInstruction;
import org.teavm.model.instructions.NullConstantInstruction;
import org.teavm.model.instructions.PutElementInstruction;
import org.teavm.model.instructions.PutFieldInstruction;
import org.teavm.model.instructions.StringConstantInstruction;
import org.teavm.model.instructions.UnwrapArrayInstruction;

/**
 * Spares a kernel the test "is my initialiser done?" at the head of every static method.
 *
 * <p>A class with an {@code assert} has an initialiser only for the flag {@code $assertionsDisabled};
 * assertions are always on, so flag and initialiser go. An initialiser that only fills tables with
 * constants depends on nobody: it runs at start ({@code @StaticInit}). All others stay lazy, since their
 * order may matter. Java's number classes, whose initialisers make a class object, are treated alike.
 */
final class InitialiserRemoval implements ClassHolderTransformer {
    private static final MethodDescriptor INITIALISER = new MethodDescriptor("<clinit>", void.class);
    private static final String FLAG = "$assertionsDisabled";

    private static final Set<Class<?>> WITHOUT_EFFECT = Set.of(IntegerConstantInstruction.class,
            ClassConstantInstruction.class, BranchingInstruction.class, BinaryBranchingInstruction.class,
            JumpInstruction.class, ExitInstruction.class);
    private static final Set<Class<?>> SELF_CONTAINED = Set.of(LongConstantInstruction.class,
            NullConstantInstruction.class, StringConstantInstruction.class, ConstructArrayInstruction.class,
            UnwrapArrayInstruction.class, PutElementInstruction.class, CastIntegerInstruction.class);

    @Override
    public void transformClass(ClassHolder owner, ClassHolderTransformerContext context) {
        if (!KernelRules.isOurs(owner.getName()) && !CollectionPoints.PLAIN.contains(owner.getName())) {
            return;
        }
        for (MethodHolder method : List.copyOf(owner.getMethods())) {
            if (method.getProgram() != null) {
                foldFlag(method.getProgram());
            }
        }
        MethodHolder initialiser = owner.getMethod(INITIALISER);
        if (initialiser == null || initialiser.getProgram() == null) {
            return;
        }
        if (all(initialiser.getProgram(), InitialiserRemoval::isWithoutEffect)) {
            owner.removeMethod(initialiser);
        } else if (all(initialiser.getProgram(), i -> isSelfContained(i, owner.getName()))
                && owner.getAnnotations().get(StaticInit.class.getName()) == null) {
            owner.getAnnotations().add(new AnnotationHolder(StaticInit.class.getName()));
        }
    }

    private static void foldFlag(Program program) {
        for (BasicBlock block : program.getBasicBlocks()) {
            for (Instruction instruction : block) {
                if (instruction instanceof GetFieldInstruction get && get.getField().getFieldName().equals(FLAG)) {
                    get.replace(constant(0, get));
                } else if (instruction instanceof InvokeInstruction call && call.getReceiver() != null
                        && call.getMethod().getName().equals("desiredAssertionStatus")) {
                    call.replace(constant(1, call));
                } else if (instruction instanceof PutFieldInstruction put
                        && put.getField().getFieldName().equals(FLAG)) {
                    put.delete();
                }
            }
        }
    }

    private static IntegerConstantInstruction constant(int value, Instruction replaced) {
        IntegerConstantInstruction constant = new IntegerConstantInstruction();
        constant.setConstant(value);
        constant.setLocation(replaced.getLocation());
        constant.setReceiver(replaced instanceof GetFieldInstruction get ? get.getReceiver()
                : ((InvokeInstruction) replaced).getReceiver());
        return constant;
    }

    private static boolean all(Program program, Predicate<Instruction> property) {
        return StreamSupport.stream(program.getBasicBlocks().spliterator(), false)
                .allMatch(block -> StreamSupport.stream(block.spliterator(), false).allMatch(property));
    }

    private static boolean isWithoutEffect(Instruction instruction) {
        return WITHOUT_EFFECT.contains(instruction.getClass());
    }

    private static boolean isSelfContained(Instruction instruction, String owner) {
        return isWithoutEffect(instruction) || SELF_CONTAINED.contains(instruction.getClass())
                || instruction instanceof PutFieldInstruction put && put.getField().getClassName().equals(owner)
                || instruction instanceof GetFieldInstruction get && get.getField().getClassName().equals(owner);
    }
}
